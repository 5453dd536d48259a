package policy_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// An advisory such as ALAS2-2023-100 covers several vulnerabilities.
func TestAnExceptionForOneRelatedIDDoesNotHideTheOthers(t *testing.T) {
	for name, c := range map[string]struct {
		id      string
		related []string
		want    bool
	}{
		"its own id":                         {"ALAS2-2023-100", []string{"CVE-2023-1", "CVE-2023-2"}, true},
		"the one related id":                 {"CVE-2023-1", []string{"CVE-2023-1"}, true},
		"one of two related ids":             {"CVE-2023-1", []string{"CVE-2023-1", "CVE-2023-2"}, false},
		"a glob that takes both":             {"CVE-2023-*", []string{"CVE-2023-1", "CVE-2023-2"}, true},
		"nothing is related, another id":     {"CVE-2023-1", nil, false},
		"the related id in other letters":    {"cve-2023-1", []string{"CVE-2023-1"}, true},
		"an id that is only the beginning":   {"ALAS2-2023-10", nil, false},
		"a related id among none of its own": {"CVE-2023-3", []string{"CVE-2023-1", "CVE-2023-2"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules: [{name: all}]\nexceptions: [{id: \"" + c.id + "\", reason: r}]\n")}}, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			s := &scan.Scan{Findings: []scan.Finding{{ID: "ALAS2-2023-100", Severity: scan.High, Related: c.related}}}
			v := p.Evaluate(context.Background(), s, nil, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
			if got := v.Findings[0].Disposition == policy.Excepted; got != c.want {
				t.Errorf("excepted is %v", got)
			}
		})
	}
}

func TestAnExceptionForARelatedIDDoesNotHideAnotherCVE(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules: [{name: all}]\nexceptions: [{id: CVE-2023-1, reason: r}]\n")}}, now)
	if err != nil {
		t.Fatal(err)
	}
	v := p.Evaluate(context.Background(), &scan.Scan{Findings: []scan.Finding{{ID: "CVE-2023-2", Severity: scan.High, Related: []string{"CVE-2023-1"}}}}, nil, now)
	if got := v.Findings[0].Disposition; got != policy.Counted {
		t.Errorf("the finding is %v", got)
	}
}

// A verdict over part of the findings would be a false pass.
func TestAnEvaluationThatIsCutShortIsNoVerdict(t *testing.T) {
	p := policy.BuiltIn()
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: scan.Enhanced, Status: scan.Active}
	cause := errors.New("timed out after 5s")
	ctx, cancel := context.WithCancelCause(t.Context())
	if v := p.Evaluate(ctx, s, nil, time.Now()); v.Outcome != policy.Passed {
		t.Fatalf("the outcome is %s (%v)", v.Outcome, v.Err)
	}
	cancel(cause)
	v := p.Evaluate(ctx, s, nil, time.Now())
	if v.Outcome != policy.Errored || !errors.Is(v.Err, cause) || !strings.HasPrefix(v.Err.Error(), "evaluating the policy: ") {
		t.Errorf("the outcome is %s (%v)", v.Outcome, v.Err)
	}
	if _, err := policy.Explain(ctx, p, s, nil, time.Now(), "CVE-2026-0001"); !errors.Is(err, cause) {
		t.Errorf("the explanation's error is %v", err)
	}
}

// Many patterns are indexed, not tried one by one: the last exception of 20,000 still covers its finding, and
// the first that covers one wins.
func TestExceptionsAreFoundAmongMany(t *testing.T) {
	var text strings.Builder
	text.WriteString("version: 1\nrules: [{name: all}]\nexceptions:\n")
	for i := range 6_000 {
		fmt.Fprintf(&text, "  - {id: CVE-2020-%d*, reason: r}\n  - {id: '*', package: p%d, reason: r}\n  - {id: '*%d', path: 'a%d/*', reason: r}\n", 10_000+i, i, i, i)
	}
	text.WriteString("  - {id: CVE-2020-1*9, reason: a later pattern that takes it too}\n  - {id: cve-2021-7*, reason: last}\n")
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text.String())}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	pkg := func(name, path string) []scan.Package { return []scan.Package{{Name: name, Path: path}} }
	s := &scan.Scan{Type: scan.Enhanced, Findings: []scan.Finding{
		{ID: "CVE-2020-159999", Packages: pkg("q", "")},
		{ID: "CVE-2021-1", Packages: pkg("p5999", "")},
		{ID: "GHSA-5998", Packages: pkg("q", "a5998/x")},
		{ID: "CVE-2021-70", Packages: pkg("q", "")},
		{ID: "CVE-2019-1", Related: []string{"CVE-2021-7"}, Packages: pkg("q", "")},
		{ID: "ALAS-1", Related: []string{"CVE-2021-7"}, Packages: pkg("q", "")},
	}}
	v := p.Evaluate(t.Context(), s, nil, time.Now())
	want := map[string]string{
		"CVE-2020-159999": "CVE-2020-15999*", "CVE-2021-1": "*", "GHSA-5998": "*5998", "CVE-2021-70": "cve-2021-7*", "CVE-2019-1": "", "ALAS-1": "cve-2021-7*",
	}
	for _, f := range v.Findings {
		got := ""
		if f.Exception != nil {
			got = f.Exception.ID.String()
		}
		if got != want[f.ID] {
			t.Errorf("%s is excepted by %q, want %q", f.ID, got, want[f.ID])
		}
	}
}
