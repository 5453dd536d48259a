package policy

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// An Explanation says, for each finding with an id, what became of it and why, condition by
// condition.
type Explanation struct{ lines []string }

// String gives the explanation as text of several lines.
func (e Explanation) String() string { return strings.Join(e.lines, "\n") + "\n" }

func (e *Explanation) add(indent int, format string, args ...any) {
	e.lines = append(e.lines, strings.Repeat("  ", indent)+fmt.Sprintf(format, args...))
}

// Explain judges a scan and explains what became of the findings whose id, or related id, is this
// one. No such finding is an error.
func Explain(p *Policy, s *scan.Scan, known Baseline, now time.Time, id string) (Explanation, error) {
	v := p.Evaluate(s, known, now)
	if v.Err != nil {
		return Explanation{}, v.Err
	}
	var e Explanation
	for i := range v.Findings {
		if f := &v.Findings[i]; hasID(f.Finding, id) {
			e.finding(p, s, known, now, f)
		}
	}
	if len(e.lines) == 0 {
		return e, fmt.Errorf("no finding has the id %q (there are %d findings)", id, len(v.Findings))
	}
	return e, nil
}

func hasID(f *scan.Finding, id string) bool {
	for _, other := range idsOf(f) {
		if strings.EqualFold(other, id) {
			return true
		}
	}
	return false
}

func (e *Explanation) finding(p *Policy, s *scan.Scan, known Baseline, now time.Time, f *Judged) {
	var packages []string
	for _, pkg := range f.Packages {
		packages = append(packages, strings.TrimSpace(pkg.Name+" "+pkg.Version))
	}
	e.add(0, "%s in %s: %s", f.ID, word(strings.Join(packages, ", ")), f.Disposition)
	switch {
	case f.Disposition == SetAside:
		e.add(1, "set aside: its status is %s (scan.suppressed)", f.Status)
		return
	case known != nil && f.Disposition == Known:
		e.add(1, "the baseline knows it, and it has not become worse")
		return
	case known != nil:
		e.add(1, "the baseline does not know it, or it has become worse")
	}
	e.exceptions(p, s, now, f.Finding)
	for i := range p.Rules {
		e.rule(&p.Rules[i], s, now, f.Finding)
	}
}

// exceptions tells of those that name the finding.
func (e *Explanation) exceptions(p *Policy, s *scan.Scan, now time.Time, f *scan.Finding) {
	for i := range p.Exceptions {
		x := &p.Exceptions[i]
		if !x.takesID(f) {
			continue
		}
		why := string(x.covers(f, &p.ExceptionRules))
		switch {
		case !appliesTo(x.Images, s.Image.Repository):
			why = "images does not match " + s.Image.Repository
		case why == "" && expired(x.Expires, now):
			why = "it ended on " + x.Expires.Format(time.DateOnly)
		}
		if why == "" {
			e.add(1, "exception %q covers it: %s", x.ID.String(), x.Reason)
		} else {
			e.add(1, "exception %q does not cover it: %s", x.ID.String(), why)
		}
	}
}

var rulingWords = map[truth]string{yes: "counts it", no: "does not count it"}

// rule tells what a rule makes of the finding, with the value that each condition saw.
func (e *Explanation) rule(r *Rule, s *scan.Scan, now time.Time, f *scan.Finding) {
	if !appliesTo(r.Images, s.Image.Repository) {
		e.add(1, "rule %q does not apply to %s", r.Name, s.Image.Repository)
		return
	}
	ruling := r.judge(f, now)
	text := rulingWords[ruling.truth]
	switch {
	case ruling.truth == unknown && r.Unknown == Skip:
		text = "skips it, for what ECR did not report (unknown: skip)"
	case ruling.truth == unknown:
		text = "counts it, although ECR did not report everything (unknown: count)"
	}
	e.add(1, "rule %q %s", r.Name, text)
	words := map[truth]string{yes: "holds", no: "does not hold", unknown: "unknown"}
	for i := range conditions {
		if c := &conditions[i]; c.given(r) {
			e.add(2, "%s: %s; the finding has %s: %s", c.name, c.want(r), c.got(f, now), words[c.holds(r, f, now)])
		}
	}
}
