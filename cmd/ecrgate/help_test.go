package main

import (
	"bytes"
	"context"
	"regexp"
	"slices"
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

// complete returns what a shell offers after these words, and whether it also offers files.
func complete(t *testing.T, words ...string) (offers []string, files bool) {
	t.Helper()
	var out bytes.Buffer
	e := env{getenv: func(string) string { return "" }, stdout: &out, stderr: &bytes.Buffer{}}
	if code := run(context.Background(), e, append([]string{"__complete"}, words...)); code != exitPass {
		t.Fatalf("completing %q exits %d", words, code)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines[:len(lines)-1] {
		word, _, _ := strings.Cut(line, "\t")
		offers = append(offers, word)
	}
	return offers, lines[len(lines)-1] == ":0"
}

func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		words string
		want  string
		files bool
	}{
		{"che", "check", false},
		{"completion p", "powershell", false},
		{"policy ex", "explain", false},
		{"check --sta", "--start-scan", false},
		{"check --mode o", "enforce report observe", false}, // the shell picks,
		{"check --sarif o", "", true},
		{"check --epss i", "inspector", true},
		{"check --baseline :", "", true},
		{"check --region eu", "", false},
		{"check team/", "", false},
		{"list team/", "", false},
		{"policy validate p", "", true},
	} {
		offers, files := complete(t, strings.Fields(c.words)...)
		if got := strings.Join(offers, " "); got != c.want || files != c.files {
			t.Errorf("%s: offers %q, files: %t; want %q, %t", c.words, got, files, c.want, c.files)
		}
	}
}

// A shell offers exactly the words that check accepts, for every input with words.
func TestCompletionKnowsTheWordsOfInputs(t *testing.T) {
	listed := regexp.MustCompile(`(?:one of: )([^)\n]*)`)
	for _, in := range inputs {
		if in.kind != "WORD" && in.kind != "SEVERITY" {
			continue
		}
		var out bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &out}
		code := run(context.Background(), e, []string{"check", "team/app:1", "--region", "us-east-1", "--" + in.name, "bogus"})
		match := listed.FindStringSubmatch(out.String())
		if code != exitUsage || match == nil {
			t.Errorf("%s: exit %d: %s", in.name, code, &out)
			continue
		}
		offers, files := complete(t, "check", "--"+in.name, "")
		if want := strings.Split(strings.ToLower(match[1]), ", "); !slices.Equal(offers, want) || files {
			t.Errorf("%s: a shell offers %q, check accepts %q", in.name, offers, want)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, s := range shells {
		var out bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdout: &out, stderr: &out}
		if code := run(context.Background(), e, []string{"completion", s.name}); code != exitPass || !strings.Contains(out.String(), "__complete") {
			t.Errorf("%s: exit %d\n%.200s", s.name, code, &out)
		}
	}
}
