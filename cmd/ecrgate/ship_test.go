package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Rules for what ships: the image, and the workflows that build it.

func readText(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheImageFitsEveryPipeline(t *testing.T) {
	stages := regexp.MustCompile(`(?m)^FROM `).Split(readText(t, "../../Dockerfile"), -1)
	for _, stage := range stages[1:] {
		base := strings.Fields(regexp.MustCompile(`^--\S+ `).ReplaceAllString(stage, ""))[0]
		if base != "scratch" && !regexp.MustCompile(`:\d+\.\d+\.\d+`).MatchString(base) {
			t.Errorf("the base %s is not pinned by a full version", base)
		}
	}
	last := stages[len(stages)-1]
	for _, word := range []string{"RUN", "USER", "ENTRYPOINT", "WORKDIR", "VOLUME"} {
		if regexp.MustCompile(`(?m)^` + word + ` `).MatchString(last) {
			t.Errorf("the final stage has %s", word)
		}
	}
	for _, part := range []string{"/etc/ssl/certs/ca-certificates.crt", "/usr/local/bin/ecrgate", `CMD ["ecrgate"]`} {
		if !strings.Contains(last, part) {
			t.Errorf("the final stage has no %s", part)
		}
	}
	if runs := readAction(t).Runs; runs.Image != "Dockerfile" || runs.Entrypoint != "/usr/local/bin/ecrgate" || strings.Join(runs.Args, " ") != "check" {
		t.Errorf("action.yml runs %+v", runs)
	}
}

// A tag of a third-party action can be moved to other code, a commit cannot.
func TestWorkflowsPinActionsByCommit(t *testing.T) {
	files, err := filepath.Glob("../../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	uses := regexp.MustCompile(`(?m)^\s*-?\s*uses:\s*(\S+)(.*)$`)
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	version := regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
	for _, file := range files {
		for _, m := range uses.FindAllStringSubmatch(readText(t, file), -1) {
			if !strings.HasPrefix(m[1], "./") && (!pinned.MatchString(m[1]) || !version.MatchString(m[2])) {
				t.Errorf("%s: %s%s is not pinned by commit with its version after it", file, m[1], m[2])
			}
		}
	}
}
