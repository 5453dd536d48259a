package policy_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

// A slip is a mistake of one line. It is reported at that line wherever it makes the file no YAML.
type slip struct {
	name string
	make func(string) string
}

var slips = []slip{
	{"a blank too many", func(s string) string { return " " + s }},
	{"a blank too few", func(s string) string { return strings.TrimPrefix(s, " ") }},
	{"three blanks too few", func(s string) string { return strings.TrimPrefix(s, "   ") }},
	{"a tab", func(s string) string { return strings.Replace(s, "    ", "  \t", 1) }},
	{"no colon", func(s string) string { return strings.Replace(s, ":", "", 1) }},
	{"no blank after the colon", func(s string) string { return strings.Replace(s, ": ", ":", 1) }},
	{"no blank after the dash", func(s string) string { return strings.Replace(s, "- ", "-", 1) }},
	{"a colon in a text", func(s string) string { return strings.Replace(s, ": ", ": a: ", 1) }},
	{"a bracket that is not closed", func(s string) string { return strings.Replace(s, "]", "", 1) }},
	{"another bracket", func(s string) string { return strings.Replace(s, "]", "}", 1) }},
	{"a quote that is not closed", func(s string) string { return strings.Replace(s, ": ", `: "`, 1) }},
	{"an apostrophe in quotes", func(s string) string { return strings.Replace(s, ": ", ": 'it's ", 1) }},
	{"a star", func(s string) string { return strings.Replace(s, ": ", ": *", 1) }},
	{"a percent sign", func(s string) string { return strings.Replace(s, ": ", ": %", 1) }},
}

func TestASlipIsToldAtItsLine(t *testing.T) {
	text, err := os.ReadFile("../examples/policies/full.yml")
	if err != nil {
		t.Fatal(err)
	}
	for _, head := range []string{"", "# a comment\n"} {
		lines := strings.SplitAfter(head+string(text), "\n")
		for _, s := range slips {
			t.Run(s.name, func(t *testing.T) { s.reported(t, lines) })
		}
	}
}

// reported makes the slip in one line after another. A line that opens a block, and the one below it, may
// each be the wrong one of the two; they are left out.
func (s slip) reported(t *testing.T, lines []string) {
	tried := 0
	for i, line := range lines {
		bad := s.make(line)
		if bad == line || strings.HasPrefix(line, "#") || opensBlock(line) || i > 0 && opensBlock(lines[i-1]) {
			continue
		}
		text := strings.Join(lines[:i], "") + bad + strings.Join(lines[i+1:], "")
		_, err := policy.Load([]policy.File{{"p.yml", []byte(text)}}, today)
		var wrong policy.Errors
		if !errors.As(err, &wrong) {
			continue
		}
		tried++
		if wrong[0].Line != i+1 {
			t.Errorf("%q, line %d, is reported as %v", bad, i+1, err)
		}
	}
	if tried == 0 {
		t.Error("no line was tried")
	}
}

func opensBlock(line string) bool {
	key, _, _ := strings.Cut(line, " #")
	return strings.HasSuffix(strings.TrimSpace(key), ":")
}

func TestAMistakeInBracketsOfSeveralLinesIsToldAtItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"version: 1\nrules: [\n  {name: a},\n  {name: b]\n]\n":                           "p.yml:4:3: ",
		"{\n  \"version\": 1,\n  \"rules\": [\n    {\"name\": \"a\"]\n  ]\n}\n":          "p.yml:4:5: ",
		"version: 1\nrules:\n  - name: a\n    fixAvailable: [YES, PARTIAL\n    max: 1\n": "p.yml:4:5: ",
	} {
		_, err := policy.Load([]policy.File{{"p.yml", []byte(text)}}, today)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: want %s, got %v", text, want, err)
		}
	}
}
