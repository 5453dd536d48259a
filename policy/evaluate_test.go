package policy_test

import (
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestWhatABaselineKnows(t *testing.T) {
	curl, libcurl := scan.Package{Name: "curl", Version: "1"}, scan.Package{Name: "libcurl", Version: "1"}
	finding := func(id string, s scan.Severity, exploit scan.Availability, packages ...scan.Package) scan.Finding {
		return scan.Finding{ID: id, Severity: s, ExploitAvailable: exploit, Packages: packages}
	}
	known := policy.NewBaseline([]scan.Finding{
		finding("CVE-1", scan.High, scan.No, curl),
		finding("CVE-2", scan.Low, scan.No, curl), finding("CVE-2", scan.High, scan.Yes, curl), finding("CVE-2", scan.Medium, scan.No, curl),
		finding("CVE-3", scan.High, scan.No, curl), finding("CVE-3", scan.High, scan.No, libcurl),
		finding("CVE-4", "", scan.Unknown),
		finding("CVE-5", scan.Untriaged, scan.Unknown, curl),
		finding("", scan.High, scan.No, curl),
	})
	newer := curl
	newer.Version, newer.FixedIn = "2", "3"
	moved := curl
	moved.Path = "app/curl"
	for name, c := range map[string]struct {
		finding scan.Finding
		want    bool
	}{
		"the same":                          {finding("CVE-1", scan.High, scan.No, curl), true},
		"in another version":                {finding("CVE-1", scan.High, scan.No, newer), true},
		"less severe":                       {finding("CVE-1", scan.Low, scan.No, curl), true},
		"more severe":                       {finding("CVE-1", scan.Critical, scan.No, curl), false},
		"of an unknown severity":            {finding("CVE-1", "SEVERE", scan.No, curl), false},
		"exploited since":                   {finding("CVE-1", scan.High, scan.Yes, curl), false},
		"exploit no longer reported":        {finding("CVE-1", scan.High, scan.Unknown, curl), true},
		"in another file":                   {finding("CVE-1", scan.High, scan.No, moved), false},
		"in another package":                {finding("CVE-1", scan.High, scan.No, libcurl), false},
		"in one more package":               {finding("CVE-1", scan.High, scan.No, curl, libcurl), false},
		"without packages":                  {finding("CVE-1", scan.High, scan.No), false},
		"in two packages, known one by one": {finding("CVE-3", scan.High, scan.No, libcurl, curl), true},
		"as bad as the worst of three":      {finding("CVE-2", scan.High, scan.Yes, curl), true},
		"worse than the worst of three":     {finding("CVE-2", scan.Critical, scan.Yes, curl), false},
		"rated since":                       {finding("CVE-5", scan.Low, scan.Unknown, curl), false},
		"unrated with another word":         {finding("CVE-5", scan.Undefined, scan.Unknown, curl), true},
		"exploit reported only now":         {finding("CVE-5", scan.Untriaged, scan.Yes, curl), false},
		"without packages, as before":       {finding("CVE-4", "", scan.Unknown), true},
		"in another case":                   {finding("cve-1", scan.High, scan.No, curl), false},
		"without an id":                     {finding("", scan.High, scan.No, curl), false},
		"new":                               {finding("CVE-9", scan.Low, scan.No, curl), false},
	} {
		if got := known.Has(&c.finding); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
		if policy.Baseline(nil).Has(&c.finding) || policy.NewBaseline(nil).Has(&c.finding) {
			t.Errorf("%s: no baseline knows it", name)
		}
	}
}

func TestAnUnratedFindingIsAsSevereAsItsScore(t *testing.T) {
	high := 9.8
	unscored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined}
	scored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined, Score: &high}

	if known := policy.NewBaseline([]scan.Finding{unscored}); known.Has(&scored) {
		t.Error("a finding that has got a score of 9.8 is still known")
	}
	if known := policy.NewBaseline([]scan.Finding{scored}); !known.Has(&scored) || !known.Has(&unscored) {
		t.Error("a finding of the baseline is not known")
	}

	rules := policy.ExceptionRules{Never: []policy.Rule{{MinSeverity: scan.Critical}}}
	if rules.Forbid(&scored) == "" || rules.Forbid(&unscored) != "" {
		t.Error("neverExcept.minSeverity does not compare the severity of the score")
	}
}
