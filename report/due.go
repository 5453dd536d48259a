package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// dueSoon is how many days ahead the output due-soon counts.
const dueSoon = 14

// DueHeading returns the heading for the findings of an image that will count within 30 days; empty if there
// are none.
func DueHeading(due []*policy.JudgedFinding) string {
	if len(due) == 0 {
		return ""
	}
	return fmt.Sprintf("Due soon: %s, the first on %s", Number(len(due), "finding"), DueDate(due[0]))
}

// DueDate returns the day on which a finding that is due will count.
func DueDate(f *policy.JudgedFinding) string { return f.Due.Date.Format(time.DateOnly) }

// DueLine returns a line about a finding that is due, with its packages and the reason why it will count.
func DueLine(f *policy.JudgedFinding) string {
	text := fmt.Sprintf("%s  %s %s", DueDate(f), SeverityWord(f.Finding), ID(f.Finding))
	if packages := PackageLabels(f.Finding); len(packages) > 0 {
		text += " in " + Some(packages, 3)
	}
	return strings.Join(append([]string{text + ": " + f.Due.Reason}, ExploitLabels(f.Finding)...), "; ")
}

// DueLine returns a summary of the findings that are due in all images; empty if none is.
func (r *Run) DueLine() string {
	day, soon := r.NextDue()
	switch {
	case day == "":
		return ""
	case soon == 0:
		return fmt.Sprintf("Due soon: none within %d days, the first on %s", dueSoon, day)
	}
	return fmt.Sprintf("Due soon: %s within %d days, the first on %s", Number(soon, "finding"), dueSoon, day)
}

// NextDue returns the first day on which a finding of the run is due (empty if none is) and how many are due
// within 14 days.
func (r *Run) NextDue() (day string, soon int) {
	last := r.Started
	if !r.AsOf.IsZero() {
		last = r.AsOf
	}
	last = policy.EndOfDay(last.AddDate(0, 0, dueSoon))
	var next time.Time
	for i := range r.Images {
		findings := r.Images[i].Verdict.Findings
		for k := range findings {
			due := findings[k].Due
			if due == nil {
				continue
			}
			if next.IsZero() || due.Date.Before(next) {
				next = due.Date
			}
			if !due.Date.After(last) {
				soon++
			}
		}
	}
	if !next.IsZero() {
		day = next.Format(time.DateOnly)
	}
	return day, soon
}
