package html

import (
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

// textOf is the text of a string, a glob or another value that names itself.
func textOf(v any) string { return fmt.Sprint(v) }

// An image is a section of the page.
type image struct {
	*report.Image
	Number int
	run    *report.Run
	fleet  bool // findings that no rule counts are left out
}

// Class is the color of the image's status.
func (img image) Class() string { return statusClass[img.Status()] }

// Counts are the numbers of the overview.
func (img image) Counts() policy.Counts { return img.Verdict.Counts() }

// Steps are what to do.
func (img image) Steps() list { return list{"What to do", img.NextSteps(), "box"} }

// Urgent are exceptions that need attention.
func (img image) Urgent() list {
	return list{"Exceptions that have expired or soon will", report.UrgentExceptions(&img.Verdict), "box"}
}

// Notes are the image's notes.
func (img image) Notes() list { return list{"Notes", img.AllNotes(), ""} }

// Facts say what was checked.
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

// Tallied reports whether there is a severity table, or the word that there are no findings.
func (img image) Tallied() bool { return img.Judged || len(img.Verdict.Findings) > 0 }

// NotTallied names what the severity table leaves out.
func (img image) NotTallied() string { return report.NotTallied(&img.Verdict) }

// Snippets are exceptions to paste.
func (img image) Snippets() string { return img.run.Snippets(img.Image) }

// A tally is a line of the severity table, with a bar that says the same again.
type tally struct {
	report.Tally
	most int // the largest total
}

// Tallies are the lines of the severity table and their sum; none when there are no findings.
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

// Width is the width of the drawing.
func (t tally) Width() int { return barWidth }

// TotalBar and CountedBar are the lengths of the two bars.
func (t tally) TotalBar() int { return barLength(t.Total, t.most) }

// CountedBar is the bar over the other one.
func (t tally) CountedBar() int { return barLength(t.Counted, t.most) }

// barLength is in proportion, but never too short to see.
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

// Exceptions are those of the policy that apply to the image.
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
