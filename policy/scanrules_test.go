package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestMaxAge(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all}]\nscan: {maxAge: 2d}")
	at := func(d time.Duration) *time.Time {
		x := today.Add(d)
		return &x
	}
	for _, c := range []struct {
		completed *time.Time
		want      string
	}{
		{at(-2 * day), ""},
		{at(-2*day - time.Second), "the scan completed at 2026-11-23T11:59:59Z, more than 2 days ago"},
		{at(time.Hour), ""}, // it was scanned again in the meantime
		{at(day + time.Second), "the scan completed at 2026-11-26T12:00:01Z, which is in the future: check the clock of this machine"},
		{nil, "ECR does not report when the scan completed"},
	} {
		v := p.Evaluate(context.Background(), &scan.Scan{CompletedAt: c.completed}, nil, today)
		if r := v.Rules[1]; r.Name != "scan.maxAge" || r.Detail != c.want || r.Breached != (c.want != "") || (v.Outcome == policy.Failed) != (c.want != "") {
			t.Errorf("completed %v: %s, %+v", c.completed, v.Outcome, r)
		}
	}
}

func TestScanType(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all}]\nscan: {type: enhanced}")
	for kind, want := range map[scan.Type]policy.Outcome{scan.Enhanced: policy.Passed, scan.Basic: policy.Failed, "": policy.Errored} {
		v := p.Evaluate(context.Background(), &scan.Scan{Type: kind, CompletedAt: &today}, nil, today)
		if v.Outcome != want || (v.Err != nil) != (want == policy.Errored) {
			t.Errorf("type %q: %s, %v", kind, v.Outcome, v.Err)
		}
	}
}

// Where no rule applies, nothing else may decide.
func TestNoRuleAppliesIsNoVerdict(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all, images: other/*}]\nscan: {type: basic, maxAge: 1d}\nunusedExceptions: fail\nexceptions: [{id: CVE-1, reason: r}]")
	v := judgeOne(p, "team/app", today, "CVE-2")
	p.Conclude([]*policy.Verdict{v}, true)
	if v.Outcome != policy.Errored || !strings.Contains(v.Err.Error(), "team/app") || len(v.Advice()) > 0 {
		t.Errorf("%s, %v", v.Outcome, v.Err)
	}
}

func TestAgeOfExploitData(t *testing.T) {
	limited := &policy.Policy{ExploitMaxAge: 36 * time.Hour}
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	const limit = ", but the policy allows 36 hours (exploitData.maxAge)"
	for _, c := range []struct {
		name, date, now string
		policy          *policy.Policy
		want            string
	}{
		{"of today", "2027-01-10T00:00:00Z", "2027-01-10T00:00:00Z", limited, ""},
		{"of yesterday, at the end of the day", "2027-01-09T00:00:00Z", "2027-01-10T23:59:59Z", limited, ""},
		{"of the day before", "2027-01-08T00:00:00Z", "2027-01-10T00:00:00Z", limited, "kev.json is from 2027-01-08, 2 days old" + limit},
		{"in another zone", "2027-01-08T00:00:00Z", "2027-01-10T01:00:00+09:00", limited, ""},
		{"of tomorrow", "2027-01-11T00:00:00Z", "2027-01-10T23:59:59Z", limited, "kev.json is dated 2027-01-11, in the future" + limit},
		{"without a date", "0001-01-01T00:00:00Z", "2027-01-10T00:00:00Z", limited, "kev.json has no date" + limit},
		{"without a limit", "0001-01-01T00:00:00Z", "2027-01-10T00:00:00Z", &policy.Policy{}, ""},
	} {
		got := ""
		if err := c.policy.CheckExploitData("kev.json", at(c.date), at(c.now)); err != nil {
			got = fmt.Sprint(err)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
