package doctor

import (
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// The table of https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
func TestFilterMatchesAsECRDoes(t *testing.T) {
	names := []string{"prod", "repo-prod", "prod-repo", "repo-prod-repo", "prodrepo", "other"}
	for filter, want := range map[string]string{
		"prod":      "prod repo-prod prod-repo repo-prod-repo prodrepo",
		"*prod":     "prod repo-prod",
		"prod*":     "prod prod-repo prodrepo",
		"*prod*":    "prod repo-prod prod-repo repo-prod-repo prodrepo",
		"prod*repo": "prod-repo prodrepo",
		"*":         strings.Join(names, " "),
		"prod.repo": "",
	} {
		var got []string
		for _, name := range names {
			if filterMatches(filter, name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s matches %q, want %q", filter, got, want)
		}
	}
}

func TestAddedFilterKeepsEveryRule(t *testing.T) {
	rule := func(frequency string, filters ...string) ecr.ScanRule {
		r := ecr.ScanRule{Frequency: frequency}
		for _, f := range filters {
			r.Filters = append(r.Filters, ecr.ScanFilter{Filter: f, Type: "WILDCARD"})
		}
		return r
	}
	for name, c := range map[string]struct {
		scanType scan.Type
		rules    []ecr.ScanRule
		want     string
	}{
		"no rules, basic":      {scan.Basic, nil, "SCAN_ON_PUSH: new"},
		"no rules, enhanced":   {scan.Enhanced, nil, "CONTINUOUS_SCAN: new"},
		"on push alone":        {scan.Enhanced, []ecr.ScanRule{rule("SCAN_ON_PUSH", "a", "b")}, "SCAN_ON_PUSH: a b new"},
		"both frequencies":     {scan.Enhanced, []ecr.ScanRule{rule("SCAN_ON_PUSH", "a"), rule("CONTINUOUS_SCAN", "b")}, "SCAN_ON_PUSH: a; CONTINUOUS_SCAN: b new"},
		"basic and manual":     {scan.Basic, []ecr.ScanRule{rule("MANUAL", "a")}, "MANUAL: a; SCAN_ON_PUSH: new"},
		"basic and continuous": {scan.Basic, []ecr.ScanRule{rule("CONTINUOUS_SCAN", "a")}, "CONTINUOUS_SCAN: a; SCAN_ON_PUSH: new"},
	} {
		before := show(c.rules)
		if got := show(withFilter(c.rules, c.scanType, "new")); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if show(c.rules) != before {
			t.Errorf("%s: the rules that exist were changed", name)
		}
	}
}

func show(rules []ecr.ScanRule) string {
	var out []string
	for _, r := range rules {
		out = append(out, r.Frequency+": "+strings.Join(patterns(r.Filters), " "))
	}
	return strings.Join(out, "; ")
}

func TestCommandsAreSafeToPaste(t *testing.T) {
	f := &facts{region: "us-east-1", registry: &ecr.RegistryScanning{Type: scan.Basic, Rules: []ecr.ScanRule{
		{Frequency: "SCAN_ON_PUSH", Filters: []ecr.ScanFilter{{Filter: "a'; rm -rf ~; '", Type: "WILDCARD"}}},
	}}}
	f.Image.Repository = "team/app"
	command := f.addFilter().Command
	if !strings.Contains(command, `a'\''; rm -rf ~; '\''`) {
		t.Error(command)
	}
}

// A delegated administrator sees the coverage of other accounts, but only its own rules, which must not
// replace theirs.
func TestRulesOfAnotherAccountAreNotReplaced(t *testing.T) {
	f := &facts{region: "us-east-1", identity: ecr.Identity{Account: "123456789012"}, registry: &ecr.RegistryScanning{RegistryID: "123456789012", Type: scan.Enhanced}}
	f.Image = scan.Image{RegistryID: "111122223333", Repository: "team/app"}
	if command := f.addFilter().Command; strings.Contains(command, "put-registry") {
		t.Error(command)
	}
}
