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

var (
	amd64 = scan.Platform{OS: "linux", Arch: "amd64"}
	arm64 = scan.Platform{OS: "linux", Arch: "arm64"}
	s390x = scan.Platform{OS: "linux", Arch: "s390x"}
)

// judged returns a short description of a finding of a platform.
func judged(d policy.Disposition, id string, change ...func(*scan.Finding)) policy.JudgedFinding {
	f := &scan.Finding{ID: id, Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No, Packages: []scan.Package{{Name: "curl", Version: "1"}}}
	for _, c := range change {
		c(f)
	}
	j := policy.JudgedFinding{Finding: f, Disposition: d}
	switch d {
	case policy.Counted:
		j.Rules = []string{"all"}
	case policy.Excepted:
		glob, err := policy.ParseGlob(id, true)
		if err != nil {
			panic(err)
		}
		j.Exception = &policy.Exception{ID: glob, Reason: "r"}
	}
	return j
}

func merged(findings ...[]policy.JudgedFinding) policy.Verdict {
	var children []policy.PlatformVerdict
	for i, f := range findings {
		children = append(children, policy.PlatformVerdict{[]scan.Platform{amd64, arm64, s390x}[i], policy.Verdict{Outcome: policy.Passed, Findings: f}})
	}
	return policy.Merge(children)
}

func TestAMergedFindingCountsIfAnyInstanceDoes(t *testing.T) {
	for _, c := range []struct{ a, b, want policy.Disposition }{
		{policy.Counted, policy.Counted, policy.Counted}, {policy.Counted, policy.Excepted, policy.Counted}, {policy.Counted, policy.Known, policy.Counted}, {policy.Counted, policy.SetAside, policy.Counted}, {policy.Counted, policy.Unmatched, policy.Counted},
		{policy.Excepted, policy.Excepted, policy.Excepted}, {policy.Known, policy.Known, policy.Known}, {policy.SetAside, policy.SetAside, policy.SetAside}, {policy.Unmatched, policy.Unmatched, policy.Unmatched},
		{policy.Excepted, policy.Known, policy.Unmatched}, {policy.Excepted, policy.Unmatched, policy.Unmatched}, {policy.Known, policy.Unmatched, policy.Unmatched}, {policy.SetAside, policy.Excepted, policy.Unmatched},
	} {
		for _, pair := range [][2]policy.Disposition{{c.a, c.b}, {c.b, c.a}} {
			v := merged([]policy.JudgedFinding{judged(pair[0], "CVE-1")}, []policy.JudgedFinding{judged(pair[1], "CVE-1")})
			if len(v.Findings) != 1 || v.Findings[0].Disposition != c.want || (v.Findings[0].Exception != nil) != (c.want == policy.Excepted) {
				t.Errorf("%s and %s: %+v, want %s", pair[0], pair[1], v.Findings, c.want)
			}
		}
	}
}

func TestAMergedFindingTellsOfItsExpiredException(t *testing.T) {
	a, b := judged(policy.Counted, "CVE-1"), judged(policy.Counted, "CVE-1")
	b.Expired = &policy.Exception{Reason: "it has ended"}
	for _, pair := range [][2]policy.JudgedFinding{{a, b}, {b, a}} {
		if v := merged([]policy.JudgedFinding{pair[0]}, []policy.JudgedFinding{pair[1]}); v.Findings[0].Expired == nil {
			t.Error("it does not")
		}
	}
}

// A merged finding is due on the first day on which a platform counts it, unless one counts it already.
func TestAMergedFindingIsDueFirst(t *testing.T) {
	on := func(d policy.Disposition, day int) []policy.JudgedFinding {
		j := judged(d, "CVE-1")
		if day > 0 {
			j.Due = &policy.Due{Date: time.Date(2027, 1, day, 0, 0, 0, 0, time.UTC), Reason: fmt.Sprint(day)}
		}
		return []policy.JudgedFinding{j}
	}
	for _, c := range []struct {
		platforms [][]policy.JudgedFinding
		want      string
	}{
		{[][]policy.JudgedFinding{on(policy.Unmatched, 9), on(policy.Unmatched, 7), on(policy.Excepted, 8)}, "7"},
		{[][]policy.JudgedFinding{on(policy.Unmatched, 0), on(policy.Excepted, 8)}, "8"},
		{[][]policy.JudgedFinding{on(policy.Excepted, 8), on(policy.Known, 0)}, "8"},
		{[][]policy.JudgedFinding{on(policy.Counted, 0), on(policy.Unmatched, 7), on(policy.Unmatched, 6)}, "none"},
		{[][]policy.JudgedFinding{on(policy.Unmatched, 7), on(policy.Counted, 0)}, "none"},
		{[][]policy.JudgedFinding{on(policy.Unmatched, 7), on(policy.Counted, 0), on(policy.Unmatched, 6)}, "none"},
	} {
		v, got := merged(c.platforms...), "none"
		for _, f := range v.Due() {
			got = f.Due.Reason
		}
		if got != c.want {
			t.Errorf("%+v: due %s, want %s", c.platforms, got, c.want)
		}
	}
}

func TestMergingKeepsTheWorst(t *testing.T) {
	early, late := today.Add(-9*day), today.Add(-day)
	low, high := 5.0, 9.0
	a := judged(policy.Counted, "CVE-1", func(f *scan.Finding) {
		f.Score, f.FirstObserved, f.FixAvailable = &low, &late, scan.Yes
	})
	b := judged(policy.Counted, "CVE-1", func(f *scan.Finding) {
		f.Severity, f.Score, f.ScoreSource, f.FirstObserved, f.VendorCreated, f.ExploitAvailable = scan.Critical, &high, "NVD", &early, &late, scan.Yes
		f.Packages = []scan.Package{{Name: "curl", Version: "2"}}
	})
	v := merged([]policy.JudgedFinding{a}, []policy.JudgedFinding{b})
	f := v.Findings[0].Finding
	got := fmt.Sprintln(len(v.Findings), f.Severity, *f.Score, f.ScoreSource, f.FirstObserved.Equal(early), f.VendorCreated.Equal(late), f.FixAvailable, f.ExploitAvailable, len(f.Packages), f.Platforms)
	if want := "1 CRITICAL 9 NVD true true PARTIAL YES 2 [linux/amd64 linux/arm64]\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if a.Severity != scan.High || len(a.Packages) != 1 || a.Platforms != nil {
		t.Errorf("a platform's own finding was changed: %+v", a.Finding)
	}
}

func TestMergedFixAvailable(t *testing.T) {
	for words, want := range map[string]scan.Availability{
		"YES YES YES": scan.Yes, "NO NO NO": scan.No, "PARTIAL PARTIAL PARTIAL": scan.Partial, "UNKNOWN UNKNOWN UNKNOWN": scan.Unknown,
		"YES NO NO": scan.Partial, "NO YES UNKNOWN": scan.Partial, "NO UNKNOWN YES": scan.Partial, "UNKNOWN NO PARTIAL": scan.Partial,
		"NO UNKNOWN NO": scan.Unknown, "NO NO UNKNOWN": scan.Unknown, "YES YES PARTIAL": scan.Partial,
	} {
		var all [][]policy.JudgedFinding
		for _, w := range strings.Fields(words) {
			all = append(all, []policy.JudgedFinding{judged(policy.Counted, "CVE-1", func(f *scan.Finding) { f.FixAvailable = scan.Availability(w) })})
		}
		if got := merged(all...).Findings[0].FixAvailable; got != want {
			t.Errorf("%s: %s, want %s", words, got, want)
		}
	}
}

func TestWhatIsNotMerged(t *testing.T) {
	other := func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "libcurl"}} }
	path := func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "curl", Path: "app/x"}} }
	version := func(f *scan.Finding) { f.Packages[0].Version, f.ARN = "9", "arn:other" }
	for name, c := range map[string]struct {
		a, b []policy.JudgedFinding
		want int
	}{
		"another id":                     {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-2")}, 2},
		"another package":                {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1", other)}, 2},
		"another path":                   {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1", path)}, 2},
		"another version and ARN":        {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1", version)}, 1},
		"no id":                          {[]policy.JudgedFinding{judged(policy.Counted, "")}, []policy.JudgedFinding{judged(policy.Counted, "")}, 2},
		"twice in one child":             {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1"), judged(policy.Counted, "CVE-1")}, nil, 2},
		"twice in one, once in another":  {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1"), judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1")}, 2},
		"twice in both":                  {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1"), judged(policy.Counted, "CVE-1")}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1"), judged(policy.Counted, "CVE-1")}, 2},
		"the same packages in any order": {[]policy.JudgedFinding{judged(policy.Counted, "CVE-1", func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "a"}, {Name: "b"}} })}, []policy.JudgedFinding{judged(policy.Counted, "CVE-1", func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "b"}, {Name: "a"}} })}, 1},
	} {
		if v := merged(c.a, c.b); len(v.Findings) != c.want {
			t.Errorf("%s: %d findings, want %d", name, len(v.Findings), c.want)
		}
	}
}

func TestAMergedOutcomeIsTheWorst(t *testing.T) {
	failure := fmt.Errorf("the scan failed")
	for _, c := range []struct{ a, b, want policy.Outcome }{
		{policy.Passed, policy.Passed, policy.Passed}, {policy.Passed, policy.Failed, policy.Failed}, {policy.Passed, policy.Errored, policy.Errored}, {policy.Failed, policy.Errored, policy.Failed}, {policy.Errored, policy.Errored, policy.Errored},
	} {
		for _, pair := range [][2]policy.Outcome{{c.a, c.b}, {c.b, c.a}} {
			var children []policy.PlatformVerdict
			for i, o := range pair {
				v := policy.Verdict{Outcome: o}
				if o == policy.Errored {
					v.Err = failure
				}
				children = append(children, policy.PlatformVerdict{[]scan.Platform{amd64, arm64}[i], v})
			}
			if v := policy.Merge(children); v.Outcome != c.want || (v.Err != nil) != (c.want == policy.Errored) {
				t.Errorf("%v: %s, %v", pair, v.Outcome, v.Err)
			}
		}
	}
}

func TestNothingMergedIsNoPass(t *testing.T) {
	for name, children := range map[string][]policy.PlatformVerdict{
		"no list":                  nil,
		"no children":              {},
		"a child without outcome":  {{amd64, policy.Verdict{Outcome: policy.Passed}}, {arm64, policy.Verdict{}}},
		"an unknown outcome":       {{amd64, policy.Verdict{Outcome: "PASS"}}},
		"an error without a cause": {{amd64, policy.Verdict{Outcome: policy.Errored}}},
	} {
		if v := policy.Merge(children); v.Outcome != policy.Errored || v.Err == nil || v.Err.Error() == "" {
			t.Errorf("%s: %q, %v", name, v.Outcome, v.Err)
		}
	}
	v := policy.Verdict{}
	(&policy.Policy{UnusedExceptions: policy.UnusedFail}).Conclude([]*policy.Verdict{&v}, true)
	if v.Outcome == policy.Passed {
		t.Error("counting unused exceptions made a pass of no verdict")
	}
}

func TestAMergedRuleHasTheCountOfTheWorstPlatform(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all, max: 1}, {name: skip, fixAvailable: YES, unknown: skip}]\nscan: {maxAge: 1d}")
	old := today.Add(-2 * day)
	two := &scan.Scan{Image: scan.Image{Repository: "a"}, CompletedAt: &today, Findings: []scan.Finding{{ID: "CVE-1", Severity: scan.Low}, {ID: "CVE-2", Severity: scan.Low}}}
	one := &scan.Scan{Image: scan.Image{Repository: "a"}, CompletedAt: &old, Findings: two.Findings[:1]}
	v := policy.Merge([]policy.PlatformVerdict{{amd64, p.Evaluate(context.Background(), one, nil, today)}, {arm64, p.Evaluate(context.Background(), two, nil, today)}})
	got := fmt.Sprintf("%v", v.Rules)
	want := "[{all fail 1 2 0 true } {skip fail 0 0 2 false } {scan.maxAge fail 0 1 0 true the scan completed at 2026-11-23T12:00:00Z, more than 1 day ago}]"
	if got != want || v.Outcome != policy.Failed {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAMergedExceptionIsUsedIfOnePlatformNeedsIt(t *testing.T) {
	p := loadFiles(t, "version: 1\nrules: [{name: all}]\nexceptions:\n  - {id: CVE-1, reason: needed by one}\n  - {id: CVE-2, reason: needed by both}\n  - {id: CVE-3, reason: needed by none}\n  - {id: CVE-4, reason: needed by one and ends soon, expires: 2026-11-26}\n")
	a, b := judgeOne(p, "a", today, "CVE-1", "CVE-2"), judgeOne(p, "a", today, "CVE-2", "CVE-4")
	for _, children := range [][]policy.PlatformVerdict{{{amd64, *a}, {arm64, *b}}, {{arm64, *b}, {amd64, *a}}} {
		v := policy.Merge(children)
		p.Conclude([]*policy.Verdict{&v}, true)
		if got, want := states(&v), "CVE-1 used, CVE-2 used, CVE-3 unused, CVE-4 expiring"; got != want || v.Exceptions[1].Used != 2 {
			t.Errorf("got  %s, %d\nwant %s", got, v.Exceptions[1].Used, want)
		}
	}
}

func loadFiles(t testing.TB, texts ...string) *policy.Policy {
	t.Helper()
	var files []policy.File
	for i, text := range texts {
		files = append(files, policy.File{Name: fmt.Sprintf("%d.yml", i+1), Text: []byte(text)})
	}
	p, err := policy.Load(files, today)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// judgeOne returns the verdict on an image with findings of these ids.
func judgeOne(p *policy.Policy, repository string, now time.Time, ids ...string) *policy.Verdict {
	s := &scan.Scan{Image: scan.Image{Repository: repository}, Type: scan.Basic, CompletedAt: &now}
	for _, id := range ids {
		s.Findings = append(s.Findings, scan.Finding{ID: id, Severity: scan.High})
	}
	v := p.Evaluate(context.Background(), s, nil, now)
	return &v
}
