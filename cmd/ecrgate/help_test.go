package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"unicode/utf8"
)

func helpOf(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	e := env{getenv: func(string) string { return "" }, stdout: &out, stderr: &out}
	if code := run(context.Background(), e, append(args, "--help")); code != 0 {
		t.Fatalf("%v --help exits %d", args, code)
	}
	return out.String()
}

func TestHelpFitsATerminal(t *testing.T) {
	for _, command := range []string{"", "check", "doctor", "list", "demo", "version", "policy", "policy validate", "policy schema", "policy explain", "completion"} {
		text := helpOf(t, strings.Fields(command)...)
		for line := range strings.Lines(text) {
			if width := utf8.RuneCountInString(strings.TrimRight(line, "\n")); width > helpWidth {
				t.Errorf("%s --help: a line of %d columns: %s", command, width, line)
			}
		}
		if strings.Contains(text, eitherWay) || strings.Contains(text, " string ") {
			t.Errorf("%s --help uses its library's words:\n%s", command, text)
		}
	}
}

func TestHelpListsEveryInput(t *testing.T) {
	text := helpOf(t, "check")
	for _, in := range inputs {
		want := "--" + in.name + " " + in.kind + " "
		if in.kind == "" {
			want = "--" + in.name + "[=true] "
		}
		if !strings.Contains(text, want) {
			t.Errorf("check --help does not say %q", want)
		}
	}
}
