package policy_test

import (
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

func TestGlobs(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		fold, want    bool
	}{
		{"openssl", "openssl", false, true},
		{"openssl", "OpenSSL", false, false},
		{"cve-2024-1", "CVE-2024-1", true, true},
		{"CVE-2024-1", "CVE-2024-10", true, false},
		{"CVE-2024-*", "cve-2024-10", true, true},
		{"*", "", false, true},
		{"?*", "", false, false},
		{"team/*", "team/a/b", false, true},
		{"team/?", "team//", false, true},
		{"team/*", "team", false, false},
		{"*ssl*", "openssl3", false, true},
		{"a*b*c", "aXbXbXc", false, true},
		{"a*b*c", "aXbXbX", false, false},
		{"[a-c]x", "bx", false, true},
		{"[a-c]x", "dx", false, false},
		{"[!a-c]x", "dx", false, true},
		{"[^a-c]x", "bx", false, false},
		{"[]x]", "]", false, true},
		{"[!]x]", "]", false, false},
		{"[a-]", "-", false, true},
		{"[*?]", "*", false, true},
		{"[*?]", "x", false, false},
		{"[A-C]*", "bzip", true, true},
		{"a.c", "abc", false, false},
		{`a\*`, `a\b`, false, true},
		{"caf?", "café", false, true},
		{"caf[é-ê]", "café", false, true},
		{"CAFÉ*", "café", true, true},
		{"ü", "Ü", true, true},
	} {
		g, err := policy.ParseGlob(c.pattern, c.fold)
		if err != nil {
			t.Errorf("%q: %v", c.pattern, err)
			continue
		}
		if got := g.Match(c.text); got != c.want {
			t.Errorf("%q matches %q: %v", c.pattern, c.text, got)
		}
	}
}

// A pattern of many stars takes no more than length times length steps.
func TestAGlobOfManyStarsIsNotSlow(t *testing.T) {
	g, err := policy.ParseGlob(strings.Repeat("*a", 50)+"b", false)
	if err != nil {
		t.Fatal(err)
	}
	if g.Match(strings.Repeat("a", 20_000)) {
		t.Error("it matches")
	}
}
