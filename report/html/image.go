package html

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
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

// HasFindings reports whether there is a table of findings.
func (img image) HasFindings() bool {
	for range img.Findings() {
		return true
	}
	return false
}

// A due finding is a row of the table of findings that are due.
type due struct {
	finding
	Date    string
	Reasons []string
}

// DueHeading heads the findings that are due; empty when none is.
func (img image) DueHeading() string { return report.DueHeading(img.Verdict.Due()) }

// Due are the findings that no rule counts today and that will count within 30 days, by date.
func (img image) Due() []due {
	var rows []due
	if img.fleet {
		return nil
	}
	for _, f := range img.Verdict.Due() {
		rows = append(rows, due{img.row(f), report.DueDate(f), append([]string{f.Due.Reason}, report.ExploitLabels(f.Finding)...)})
	}
	return rows
}

// FindingTable is the head of the table of findings, with columns for exploitation data and the base image
// where they are known.
func (img image) FindingTable() table {
	names := []string{"severity", "#score", "id", "package, installed → fixed", "fix", "exploit"}
	if len(img.run.ExploitData) > 0 {
		names = append(names, "known exploited", "#EPSS")
	}
	if img.Base != nil {
		names = append(names, "in base image")
	}
	return newTable("wide findings", "Findings", append(names, "disposition")...)
}

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

// A finding is a row of the table of findings; its texts are safe.
type finding struct {
	Counted, Severity, Score, ScoreKey, ID, URL, Title string
	Rank                                               int
	Packages                                           []string
	Fix, Exploit, Why                                  string
	Data                                               bool // there is exploitation data
	KEV, EPSS, EPSSKey                                 string
	InBase                                             string // empty without a base image
	Disposition                                        policy.Disposition
}

// maxTitle is how much of a title fits into a row.
const maxTitle = 160

// Findings are the findings of the image, one at a time: all of them, or those that a rule counts.
func (img image) Findings() iter.Seq[finding] {
	return func(yield func(finding) bool) {
		for i := range img.Verdict.Findings {
			if img.fleet && img.Verdict.Findings[i].Disposition != policy.Counted {
				continue
			}
			if !yield(img.row(&img.Verdict.Findings[i])) {
				return
			}
		}
	}
}

func (img image) row(f *policy.JudgedFinding) finding {
	row := finding{
		Counted: string(f.Severity.Counted()), Rank: f.Severity.Rank(), Severity: safe.Line(report.SeverityLabel(f.Finding)),
		Score: report.ScoreLabel(f.Finding), ScoreKey: "-1", ID: safe.Line(report.ID(f.Finding)), Title: safe.Line(titleOf(f.Finding)),
		Packages: report.PackageLabels(f.Finding), Fix: safe.Line(string(f.FixAvailable)), Exploit: safe.Line(string(f.ExploitAvailable)),
		Why: safe.Line(why(&img.Verdict, f)), Disposition: f.Disposition, Data: len(img.run.ExploitData) > 0,
	}
	if row.Data {
		row.KEV, row.EPSS = safe.Line(string(f.KnownExploited)), report.EPSSLabel(f.Finding)
		row.EPSSKey = cmp.Or(row.EPSS, "-1")
	}
	if img.Base != nil {
		row.InBase = report.BaseWord(f.Finding)
	}
	if f.Score != nil {
		row.ScoreKey = row.Score
	}
	if only := report.OnlyOn(img.Image, f); only != "" {
		row.Packages = append(row.Packages, only)
	}
	if safe.WebPage(f.URL) {
		row.URL = f.URL
	}
	return row
}

// titleOf is what a title adds to id and packages, which Inspector's titles consist of.
func titleOf(f *scan.Finding) string {
	if f.ID == "" {
		return ""
	}
	title := strings.TrimLeft(strings.TrimPrefix(f.Title, f.ID), " -:")
	for _, word := range strings.Split(title, ", ") {
		if !slices.ContainsFunc(f.Packages, func(p scan.Package) bool { return p.Name == word }) {
			return safe.Cut(title, maxTitle)
		}
	}
	return ""
}

// why is a finding's disposition with its reason.
func why(v *policy.Verdict, f *policy.JudgedFinding) string {
	text := report.DispositionLabels[f.Disposition]
	switch {
	case len(f.Rules) > 0:
		text += ": " + strings.Join(report.RuleLabels(v, f), ", ")
	case f.Exception != nil:
		text += ": " + report.ExceptionReason(f.Exception)
	case f.Disposition == policy.SetAside:
		text += ": status " + f.Status
	}
	if expired := report.ExpiredLabel(f); expired != "" {
		text += "; " + expired
	}
	return text
}
