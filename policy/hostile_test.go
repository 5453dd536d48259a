package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

// Files that somebody made to hurt, or that a tool made by mistake: each ends in errors, or loads.
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
