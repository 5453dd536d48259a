package policy

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

var (
	amd64 = scan.Platform{OS: "linux", Arch: "amd64"}
	arm64 = scan.Platform{OS: "linux", Arch: "arm64"}
	s390x = scan.Platform{OS: "linux", Arch: "s390x"}
)

// judged describes a finding of a platform briefly.
func judged(d Disposition, id string, change ...func(*scan.Finding)) JudgedFinding {
	f := &scan.Finding{ID: id, Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No, Packages: []scan.Package{{Name: "curl", Version: "1"}}}
	for _, c := range change {
		c(f)
	}
	j := JudgedFinding{Finding: f, Disposition: d}
	switch d {
	case Counted:
		j.Rules = []string{"all"}
	case Excepted:
		j.Exception = &Exception{ID: Glob{text: id}, Reason: "r"}
	}
	return j
}

func merged(findings ...[]JudgedFinding) Verdict {
	var children []PlatformVerdict
	for i, f := range findings {
		children = append(children, PlatformVerdict{[]scan.Platform{amd64, arm64, s390x}[i], Verdict{Outcome: Passed, Findings: f}})
	}
	return Merge(children)
}

func TestAMergedFindingCountsIfAnyInstanceDoes(t *testing.T) {
	for _, c := range []struct{ a, b, want Disposition }{
		{Counted, Counted, Counted}, {Counted, Excepted, Counted}, {Counted, Known, Counted}, {Counted, SetAside, Counted}, {Counted, Unmatched, Counted},
		{Excepted, Excepted, Excepted}, {Known, Known, Known}, {SetAside, SetAside, SetAside}, {Unmatched, Unmatched, Unmatched},
		{Excepted, Known, Unmatched}, {Excepted, Unmatched, Unmatched}, {Known, Unmatched, Unmatched}, {SetAside, Excepted, Unmatched},
	} {
		for _, pair := range [][2]Disposition{{c.a, c.b}, {c.b, c.a}} {
			v := merged([]JudgedFinding{judged(pair[0], "CVE-1")}, []JudgedFinding{judged(pair[1], "CVE-1")})
			if len(v.Findings) != 1 || v.Findings[0].Disposition != c.want || (v.Findings[0].Exception != nil) != (c.want == Excepted) {
				t.Errorf("%s and %s: %+v, want %s", pair[0], pair[1], v.Findings, c.want)
			}
		}
	}
}

func TestAMergedFindingTellsOfItsExpiredException(t *testing.T) {
	a, b := judged(Counted, "CVE-1"), judged(Counted, "CVE-1")
	b.Expired = &Exception{Reason: "it has ended"}
	for _, pair := range [][2]JudgedFinding{{a, b}, {b, a}} {
		if v := merged([]JudgedFinding{pair[0]}, []JudgedFinding{pair[1]}); v.Findings[0].Expired == nil {
			t.Error("it does not")
		}
	}
}

func TestMergingKeepsTheWorst(t *testing.T) {
	early, late := today.Add(-9*day), today.Add(-day)
	low, high := 5.0, 9.0
	a := judged(Counted, "CVE-1", func(f *scan.Finding) {
		f.Score, f.FirstObserved, f.FixAvailable = &low, &late, scan.Yes
	})
	b := judged(Counted, "CVE-1", func(f *scan.Finding) {
		f.Severity, f.Score, f.ScoreSource, f.FirstObserved, f.VendorCreated, f.ExploitAvailable = scan.Critical, &high, "NVD", &early, &late, scan.Yes
		f.Packages = []scan.Package{{Name: "curl", Version: "2"}}
	})
	v := merged([]JudgedFinding{a}, []JudgedFinding{b})
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
		var all [][]JudgedFinding
		for _, w := range strings.Fields(words) {
			all = append(all, []JudgedFinding{judged(Counted, "CVE-1", func(f *scan.Finding) { f.FixAvailable = scan.Availability(w) })})
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
		a, b []JudgedFinding
		want int
	}{
		"another id":                     {[]JudgedFinding{judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-2")}, 2},
		"another package":                {[]JudgedFinding{judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-1", other)}, 2},
		"another path":                   {[]JudgedFinding{judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-1", path)}, 2},
		"another version and ARN":        {[]JudgedFinding{judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-1", version)}, 1},
		"no id":                          {[]JudgedFinding{judged(Counted, "")}, []JudgedFinding{judged(Counted, "")}, 2},
		"twice in one child":             {[]JudgedFinding{judged(Counted, "CVE-1"), judged(Counted, "CVE-1")}, nil, 2},
		"twice in one, once in another":  {[]JudgedFinding{judged(Counted, "CVE-1"), judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-1")}, 2},
		"twice in both":                  {[]JudgedFinding{judged(Counted, "CVE-1"), judged(Counted, "CVE-1")}, []JudgedFinding{judged(Counted, "CVE-1"), judged(Counted, "CVE-1")}, 2},
		"the same packages in any order": {[]JudgedFinding{judged(Counted, "CVE-1", func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "a"}, {Name: "b"}} })}, []JudgedFinding{judged(Counted, "CVE-1", func(f *scan.Finding) { f.Packages = []scan.Package{{Name: "b"}, {Name: "a"}} })}, 1},
	} {
		if v := merged(c.a, c.b); len(v.Findings) != c.want {
			t.Errorf("%s: %d findings, want %d", name, len(v.Findings), c.want)
		}
	}
}

func TestAMergedOutcomeIsTheWorst(t *testing.T) {
	failure := fmt.Errorf("the scan failed")
	for _, c := range []struct{ a, b, want Outcome }{
		{Passed, Passed, Passed}, {Passed, Failed, Failed}, {Passed, Errored, Errored}, {Failed, Errored, Failed}, {Errored, Errored, Errored},
	} {
		for _, pair := range [][2]Outcome{{c.a, c.b}, {c.b, c.a}} {
			var children []PlatformVerdict
			for i, o := range pair {
				v := Verdict{Outcome: o}
				if o == Errored {
					v.Err = failure
				}
				children = append(children, PlatformVerdict{[]scan.Platform{amd64, arm64}[i], v})
			}
			if v := Merge(children); v.Outcome != c.want || (v.Err != nil) != (c.want == Errored) {
				t.Errorf("%v: %s, %v", pair, v.Outcome, v.Err)
			}
		}
	}
}

func TestNothingMergedIsNoPass(t *testing.T) {
	for name, children := range map[string][]PlatformVerdict{
		"no list":                  nil,
		"no children":              {},
		"a child without outcome":  {{amd64, Verdict{Outcome: Passed}}, {arm64, Verdict{}}},
		"an unknown outcome":       {{amd64, Verdict{Outcome: "PASS"}}},
		"an error without a cause": {{amd64, Verdict{Outcome: Errored}}},
	} {
		if v := Merge(children); v.Outcome != Errored || v.Err == nil || v.Err.Error() == "" {
			t.Errorf("%s: %q, %v", name, v.Outcome, v.Err)
		}
	}
	v := Verdict{}
	(&Policy{UnusedExceptions: UnusedFail}).Conclude([]*Verdict{&v}, true)
	if v.Outcome == Passed {
		t.Error("counting unused exceptions made a pass of no verdict")
	}
}

func TestAMergedRuleHasTheCountOfTheWorstPlatform(t *testing.T) {
	p := load(t, "version: 1\nrules: [{name: all, max: 1}, {name: skip, fixAvailable: YES, unknown: skip}]\nscan: {maxAge: 1d}")
	old := today.Add(-2 * day)
	two := &scan.Scan{Image: scan.Image{Repository: "a"}, CompletedAt: &today, Findings: []scan.Finding{{ID: "CVE-1", Severity: scan.Low}, {ID: "CVE-2", Severity: scan.Low}}}
	one := &scan.Scan{Image: scan.Image{Repository: "a"}, CompletedAt: &old, Findings: two.Findings[:1]}
	v := Merge([]PlatformVerdict{{amd64, p.Evaluate(context.Background(), one, nil, today)}, {arm64, p.Evaluate(context.Background(), two, nil, today)}})
	got := fmt.Sprintf("%v", v.Rules)
	want := "[{all fail 1 2 0 true } {skip fail 0 0 2 false } {scan.maxAge fail 0 1 0 true the scan completed at 2026-11-23T12:00:00Z, more than 1 day ago}]"
	if got != want || v.Outcome != Failed {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAMergedExceptionIsUsedIfOnePlatformNeedsIt(t *testing.T) {
	p := load(t, "version: 1\nrules: [{name: all}]\nexceptions:\n  - {id: CVE-1, reason: needed by one}\n  - {id: CVE-2, reason: needed by both}\n  - {id: CVE-3, reason: needed by none}\n  - {id: CVE-4, reason: needed by one and ends soon, expires: 2026-11-26}\n")
	a, b := judgeOne(p, "a", today, "CVE-1", "CVE-2"), judgeOne(p, "a", today, "CVE-2", "CVE-4")
	for _, children := range [][]PlatformVerdict{{{amd64, *a}, {arm64, *b}}, {{arm64, *b}, {amd64, *a}}} {
		v := Merge(children)
		p.Conclude([]*Verdict{&v}, true)
		if got, want := states(&v), "CVE-1 used, CVE-2 used, CVE-3 unused, CVE-4 expiring"; got != want || v.Exceptions[1].Used != 2 {
			t.Errorf("got  %s, %d\nwant %s", got, v.Exceptions[1].Used, want)
		}
	}
}

func load(t testing.TB, texts ...string) *Policy {
	t.Helper()
	var files []File
	for i, text := range texts {
		files = append(files, File{Name: fmt.Sprintf("%d.yml", i+1), Text: []byte(text)})
	}
	p, err := Load(files, today)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// judgeOne judges an image with findings of these ids.
func judgeOne(p *Policy, repository string, now time.Time, ids ...string) *Verdict {
	s := &scan.Scan{Image: scan.Image{Repository: repository}, Type: scan.Basic, CompletedAt: &now}
	for _, id := range ids {
		s.Findings = append(s.Findings, scan.Finding{ID: id, Severity: scan.High})
	}
	v := p.Evaluate(context.Background(), s, nil, now)
	return &v
}
