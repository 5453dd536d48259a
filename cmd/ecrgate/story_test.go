package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// A story is a txtar file that reads like a user's report: ECR's responses (registry.yaml), standard input
// (stdin), the files of the checkout, the command, and the expected results. It runs in-process and in
// virtual time, so a wait of an hour takes no time.
//
// Lines before the first file:
//
//	# what the story is about
//	NAME=value              an environment variable
//	> check team/app:1.2    the command, split at spaces
//	exit 1                  the exit code
//	took 30s..2m            how long it took, in virtual time
//	calls 3                 number of calls to AWS; "calls StartImageScan 1" for one operation
//	stdout TEXT             a text that standard output must contain (also stderr, file NAME)
//	stdout is empty         standard output must be empty
//	no stdout TEXT          a text that it must not contain
//	output NAME VALUE       an output of the action, in the file out.txt; empty without a value
//	json PATH VALUE         a value in out.json, which --json out.json wrote
//	no file NAME            a file that must not exist; with a text: one that must not contain it
type story struct {
	name    string
	env     map[string]string
	command []string
	checks  []string
	files   []txtar.File
}

func readStory(t *testing.T, file string) story {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := story{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), env: map[string]string{}, files: archive.Files}
	for _, line := range strings.Split(string(archive.Comment), "\n") {
		name, value, isEnv := strings.Cut(line, "=")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "> "):
			s.command = strings.Fields(line[2:])
		case isEnv && strings.ToUpper(name) == name && !strings.Contains(name, " "):
			s.env[name] = value
		default:
			s.checks = append(s.checks, line)
		}
	}
	if len(s.command) == 0 || len(s.checks) == 0 {
		t.Fatalf("%s: a story needs a command (> check …) and something that must come out", file)
	}
	return s
}

// An outcome is the result of a story.
type outcome struct {
	code           int
	took           time.Duration
	stdout, stderr string
	requests       []fakeecr.Request
}

func TestStories(t *testing.T) {
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, file := range files {
		s := readStory(t, file)
		t.Run(s.name, func(t *testing.T) {
			out := s.play(t)
			for _, check := range s.checks {
				if problem := out.problem(check); problem != "" {
					t.Errorf("%s: %s", check, problem)
				}
			}
			if t.Failed() {
				t.Logf("exit %d after %s\nstdout:\n%s\nstderr:\n%s", out.code, out.took, out.stdout, out.stderr)
			}
		})
	}
}

// play runs the story in an empty directory with its files.
func (s story) play(t *testing.T) outcome {
	t.Helper()
	t.Chdir(t.TempDir())
	script, stdin := []byte("images: []\n"), ""
	for _, f := range s.files {
		switch f.Name {
		case "registry.yaml":
			script = f.Data
			continue
		case "stdin":
			stdin = string(f.Data)
			continue
		}
		if err := os.MkdirAll(filepath.Dir(f.Name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f.Name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var out outcome
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		var stdout, stderr bytes.Buffer
		e := env{
			getenv:    func(name string) string { return s.env[name] },
			stdin:     strings.NewReader(stdin),
			stdout:    &stdout,
			stderr:    &stderr,
			transport: fakeecr.Transport(registry),
		}
		for name, value := range s.env {
			e.environ = append(e.environ, name+"="+value)
		}
		begun := time.Now()
		out.code = run(context.Background(), e, s.command)
		out.took = time.Since(begun)
		out.stdout, out.stderr, out.requests = stdout.String(), stderr.String(), registry.Requests()
	})
	return out
}

// problem returns what is wrong with the outcome by one check; empty if nothing is.
func (o outcome) problem(check string) string {
	if rest, ok := strings.CutPrefix(check, "no "); ok {
		if name, ok := strings.CutPrefix(rest, "file "); ok && !strings.Contains(name, " ") {
			if _, err := os.Stat(name); err == nil {
				return "it was written"
			}
			return ""
		}
		if o.problem(rest) == "" {
			return "it is there"
		}
		return ""
	}
	verb, rest, _ := strings.Cut(check, " ")
	switch verb {
	case "exit":
		return unequal(rest, strconv.Itoa(o.code))
	case "took":
		return between(rest, o.took)
	case "calls":
		return o.calls(rest)
	case "stdout":
		if rest == "is empty" {
			return unequal("", o.stdout)
		}
		return contains(o.stdout, rest)
	case "stderr":
		return contains(o.stderr, rest)
	case "file":
		name, text, _ := strings.Cut(rest, " ")
		content, err := os.ReadFile(name)
		if err != nil {
			return err.Error()
		}
		return contains(string(content), text)
	case "output":
		name, want, _ := strings.Cut(rest, " ")
		return output(name, want)
	case "json":
		path, want, _ := strings.Cut(rest, " ")
		return jsonValue(path, want)
	}
	return "unknown check"
}

// output describes what is wrong with a one-line output in the runner's file, read as the runner reads it.
func output(name, want string) string {
	text, err := os.ReadFile("out.txt")
	if err != nil {
		return err.Error()
	}
	got := regexp.MustCompile(`(?m)^` + name + `<<(\S+)\n(.*)\n(\S+)\n`).FindStringSubmatch(string(text))
	if got == nil || got[1] != got[3] {
		return "it is not set"
	}
	return unequal(want, got[2])
}

func unequal(want, got string) string {
	if want == got {
		return ""
	}
	return "it is " + got
}

// contains treats spaces and line ends as equal, because texts are broken into lines.
func contains(text, part string) string {
	if strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(part), " ")) {
		return ""
	}
	return "not found"
}

func between(bounds string, took time.Duration) string {
	low, high, _ := strings.Cut(bounds, "..")
	least, err1 := time.ParseDuration(low)
	most, err2 := time.ParseDuration(high)
	if err1 != nil || err2 != nil {
		return "want two durations, e.g. 10s..2m"
	}
	if took < least || took > most {
		return "it took " + took.String()
	}
	return ""
}

func (o outcome) calls(want string) string {
	operation, number, one := strings.Cut(want, " ")
	if !one {
		return unequal(want, strconv.Itoa(len(o.requests)))
	}
	n := 0
	for _, r := range o.requests {
		if r.Operation == operation {
			n++
		}
	}
	return unequal(number, strconv.Itoa(n))
}

// jsonValue returns the value at a path in out.json, such as images.0.verdict.
func jsonValue(path, want string) string {
	text, err := os.ReadFile("out.json")
	if err != nil {
		return err.Error()
	}
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err.Error()
	}
	for _, step := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return fmt.Sprintf("the list has no element %s, its length is %d", step, len(v))
			}
			value = v[i]
		default:
			return fmt.Sprintf("there is nothing below %v at %s", value, step)
		}
	}
	got, _ := json.Marshal(value)
	if text, ok := value.(string); ok {
		got = []byte(text)
	}
	return unequal(want, string(got))
}
