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

func TestAnIdThatNobodyGaveIsDoubted(t *testing.T) {
	for id, want := range map[string]string{
		"CVE-2024_5535":   "did you mean CVE-2024-5535?",
		"cve 2024-5535":   "did you mean CVE-2024-5535?",
		"CVE-24-5535":     "did you mean CVE-2024-5535?",
		"CVE-99-1234":     "did you mean CVE-1999-1234?",
		"CVE2024-5535":    "did you mean CVE-2024-5535?",
		"CEV-2024-5535":   "did you mean CVE-2024-5535?",
		"CVE‑2024–5535":   "did you mean CVE-2024-5535?", // the hyphens of a text processor
		"CVE-2024-5535 ":  "did you mean CVE-2024-5535?",
		"(CVE-2024-5535)": "did you mean CVE-2024-5535?",
		"https://nvd.nist.gov/vuln/detail/CVE-2024-5535": "did you mean CVE-2024-5535?",
		"CVE-2024-5535 CVE-2024-5536":                    "write one id",
		"GHSA-aaaa-bbbb-cccc,GHSA-dddd-eeee-ffff":        "write one id",
		"CVE-5535":      "write CVE, a year",
		"CVE-1998-5535": "from 1999 on",
		"CVE-98-5535":   "from 1999 on",
		"CVE-20245535":  "write CVE, a year",
		"CVE-2O24-5535": "write CVE, a year",
		"CVE":           "write CVE, a year",
	} {
		if got := policy.MisspelledID(id); !strings.Contains(got, want) {
			t.Errorf("%q: want %q, got %q", id, want, got)
		}
	}
	for _, id := range []string{
		"CVE-2024-5535", "cve-1999-0001", "CVE-2024-553", "CVE-2024-1234567", "GHSA-7ww5-4wqc-m92c", "ALAS2-2024-2500", "ALAS-2024-1", "RHSA-2024:1234",
		"SNYK-JS-LODASH-1018905", "USN-6000-1", "DSA-5555-1", "GO-2024-2687", "RUSTSEC-2024-0001", "PYSEC-2024-1", "ELSA-2024-1", "UBUNTU-CVE-2024-1", "CVSS",
	} {
		if got := policy.MisspelledID(id); got != "" {
			t.Errorf("%q: %s", id, got)
		}
	}
}
