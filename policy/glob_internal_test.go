package policy

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzGlob(f *testing.F) {
	for _, pair := range [][2]string{
		{"CVE-*", "cve-2024-1"}, {"a?c", "aéc"}, {"[!a-c]*", "d"}, {"*a*b*c", "xaxbxc"}, {"[]]", "]"}, {"[a-]", "-"}, {"team/*", "team/a/b"}, {"**", ""}, {"?", "\xff"}, {"K", "K"},
	} {
		f.Add(pair[0], pair[1], true)
		f.Add(pair[0], pair[1], false)
	}
	f.Fuzz(func(t *testing.T, pattern, text string, fold bool) {
		g, err := ParseGlob(pattern, fold)
		if err != nil || len(pattern) > 40 || len(text) > 40 || strings.Count(pattern, "*") > 4 {
			return
		}
		if got, want := g.Match(text), slowMatch(&g, g.steps, text); got != want {
			t.Errorf("%q matches %q (fold %v): %v, want %v", pattern, text, fold, got, want)
		}
	})
}

// slowMatch matches a glob by brute force.
func slowMatch(g *Glob, steps []step, text string) bool {
	if len(steps) == 0 {
		return text == ""
	}
	if steps[0].star && slowMatch(g, steps[1:], text) {
		return true
	}
	if text == "" {
		return false
	}
	r, width := utf8.DecodeRuneInString(text)
	if steps[0].star {
		return slowMatch(g, steps, text[width:])
	}
	return g.matchesStep(len(g.steps)-len(steps), r) && slowMatch(g, steps[1:], text[width:])
}
