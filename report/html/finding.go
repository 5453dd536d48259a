package html

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// FindingTable returns the head of the table of findings, with columns for exploitation data and the base
// image if they are known.
func (img image) FindingTable() table {
	names, class := []string{"severity", "#score", "id", "package, installed → fixed", "fix", "exploit"}, "wide findings"
	if len(img.run.ExploitData) > 0 || img.Base != nil {
		class += " more"
	}
	if len(img.run.ExploitData) > 0 {
		names = append(names, "known exploited", "#EPSS")
	}
	if img.Base != nil {
		names = append(names, "in base image")
	}
	return newTable(class, "Findings", append(names, "disposition")...)
}

// HasFindings reports whether there is a table of findings.
func (img image) HasFindings() bool {
	for range img.Findings() {
		return true
	}
	return false
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

// maxTitle is how much of a title fits in a row.
const maxTitle = 160

// Findings returns the findings of the image, one at a time: all of them, or only those that a rule counts.
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

// titleOf returns what a title adds to the id and the packages; many of Inspector's titles add nothing.
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

// why returns the disposition of a finding with its reason.
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

// A due finding is a row of the table of findings that are due.
type due struct {
	finding
	Date    string
	Reasons []string
}

// DueHeading returns the heading for the findings that are due; empty if none is.
func (img image) DueHeading() string { return report.DueHeading(img.Verdict.Due()) }

// Due returns the findings that no rule counts today but that will count within 30 days, by date.
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
