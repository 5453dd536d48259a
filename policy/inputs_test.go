package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

func TestQuickInputs(t *testing.T) {
	for _, c := range []struct{ failOn, minScore, onlyFixed, ignore, want string }{
		{"HIGH", "", "", "", "fail-on HIGH"},
		{"critical", "", "false", "", "fail-on CRITICAL"},
		{"", "7", "", "", "min-score 7"},
		{" Medium ", "7.5", "no", "", "fail-on MEDIUM, min-score 7.5"},
		{"", "", "true", "", "fail-on HIGH with a fix"},
		{"LOW", "9", "YES", "", "fail-on LOW with a fix, min-score 9 with a fix"},
		{"", "", "", "CVE-1,cve-2\n CVE-3\tCVE-4,,", "fail-on HIGH, except CVE-1, except cve-2, except CVE-3, except CVE-4"},
	} {
		in, err := policy.ParseInputs(c.failOn, c.minScore, c.onlyFixed, c.ignore)
		if err != nil {
			t.Errorf("%+v: %v", c, err)
			continue
		}
		var got []string
		p := policy.FromInputs(in)
		for _, r := range p.Rules {
			got = append(got, r.Name)
		}
		for _, x := range p.Exceptions {
			got = append(got, "except "+x.ID.String())
		}
		if strings.Join(got, ", ") != c.want || p.Source != "inputs" || in.IsZero() {
			t.Errorf("%+v: %s", c, strings.Join(got, ", "))
		}
	}
}

func TestNoQuickInputs(t *testing.T) {
	if in, err := policy.ParseInputs("", " ", "false", " ,\n"); err != nil || !in.IsZero() {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestBadQuickInputs(t *testing.T) {
	for _, c := range []struct{ failOn, minScore, onlyFixed, ignore, want string }{
		{"SEVERE", "", "", "", `fail-on: unknown severity "SEVERE" (want one of: CRITICAL, HIGH, MEDIUM, LOW, INFORMATIONAL, UNDEFINED, UNTRIAGED)`},
		{"", "11", "", "", `min-score: invalid score "11" (want a number from 0 to 10, such as 7.5)`},
		{"", "NaN", "", "", `min-score: invalid score "NaN" (want a number from 0 to 10, such as 7.5)`},
		{"", "7,5", "", "", `min-score: invalid score "7,5" (want a number from 0 to 10, such as 7.5)`},
		{"", "", "maybe", "", `only-fixed: invalid value "maybe" (want true or false)`},
		{"", "", "", "CVE-2024-1\n# CVE-2024-3094\n", `ignore: "#" is a comment, whose ids would be ignored, too (remove it, or use the exceptions of a policy file)`},
		{"", "", "", "team/app:1.2", `ignore: "team/app:1.2" is not a vulnerability id (want ids such as CVE-2024-3094)`},
		{"", "", "", "CVE-20*", `ignore: "CVE-20*" is a pattern (want ids such as CVE-2024-3094; put patterns into the exceptions of a policy file, with a reason)`},
	} {
		if _, err := policy.ParseInputs(c.failOn, c.minScore, c.onlyFixed, c.ignore); err == nil || err.Error() != c.want {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// What the quick inputs decide over the two saved responses.
func TestQuickInputsDecide(t *testing.T) {
	for _, c := range []struct{ failOn, minScore, onlyFixed, ignore, findings, want string }{
		{"HIGH", "", "", "", "enhanced.json", "fail: 5 counted, 2 skipped"},
		{"UNTRIAGED", "", "", "", "enhanced.json", "fail: 11 counted, 1 skipped"},
		{"CRITICAL", "", "", "cve-2026-0001 CVE-2026-0013", "enhanced.json", "pass: 0 counted, 2 skipped"},
		{"", "9", "", "", "enhanced.json", "fail: 2 counted, 2 skipped"},
		{"", "", "true", "", "enhanced.json", "fail: 3 counted, 1 skipped"},
		{"LOW", "", "true", "", "enhanced.json", "fail: 5 counted, 1 skipped"},
		{"HIGH", "", "", "", "basic.json", "fail: 2 counted, 2 skipped"},
		// Basic scans report no fixes: with only-fixed, nothing would ever count.
		{"", "", "true", "", "basic.json", "fail: 2 counted, 2 skipped"},
	} {
		in, err := policy.ParseInputs(c.failOn, c.minScore, c.onlyFixed, c.ignore)
		if err != nil {
			t.Fatal(err)
		}
		v := policy.FromInputs(in).Evaluate(context.Background(), readScan(t, c.findings), nil, today)
		if got := fmt.Sprintf("%s: %d counted, %d skipped", v.Outcome, v.Rules[0].Count, v.Rules[0].SkippedUnknown); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestTheBuiltInPolicyCountsWhatHasNoSeverity(t *testing.T) {
	v := policy.BuiltIn().Evaluate(context.Background(), readScan(t, "basic.json"), nil, today)
	if v.Outcome != policy.Failed || v.Rules[0].Count != 3 {
		t.Errorf("%s, %+v", v.Outcome, v.Rules)
	}
}

func TestInputsAreToldApartByTheirHash(t *testing.T) {
	seen := map[string]bool{policy.BuiltIn().SHA256: true}
	for _, in := range []policy.Inputs{{OnlyFixed: true}, {FailOn: "HIGH"}, {FailOn: "LOW"}, {Ignore: []string{"CVE-1"}}, {Ignore: []string{"CVE-1", "CVE-2"}}} {
		h := policy.FromInputs(in).SHA256
		if seen[h] || len(h) != 64 {
			t.Errorf("%+v has the hash %s", in, h)
		}
		seen[h] = true
	}
}
