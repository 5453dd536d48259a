package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

func TestTheHookForPreCommitChecksPolicies(t *testing.T) {
	text, err := os.ReadFile("../../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var hooks []struct{ ID, Entry, Files, Language string }
	if err := yaml.Unmarshal(text, &hooks); err != nil || len(hooks) != 1 {
		t.Fatalf("%+v, %v", hooks, err)
	}
	h := hooks[0]
	if words := strings.Fields(h.Entry); h.ID != "ecrgate-policy" || words[0] != "ecrgate" || unknown(rootCommand(env{}), words[1:]) != "" {
		t.Errorf("%+v", h)
	}
	files := regexp.MustCompile(h.Files)
	for _, file := range searched {
		if !files.MatchString(file) {
			t.Errorf("the hook does not check %s", file)
		}
	}
}
