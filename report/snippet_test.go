package report_test

import (
	"context"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/scan"
)

// FuzzExceptionSnippet checks that, for any name of a finding, a policy accepts the proposed exception, and
// it excuses that finding.
func FuzzExceptionSnippet(f *testing.F) {
	for _, s := range []string{"CVE-2024-1", "null", "~", "- a", "a: b", "'", "[x]*?", "HTTP::Tiny", "##[x]", "a`b", " a ", "\u202e", "!", "&a", "it's", "]", "[^a]", "a\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, id, pkg string) {
		finding := scan.Finding{ID: id, Severity: scan.High, Packages: []scan.Package{{Name: pkg}}}
		text := report.ExceptionSnippet(&finding, "2026-04-20")
		if text == "" {
			return
		}
		if found := reporttest.Commands.FindString(strings.ReplaceAll(text, "\n", "")); found != "" {
			t.Errorf("%q has %q", text, found)
		}
		p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules:\n  - name: all\nexceptions:\n" + text)}}, reporttest.Now)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		v := p.Evaluate(context.Background(), &scan.Scan{Type: scan.Enhanced, Findings: []scan.Finding{finding}}, nil, reporttest.Now)
		if v.Counts().Excepted != 1 {
			t.Errorf("%q in %q is not excused by:\n%s", id, pkg, text)
		}
	})
}

// TestSnippetHolds evaluates a finding with the exception proposed for it.
func TestSnippetHolds(t *testing.T) {
	for name, f := range map[string]scan.Finding{
		"a plain finding":       {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "zlib1g"}}},
		"several packages":      {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "a"}, {Name: "b"}}},
		"no package":            {ID: "CVE-2024-1"},
		"no id":                 {Packages: []scan.Package{{Name: "zlib1g"}}},
		"a scoped package":      {ID: "GHSA-1", Packages: []scan.Package{{Name: "@babel/core"}}},
		"a Perl module":         {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "HTTP::Tiny"}}},
		"glob characters":       {ID: "a*b?c[d]e", Packages: []scan.Package{{Name: "[x]*"}}},
		"quotes and a comment":  {ID: "it's #1: \"x\"", Packages: []scan.Package{{Name: "- y # z"}}},
		"words that YAML knows": {ID: "null", Packages: []scan.Package{{Name: "no"}}},
		"a number":              {ID: "1e3", Packages: []scan.Package{{Name: "0x10"}}},
		"malicious text":        {ID: reporttest.HostileText[:100], Packages: []scan.Package{{Name: "x`\n```\n##[group]"}}},
	} {
		f.Severity, f.FixAvailable, f.ExploitAvailable = scan.High, scan.Unknown, scan.Unknown
		p := reporttest.MustLoad("version: 1\nrules:\n  - name: all\nexceptions:\n" + report.ExceptionSnippet(&f, "2026-04-20"))
		v := p.Evaluate(context.Background(), &scan.Scan{Image: reporttest.Image("team/app", "1", 1).Ref, Type: scan.Enhanced, Findings: []scan.Finding{f, {ID: "CVE-2024-999", Packages: []scan.Package{{Name: "other"}}}}}, nil, reporttest.Now)
		if c := v.Counts(); c.Excepted != 1 || c.Counted != 1 {
			t.Errorf("%s: %d excepted, want that one and no other:\n%s", name, c.Excepted, report.ExceptionSnippet(&f, "2026-04-20"))
		}
	}
}
