package policy_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func load(t *testing.T, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\n" + text)}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func number(v float64) *float64 { return &v }

// evaluate returns the ids of the counted findings, in order, and how many the first rule skipped.
func evaluate(t *testing.T, p *policy.Policy, findings ...scan.Finding) (counted string, skipped int) {
	t.Helper()
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Findings: findings}
	v := p.Evaluate(t.Context(), s, nil, time.Now())
	if v.Err != nil {
		t.Fatal(v.Err)
	}
	var ids []string
	for _, f := range v.Findings {
		if f.Disposition == policy.Counted {
			ids = append(ids, f.ID)
		}
	}
	return strings.Join(ids, " "), v.Rules[0].SkippedUnknown
}

func TestConditionsOnDataThatIsNotFromECR(t *testing.T) {
	findings := []scan.Finding{
		{ID: "exploited", Severity: scan.Low, EPSS: number(0.5), KnownExploited: scan.Yes, InBaseImage: scan.No},
		{ID: "unlikely", Severity: scan.High, EPSS: number(0.09), KnownExploited: scan.No, InBaseImage: scan.Yes},
		{ID: "likely", Severity: scan.High, EPSS: number(0.1), KnownExploited: scan.No, InBaseImage: scan.Unknown},
		{ID: "no-data", Severity: scan.High},
	}
	for _, c := range []struct {
		rule    string
		counted string
		skipped int
	}{
		{"minEpss: 0.1", "exploited likely no-data", 0},
		{"minEpss: 0.1, unknown: skip", "exploited likely", 1},
		{"knownExploited: YES", "exploited no-data", 0},
		{"knownExploited: YES, unknown: skip", "exploited", 1},
		{"knownExploited: [NO, UNKNOWN]", "likely unlikely no-data", 0},
		{"inBaseImage: NO, unknown: skip", "exploited", 2},
		{"inBaseImage: NO", "exploited likely no-data", 0},
		{"inBaseImage: YES, minEpss: 0.05, unknown: skip", "unlikely", 2},
	} {
		counted, skipped := evaluate(t, load(t, "rules: [{name: a, "+c.rule+"}]"), findings...)
		if counted != c.counted || skipped != c.skipped {
			t.Errorf("%s: counted %q, skipped %d, want %q and %d", c.rule, counted, skipped, c.counted, c.skipped)
		}
	}
}

func TestNoExceptionForWhatIsKnownToBeExploited(t *testing.T) {
	p := load(t, "rules: [{name: a}]\nexceptionRules: {neverExcept: {knownExploited: true}}\nexceptions: [{id: CVE-2024-*, package: p, reason: r}]")
	packages := []scan.Package{{Name: "p"}}
	counted, _ := evaluate(t, p,
		scan.Finding{ID: "CVE-2024-1", KnownExploited: scan.Yes, Packages: packages},
		scan.Finding{ID: "CVE-2024-2", KnownExploited: scan.No, Packages: packages},
		scan.Finding{ID: "CVE-2024-3", Packages: packages}) // without data, the condition may be met
	if counted != "CVE-2024-1 CVE-2024-3" {
		t.Errorf("counted %q", counted)
	}
}

func TestAPolicyNamesTheDataItNeeds(t *testing.T) {
	for text, want := range map[string]policy.Needs{
		"rules: [{name: a, minSeverity: HIGH}]":                                     {},
		"rules: [{name: a, minEpss: 0.5}]":                                          {EPSS: true},
		"rules: [{name: a, inBaseImage: NO}]":                                       {Base: true},
		"rules: [{name: a}]\nexceptionRules: {neverExcept: {knownExploited: true}}": {KEV: true},
	} {
		if got := load(t, text).Needs(); got != want {
			t.Errorf("%s: %+v, want %+v", text, got, want)
		}
	}
}

func TestTheStrictestMaxAgeOfExploitationDataApplies(t *testing.T) {
	files := []policy.File{
		{Name: "a.yml", Text: []byte("version: 1\nrules: [{name: a, minEpss: 0.5}]\nexploitData: {maxAge: 7d}")},
		{Name: "b.yml", Text: []byte("version: 1\nexploitData: {maxAge: 3d}")},
	}
	p, err := policy.Load(files, time.Now())
	if err != nil || p.ExploitMaxAge != 72*time.Hour {
		t.Errorf("%v, %v", p, err)
	}
}

func TestPlatformsAgreeOnWhatIsKnown(t *testing.T) {
	p := load(t, "rules: [{name: a}]")
	on := func(platform string, f scan.Finding) policy.PlatformVerdict {
		s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Findings: []scan.Finding{f}}
		return policy.PlatformVerdict{Platform: scan.Platform{OS: "linux", Arch: platform}, Verdict: p.Evaluate(t.Context(), s, nil, time.Now())}
	}
	merged := policy.Merge([]policy.PlatformVerdict{
		on("amd64", scan.Finding{ID: "CVE-1", EPSS: number(0.1), KnownExploited: scan.Yes, InBaseImage: scan.Yes}),
		on("arm64", scan.Finding{ID: "CVE-1", EPSS: number(0.2), InBaseImage: scan.No}),
	})
	f := merged.Findings[0]
	if len(merged.Findings) != 1 || *f.EPSS != 0.2 || f.KnownExploited != scan.Yes || f.InBaseImage != scan.No {
		t.Errorf("%+v", f.Finding)
	}
}

func TestAScoreOf0BesideASeverityIsNone(t *testing.T) {
	findings := []scan.Finding{
		{ID: "high", Severity: scan.High, Score: number(0)},
		{ID: "unknown-word", Severity: "SEVERE", Score: number(0)},
		{ID: "informational", Severity: scan.Informational, Score: number(0)},
		{ID: "untriaged", Severity: scan.Untriaged, Score: number(0)},
		{ID: "low", Severity: scan.Low, Score: number(0.1)},
	}
	if counted, _ := evaluate(t, load(t, "rules: [{name: a, minScore: 7}]"), findings...); counted != "unknown-word high" {
		t.Errorf("counted %q", counted)
	}
}
