package policy_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

// A slip is a mistake on one line. It is reported at that line if it makes the YAML invalid.
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

// reported makes the slip on each line in turn, except on a line that opens a block and the one below it:
// either may be the wrong one.
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

// Malicious files, and files that a tool wrote by mistake: each returns errors or loads.
func TestHostileFiles(t *testing.T) {
	bomb := "version: 1\nrules:\n  - name: a\n    ids: &l [" + strings.Repeat("x, ", 2000) + "x]\n"
	for i := range 1000 {
		bomb += fmt.Sprintf("  - name: a%d\n    ids: *l\n", i)
	}
	for name, c := range map[string]struct{ text, want string }{
		"aliases that stand for more than a machine can read": {bomb, "file expands to more than 1000000 values"},
		"brackets inside brackets":                            {"version: 1\nrules: " + strings.Repeat("[", 200_000), "exceeded max depth"},
		"mappings inside mappings":                            {"version: 1\nrules: " + strings.Repeat("{a: ", 200_000), "exceeded max depth"},
		"indentation without end":                             {deep(3000), "a policy file"},
		"a name of a megabyte":                                {"version: 1\nrules: [{name: " + strings.Repeat("x", 1<<20) + "\n}]", ""},
		"ten thousand exceptions":                             {"version: 1\nrules: [{name: a}]\nexceptions:\n" + many(10_000), ""},
		"a megabyte of comments":                              {strings.Repeat("# nothing to see here\n", 50_000) + "version: 1\nrules: [{name: a}]\n", ""},
		"a list of ten thousand wrong rules":                  {"version: 1\nrules: [" + strings.Repeat("x, ", 10_000) + "]", "a rule must be a mapping"},
		"UTF-16":                                              {"\xff\xfev\x00e\x00r\x00", "1:1: file is UTF-16 (save it as UTF-8)"},
		"Latin-1":                                             {"version: 1\nrules: [{name: caf\xe9}]", "2:19: file is not UTF-8 here (save it as UTF-8)"},
		"a file that is cut inside a character":               {"version: 1\nrules: [{name: a}]\n# \xc3", "3:3: file is not UTF-8"},
		"a binary":                                            {"\x7fELF\x02\x01\x01", "1:1: control character U+007F"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(c.text)}}, today)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("%.300s", err.Error())
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%.300s", fmt.Sprint(err))
			}
		})
	}
}

func deep(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "%sa:\n", strings.Repeat(" ", i))
	}
	return b.String()
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "  - {id: CVE-2026-%d, reason: r}\n", i)
	}
	return b.String()
}
