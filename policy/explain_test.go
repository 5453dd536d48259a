package policy_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

func explainOne(t *testing.T, p *policy.Policy, known policy.Baseline, id string) string {
	t.Helper()
	x, err := policy.Explain(context.Background(), p, readScan(t, "enhanced.json"), known, today, id)
	if err != nil {
		t.Fatal(err)
	}
	return x.String()
}

func TestExplainTellsWhichOfTwoExceptionsTookAFinding(t *testing.T) {
	p := loadFiles(t, `version: 1
rules: [{name: high, minSeverity: HIGH}]
exceptions:
  - {id: "CVE-2026-*", package: zlib1g, reason: by a pattern}
  - {id: CVE-2026-0002, reason: by its id}
  - {id: CVE-2026-0002, images: other/*, reason: elsewhere}
`)
	if got, want := explainOne(t, p, nil, "CVE-2026-0002"), `CVE-2026-0002 in zlib1g 1.2.13: excepted by "CVE-2026-0002"
  exception "CVE-2026-*" would cover it, but another one is first (reason: by a pattern)
    id: CVE-2026-*; the finding has CVE-2026-0002: holds
    every package: package zlib1g; the finding has zlib1g: holds
  exception "CVE-2026-0002" covers it (reason: by its id)
    id: CVE-2026-0002; the finding has CVE-2026-0002: holds
  exception "CVE-2026-0002" does not cover it (reason: elsewhere)
    id: CVE-2026-0002; the finding has CVE-2026-0002: holds
    images: other/*; the repository is team/app: does not hold
  rule "high" would count it without the exception
    minSeverity: HIGH; the finding has HIGH: holds
`; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestExplainTellsEveryCondition(t *testing.T) {
	p := loadFiles(t, `version: 1
rules:
  - {name: a, minScore: 6, fixAvailable: NO, exploitAvailable: YES}
  - {name: b, ids: CVE-2026-0005, packages: [perl*, x], packageManagers: OS, severities: [LOW, MEDIUM]}
  - {name: c, images: other/*}
exceptionRules: {neverExcept: {minSeverity: MEDIUM, exploitAvailable: YES}}
exceptions: [{id: CVE-2026-0005, untilFixed: true, expires: 2026-11-24, reason: r}]
`)
	if got, want := explainOne(t, p, policy.NewBaseline(nil), "cve-2026-0005"), `CVE-2026-0005 in perl-base 5.36: counted by "b"
  not in the baseline, or more severe than there
  exception "CVE-2026-0005" does not cover it (reason: r)
    id: CVE-2026-0005; the finding has CVE-2026-0005: holds
    expires: 2026-11-24; today is 2026-11-25: does not hold
    untilFixed: true; fixAvailable is NO: holds
    neverExcept.minSeverity: MEDIUM; the finding has MEDIUM: does not hold
    neverExcept.exploitAvailable: YES; the finding has NO: holds
  rule "a" does not count it
    minScore: 6; the finding has 6.9 (the highest of MEDIUM, since ECR reports no score): holds
    fixAvailable: NO; the finding has NO: holds
    exploitAvailable: YES; the finding has NO: does not hold
  rule "b" counts it
    severities: LOW, MEDIUM; the finding has MEDIUM: holds
    ids: CVE-2026-0005; the finding has CVE-2026-0005: holds
    packages: perl*, x; the finding has perl-base: holds
    packageManagers: OS; the finding has OS: holds
  rule "c" does not apply to team/app (images: other/*)
`; got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestExplainKnownAndSetAsideFindings(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all}]\n")
	known := policy.NewBaseline(readScan(t, "before.json").Findings)
	for id, want := range map[string]string{
		"CVE-2026-0002": "CVE-2026-0002 in zlib1g 1.2.13: known\n  in the baseline, and not more severe than there\n",
		"CVE-2026-0011": "CVE-2026-0011 in busybox 1.36: set aside\n  status SUPPRESSED: set aside by the policy (scan.suppressed: count would count it)\n",
		"CVE-2026-0012": "CVE-2026-0012 in busybox 1.36: set aside\n  status CLOSED: no longer found\n",
	} {
		if got := explainOne(t, p, known, id); got != want {
			t.Errorf("got:\n%s\nwant:\n%s", got, want)
		}
	}
}

func TestExplainAnIDThatIsNotThere(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all}]\n")
	_, err := policy.Explain(context.Background(), p, readScan(t, "enhanced.json"), nil, today, "CVE-2062-0001")
	var none *policy.NoSuchFinding
	if !errors.As(err, &none) || err.Error() != `none of the 14 findings has the id "CVE-2062-0001" (did you mean CVE-2026-0001?)` {
		t.Error(err)
	}
	if _, err := policy.Explain(context.Background(), loadFiles(t, "version: 1\nrules: [{name: all, images: other}]"), readScan(t, "enhanced.json"), nil, today, "CVE-2026-0001"); err == nil || !strings.Contains(err.Error(), "no rule applies") {
		t.Error(err)
	}
}
