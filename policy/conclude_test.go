package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func states(v *policy.Verdict) string {
	var words []string
	for _, x := range v.Exceptions {
		words = append(words, fmt.Sprintf("%s %s", x.ID, x.State))
	}
	return strings.Join(words, ", ")
}

const forSeveralImages = `version: 1
rules: [{name: all, max: 9}]
unusedExceptions: CHOICE
exceptions:
  - {id: CVE-1, reason: needed by the first image}
  - {id: CVE-2, reason: not needed}
  - {id: CVE-3, images: second, reason: not needed in the second}
  - {id: CVE-4, images: third, reason: not looked at}
  - {id: CVE-5, reason: needed by the second and ends soon, expires: 2026-11-30}
  - {id: CVE-6, reason: not needed and expired, expires: 2026-01-01}
  - {id: CVE-7, reason: not needed and expiring, expires: 2026-11-30}
`

func TestAnExceptionIsUnusedWhenNoImageNeedsIt(t *testing.T) {
	p := loadFiles(t, strings.Replace(forSeveralImages, "CHOICE", "warn", 1))
	first, second := judgeOne(p, "first", today, "CVE-1"), judgeOne(p, "second", today, "CVE-5")
	p.Conclude([]*policy.Verdict{first, second}, true)
	for v, want := range map[*policy.Verdict]string{
		first:  "CVE-1 used, CVE-2 unused, CVE-5 expiring, CVE-6 expired, CVE-7 unused",
		second: "CVE-1 used, CVE-2 unused, CVE-3 unused, CVE-5 expiring, CVE-6 expired, CVE-7 unused",
	} {
		if got := states(v); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if v.Outcome != policy.Passed || len(v.Rules) != 1 {
			t.Errorf("it is %s by %v", v.Outcome, v.Rules)
		}
	}
}

func TestNobodyCallsAnExceptionUnusedBeforeEveryResultIsThere(t *testing.T) {
	p := loadFiles(t, strings.Replace(forSeveralImages, "CHOICE", "fail", 1))
	v := judgeOne(p, "first", today, "CVE-1")
	p.Conclude([]*policy.Verdict{v, {Outcome: policy.Errored}}, false)
	if got, want := states(v), "CVE-1 used, CVE-2 used, CVE-5 expiring, CVE-6 expired, CVE-7 expiring"; got != want || v.Outcome != policy.Passed || len(v.Rules) != 1 {
		t.Errorf("got  %s, %s, %v\nwant %s", got, v.Outcome, v.Rules, want)
	}
}

func TestUnusedExceptionsFailTheImagesThatTheyLookAt(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all, max: 9}]\nunusedExceptions: fail\nexceptions:\n  - {id: CVE-1, images: first, reason: r}\n  - {id: CVE-2, images: second, reason: r}\n")
	first, second := judgeOne(p, "first", today, "CVE-1"), judgeOne(p, "second", today, "CVE-1")
	p.Conclude([]*policy.Verdict{first, second}, true)
	if first.Outcome != policy.Passed || first.Rules[1].Count != 0 {
		t.Errorf("the first is %s by %+v", first.Outcome, first.Rules)
	}
	if got := fmt.Sprint(second.Advice()); second.Outcome != policy.Failed || second.Rules[1].Count != 1 || got != "[unusedExceptions: 1 exception excused nothing: remove CVE-2]" {
		t.Errorf("the second is %s by %+v: %s", second.Outcome, second.Rules, got)
	}
}

func TestAllowedUnusedExceptionsAreNotToldOf(t *testing.T) {
	for choice, want := range map[string]int{"warn": 2, "allow": 0, "fail": 2} {
		p := loadFiles(t, strings.Replace(forSeveralImages, "CHOICE", choice, 1))
		v := judgeOne(p, "first", today, "CVE-1", "CVE-5")
		p.Conclude([]*policy.Verdict{v}, true)
		if got := v.Unused(); len(got) != want {
			t.Errorf("%s: %v", choice, got)
		}
	}
}

func TestAcceptedStatuses(t *testing.T) {
	p := loadFiles(t, `version: 1
rules: [{name: all}]
scan:
  accept:
    - {status: UNSUPPORTED_IMAGE, images: ["tools/*"], reason: scratch}
    - {status: SCAN_ELIGIBILITY_EXPIRED, reason: old, expires: 2026-11-25}
    - {status: IMAGE_ARCHIVED, reason: too long, expires: 2026-11-24}
    - {status: NOT_FOUND, reason: never scanned}
`)
	for _, c := range []struct {
		repository  string
		status      scan.Status
		description string
		want        string
	}{
		{"tools/x", scan.UnsupportedImage, "", "scratch"},
		{"team/x", scan.UnsupportedImage, "", ""},
		{"tools/x", scan.Failed, "UnsupportedImageError: the operating system is not supported", "scratch"},
		{"tools/x", scan.Failed, "something else", ""},
		{"team/x", scan.ScanEligibilityExpired, "", "old"},
		{"team/x", scan.ImageArchived, "", ""},
		{"team/x", scan.NotFound, "", "never scanned"},
		{"team/x", scan.FindingsUnavailable, "", ""},
		{"team/x", scan.Status("NEW"), "", ""},
		{"team/x", scan.Status(""), "", ""},
	} {
		a, ok := p.Accepts(scan.Image{Repository: c.repository}, c.status, c.description, today)
		if ok != (c.want != "") || a.Reason != c.want {
			t.Errorf("%s %s %q: %v, %q", c.repository, c.status, c.description, ok, a.Reason)
		}
	}
}

// What the first file accepts, a later one can narrow and not widen.
func TestAcceptedStatusesOfSeveralFiles(t *testing.T) {
	const first = "version: 1\nrules: [{name: all}]\nscan: {accept: [{status: FAILED, reason: first}, {status: NOT_FOUND, reason: first}]}"
	for name, c := range map[string]struct {
		later string
		want  string // of FAILED in team/a, FAILED in team/b, NOT_FOUND, LIMIT_EXCEEDED
	}{
		"says nothing":  {"version: 1\nrules: [{name: more}]", "true true true false"},
		"narrows":       {"version: 1\nscan: {accept: [{status: FAILED, images: team/a, reason: later}]}\nrules: [{name: more}]", "true false false false"},
		"wants more":    {"version: 1\nscan: {accept: [{status: FAILED, reason: later}, {status: LIMIT_EXCEEDED, reason: later}]}\nrules: [{name: more}]", "true true false false"},
		"wants nothing": {"version: 1\nscan: {accept: []}\nrules: [{name: more}]", "false false false false"},
	} {
		p := loadFiles(t, first, c.later)
		var got []string
		for _, q := range []struct {
			repository string
			status     scan.Status
		}{{"team/a", scan.Failed}, {"team/b", scan.Failed}, {"team/a", scan.NotFound}, {"team/a", scan.LimitExceeded}} {
			a, ok := p.Accepts(scan.Image{Repository: q.repository}, q.status, "", today)
			got = append(got, fmt.Sprint(ok))
			if ok && a.Reason != "first" {
				t.Errorf("%s: the reason is %q", name, a.Reason)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
}
