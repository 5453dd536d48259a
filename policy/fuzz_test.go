package policy_test

import (
	"context"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"good", "bad"} {
		for _, c := range readCorpus(f, name) {
			for _, file := range c.policies() {
				f.Add(file.Text)
			}
		}
	}
	schema := compiledSchema(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := policy.Load([]policy.File{{Name: "p.yml", Text: text}}, today)
		if err != nil {
			complaints(t, err, lineEnds(string(text))+1)
			return
		}
		if len(p.Rules) == 0 {
			t.Error("a policy without a rule")
		}
		for _, r := range p.Rules {
			if r.Name == "" || strings.ContainsFunc(r.Name, strictyaml.Invisible) || r.Max < 0 {
				t.Errorf("a rule %+v", r)
			}
		}
		for i, x := range p.Exceptions {
			if x.Reason == "" || x.ID.IsZero() || x.Index != i {
				t.Errorf("an exception %+v", x)
			}
		}
		if doc, err := asJSON(text); err != nil || schema.Validate(doc) != nil {
			t.Errorf("it loads, and the schema refuses it: %v, %v", err, schema.Validate(doc))
		}
	})
}

// lineEnds returns the number of line ends as YAML counts them; it has five kinds.
func lineEnds(text string) int {
	n := 0
	for _, r := range text {
		if strings.ContainsRune("\n\r\u0085\u2028\u2029", r) {
			n++
		}
	}
	return n
}

// complaints checks that errors have a position in the file and printable text.
func complaints(t *testing.T, err error, lines int) {
	wrong, ok := err.(policy.Errors)
	if !ok || len(wrong) == 0 {
		t.Fatalf("%T: %v", err, err)
	}
	for _, e := range wrong {
		if e.Line < 1 || e.Line > lines || e.Column < 1 || e.Message == "" || !utf8.ValidString(e.Message) || strings.ContainsAny(e.Message, "\n\x1b") {
			t.Errorf("%d lines, and an error %+v", lines, e)
		}
		if !strings.HasSuffix(e.Message, ")") {
			t.Errorf("it does not say what would be right: %s", e.Message)
		}
	}
}

func FuzzParseInputs(f *testing.F) {
	f.Add("high", "7.5", "true", "CVE-1, CVE-2")
	f.Add("", "", "", "*")
	f.Fuzz(func(t *testing.T, failOn, minScore, onlyFixed, ignore string) {
		in, err := policy.ParseInputs(failOn, minScore, onlyFixed, ignore)
		if err != nil || in.IsZero() {
			return
		}
		p := policy.FromInputs(in)
		if len(p.Rules) == 0 || len(p.Exceptions) != len(in.Ignore) {
			t.Errorf("%+v makes %+v", in, p)
		}
		for _, x := range p.Exceptions {
			if x.ID.Match("CVE-1999-12345") && !strings.EqualFold(x.ID.String(), "CVE-1999-12345") {
				t.Errorf("%q excuses another id", x.ID)
			}
		}
	})
}

// FuzzEvaluate generates findings from bytes and evaluates them with the policies of the corpus.
func FuzzEvaluate(f *testing.F) {
	var policies []*policy.Policy
	for _, c := range readCorpus(f, "good") {
		p, err := policy.Load(c.policies(), today)
		if err != nil {
			f.Fatal(err)
		}
		policies = append(policies, p)
	}
	f.Add([]byte("some findings"), uint8(0))
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209}, uint8(7))
	f.Fuzz(func(t *testing.T, seed []byte, which uint8) {
		p := policies[int(which)%len(policies)]
		s := madeUp(seed)
		var known policy.Baseline
		if len(seed) > 3 && seed[0]%3 == 0 {
			known = policy.NewBaseline(madeUp(seed[3:]).Findings)
		}
		v, again := p.Evaluate(context.Background(), s, known, today), p.Evaluate(context.Background(), s, known, today)
		if !reflect.DeepEqual(v, again) {
			t.Fatal("two verdicts over the same findings differ")
		}
		p.Conclude([]*policy.Verdict{&v}, true)
		if v.Outcome == policy.Errored {
			return
		}
		addUp(t, &v, len(s.Findings))
		explained(t, p, s, known)
		merged := policy.Merge([]policy.PlatformVerdict{{scan.Platform{OS: "linux", Arch: "amd64"}, v}, {scan.Platform{OS: "linux", Arch: "arm64"}, again}})
		if merged.Outcome != v.Outcome && p.UnusedExceptions != policy.UnusedFail {
			t.Errorf("%s merged with itself is %s", v.Outcome, merged.Outcome)
		}
		addUp(t, &merged, len(merged.Findings))
	})
}

// explained checks that every finding with an id has an explanation.
func explained(t *testing.T, p *policy.Policy, s *scan.Scan, known policy.Baseline) {
	t.Helper()
	for i := range s.Findings {
		id := s.Findings[i].ID
		if x, err := policy.Explain(context.Background(), p, s, known, today, id); id != "" && (err != nil || !strings.Contains(x.String(), id)) {
			t.Errorf("%s: %v, %s", id, err, x)
		}
		if i > 3 {
			return
		}
	}
}

// addUp checks that every finding has exactly one disposition, and that the counts agree.
func addUp(t *testing.T, v *policy.Verdict, findings int) {
	t.Helper()
	c := v.Counts()
	sum := 0
	for _, n := range c.Severities {
		sum += n
	}
	if len(v.Findings) != findings || c.Total+c.SetAside != findings || sum != c.Total || c.Counted+c.Excepted+c.Known+c.Unmatched != c.Total {
		t.Errorf("%d findings, %d in the verdict, counts %+v", findings, len(v.Findings), c)
	}
	counted := map[string]int{}
	for i := range v.Findings {
		f := &v.Findings[i]
		if (f.Disposition == policy.Counted) != (len(f.Rules) > 0) || (f.Disposition == policy.Excepted) != (f.Exception != nil) || f.Disposition != policy.Counted && len(f.Unknown) > 0 {
			t.Errorf("%s is %s by %q and %v", f.ID, f.Disposition, f.Rules, f.Exception)
		}
		for _, r := range f.Rules {
			counted[r]++
		}
	}
	failed := false
	for _, r := range v.Rules {
		failed = failed || r.Breached && r.Action == policy.Fail
		if r.Breached != (r.Count > r.Max) || counted[r.Name] < r.Count && r.Detail == "" {
			t.Errorf("rule %+v, and it counted %d", r, counted[r.Name])
		}
	}
	if failed != (v.Outcome == policy.Failed) || failed != (len(v.Advice()) > 0) {
		t.Errorf("the outcome is %s with rules %+v and advice %q", v.Outcome, v.Rules, v.Advice())
	}
}

// madeUp makes one choice per byte.
func madeUp(seed []byte) *scan.Scan {
	pick := func(n int) int {
		if len(seed) == 0 {
			return 0
		}
		b := seed[0]
		seed = seed[1:]
		return int(b) % n
	}
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: []scan.Type{scan.Basic, scan.Enhanced}[pick(2)], Status: scan.Active, CompletedAt: &today}
	ids := []string{"CVE-2026-0001", "CVE-2026-0002", "GHSA-aaaa-bbbb-cccc", "", "CVE-2026-0004"}
	severities := append([]scan.Severity{"", "SEVERE"}, scan.Severities...)
	words := []scan.Availability{scan.Yes, scan.No, scan.Partial, scan.Unknown, ""}
	names := []string{"curl", "libcurl4", "zlib1g", "", "linux-libc-dev"}
	for len(seed) > 0 && len(s.Findings) < 200 {
		f := scan.Finding{ID: ids[pick(len(ids))], Severity: severities[pick(len(severities))], FixAvailable: words[pick(5)], ExploitAvailable: words[pick(5)]}
		f.Status = []string{"", "ACTIVE", "SUPPRESSED", "CLOSED"}[pick(4)]
		if n := pick(12); n < 11 {
			score := float64(n)
			f.Score = &score
		}
		if n := pick(4); n > 0 {
			at := today.Add(-time.Duration(n*n) * day)
			f.FirstObserved = &at
		}
		for range pick(3) {
			f.Packages = append(f.Packages, scan.Package{Name: names[pick(5)], Manager: "OS", FixedIn: []string{"", "2"}[pick(2)]})
		}
		s.Findings = append(s.Findings, f)
	}
	return s
}
