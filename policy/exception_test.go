package policy_test

import (
	"context"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// An advisory such as ALAS2-2023-100 stands for several vulnerabilities.
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
