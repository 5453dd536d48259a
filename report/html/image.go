package html

import (
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

// textOf returns the text of a string, a glob or any other Stringer.
func textOf(v any) string { return fmt.Sprint(v) }

// An image is a section of the page.
type image struct {
	*report.Image
	Number int
	run    *report.Run
	fleet  bool // findings that no rule counts are left out
}

// Class returns the CSS class of the image's status.
func (img image) Class() string { return statusClass[img.Status()] }

// Counts returns the numbers of the overview.
func (img image) Counts() policy.Counts { return img.Verdict.Counts() }

// Steps returns the list of what to do.
func (img image) Steps() list { return list{"What to do", img.NextSteps(), "box"} }

// Urgent returns the exceptions that need attention.
func (img image) Urgent() list {
	return list{"Exceptions that have expired or soon will", report.UrgentExceptions(&img.Verdict), "box"}
}

// Notes returns the notes of the image.
func (img image) Notes() list { return list{"Notes", img.AllNotes(), ""} }

// Facts returns what was checked.
func (img image) Facts() list {
	var facts []string
	if img.Ref.Digest != "" {
		facts = append(facts, "digest "+img.Ref.Digest)
	}
	if img.Scan.Status != "" {
		facts = append(facts, img.Scan.String())
	}
	if !img.Scan.Status.Ended() && img.Scan.Description != "" {
		facts = append(facts, img.Scan.Description)
	}
	for _, c := range img.Children {
		facts = append(facts, "platform "+c.Describe())
	}
	return list{"What was checked", facts, "soft"}
}

// Tallied reports whether the page shows a severity table, or that there are no findings.
func (img image) Tallied() bool { return img.Judged || len(img.Verdict.Findings) > 0 }

// NotTallied returns what the severity table leaves out.
func (img image) NotTallied() string { return report.NotTallied(&img.Verdict) }

// Snippets returns exceptions to paste.
func (img image) Snippets() string { return img.run.Snippets(img.Image) }

// A tally is a line of the severity table, with a bar of the same numbers.
type tally struct {
	report.Tally
	most int // the largest total
}

// Tallies returns the lines of the severity table and their sum; none if there are no findings.
func (img image) Tallies() []tally {
	lines, sum := report.Tallies(&img.Verdict)
	if sum.Total == 0 {
		return nil
	}
	most := 1
	for _, l := range lines {
		most = max(most, l.Total)
	}
	var out []tally
	for _, l := range append(lines, sum) {
		out = append(out, tally{l, most})
	}
	return out
}

// barWidth is the length of the longest bar.
const barWidth = 110

// Width returns the width of the drawing.
func (t tally) Width() int { return barWidth }

// TotalBar returns the length of the bar of all findings.
func (t tally) TotalBar() int { return barLength(t.Total, t.most) }

// CountedBar returns the length of the bar over it, of the counted findings.
func (t tally) CountedBar() int { return barLength(t.Counted, t.most) }

// barLength returns a length in proportion to n, but never too short to see.
func barLength(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(3, barWidth*n/most)
}

// An exception is a row of the table of exceptions.
type exception struct {
	ID, Package     policy.Glob
	Reason, Expires string
	State           policy.ExceptionState
	Findings        int
}

// Exceptions returns the exceptions of the policy that apply to the image.
func (img image) Exceptions() []exception {
	excused := report.Excused(&img.Verdict)
	var out []exception
	for _, x := range img.Verdict.Exceptions {
		row := exception{ID: x.ID, Package: x.Package, Reason: report.ExceptionReason(x.Exception), State: x.State, Findings: excused[x.Index]}
		if x.Expires != nil {
			row.Expires = x.Expires.Format(time.DateOnly)
		}
		out = append(out, row)
	}
	return out
}
