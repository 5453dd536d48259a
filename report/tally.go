package report

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Tally is a line of the severity table. It leaves out findings that were set aside.
type Tally struct {
	// Severity is empty in the sum of all lines.
	Severity                          scan.Severity
	Total, Fixable, Excepted, Counted int
}

// Tallies returns a line for each severity that occurs, worst first, and their sum.
func Tallies(v *policy.Verdict) (lines []Tally, sum Tally) {
	by := map[scan.Severity]*Tally{}
	for _, s := range scan.Severities {
		by[s] = &Tally{Severity: s}
	}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition != policy.SetAside {
			by[f.Severity.Counted()].add(f)
			sum.add(f)
		}
	}
	for _, s := range scan.Severities {
		if by[s].Total > 0 {
			lines = append(lines, *by[s])
		}
	}
	return lines, sum
}

func (t *Tally) add(f *policy.JudgedFinding) {
	t.Total++
	if f.FixAvailable.Fixable() {
		t.Fixable++
	}
	switch f.Disposition {
	case policy.Excepted:
		t.Excepted++
	case policy.Counted:
		t.Counted++
	}
}

// Name returns the severity, or "all" for the sum.
func (t Tally) Name() string {
	if t.Severity == "" {
		return "all"
	}
	return string(t.Severity)
}

// Counts returns the sums of the counts of all images.
func (r *Run) Counts() policy.Counts {
	total := policy.Counts{Severities: map[scan.Severity]int{}}
	for i := range r.Images {
		c := r.Images[i].Verdict.Counts()
		for s, n := range c.Severities {
			total.Severities[s] += n
		}
		total.Total += c.Total
		total.Fixable += c.Fixable
		total.Counted += c.Counted
		total.Excepted += c.Excepted
		total.Known += c.Known
		total.SetAside += c.SetAside
		total.Unmatched += c.Unmatched
	}
	return total
}

// NotTallied returns the numbers of findings for which the severity table has no column; empty if there are
// none.
func NotTallied(v *policy.Verdict) string {
	var parts []string
	c := v.Counts()
	if c.Known > 0 {
		parts = append(parts, fmt.Sprintf("%d known (in the baseline), not counted", c.Known))
	}
	if c.SetAside > 0 {
		parts = append(parts, fmt.Sprintf("%d suppressed or closed, not included above", c.SetAside))
	}
	return strings.Join(parts, "; ")
}
