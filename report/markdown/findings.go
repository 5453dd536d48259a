package markdown

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// list writes a heading and lines, or nothing.
func (m *markdown) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if heading != "" {
		m.line("**%s**\n", heading)
	}
	m.bullets(lines)
	m.line("")
}

// bullets writes the lines of a list, as many as fit.
func (m *markdown) bullets(lines []string) {
	for _, l := range lines[:min(len(lines), m.lines)] {
		m.line("* %s", m.text(l))
	}
	if n := len(lines) - m.lines; n > 0 {
		m.line("* … and %d more", n)
	}
}

// collapsed writes a collapsed list.
func (m *markdown) collapsed(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("<details><summary>%s: %d</summary>\n", heading, len(lines))
	m.bullets(lines)
	m.line("\n</details>\n")
}

func (m *markdown) rules(v *policy.Verdict) {
	if len(v.Rules) == 0 {
		return
	}
	m.line("<details><summary>Rules: %d of %d breached</summary>\n", len(v.Breached()), len(v.Rules))
	m.line("| rule | action | counted | allowed | skipped | breached |\n|---|---|---:|---:|---:|---|")
	for _, r := range v.Rules[:min(len(v.Rules), m.lines)] {
		m.line("| %s | %s | %d | %d | %d | %s |", m.text(r.Name), r.Action, r.Count, r.Max, r.SkippedUnknown, yesNo(r.Breached))
	}
	if n := len(v.Rules) - m.lines; n > 0 {
		m.line("\n… and %d more rules", n)
	}
	m.line("\n</details>\n")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

var findingHeadings = map[policy.Disposition]string{
	policy.Counted:   "Counted findings",
	policy.Unmatched: "Findings not counted by any rule",
	policy.Excepted:  "Excepted findings",
	policy.Known:     "Known findings (in the baseline)",
	policy.SetAside:  "Findings set aside (suppressed or closed)",
}

// openRows is how many counted findings are shown without collapsing them.
const openRows = 20

// findings writes a collapsible table of the findings with one disposition.
func (m *markdown) findings(img *report.Image, d policy.Disposition, rows int) {
	n := 0
	for i := range img.Verdict.Findings {
		if img.Verdict.Findings[i].Disposition == d {
			n++
		}
	}
	if n == 0 {
		return
	}
	open := ""
	if d == policy.Counted && n <= openRows {
		open = " open"
	}
	m.line("<details%s><summary>%s: %d</summary>\n", open, findingHeadings[d], n)
	if rows > 0 {
		head, rule := "| severity | score | id | package, installed → fixed | fix |", "|---|---:|---|---|---|"
		if img.Base != nil {
			head, rule = head+" in base image |", rule+"---|"
		}
		m.line("%s why |\n%s---|", head, rule)
		m.rowsOf(img, d, rows)
	}
	if n > rows {
		m.line("\n… and %d more; see the full reports.", n-rows)
	}
	m.line("\n</details>\n")
}

func (m *markdown) rowsOf(img *report.Image, d policy.Disposition, rows int) {
	for i := range img.Verdict.Findings {
		if f := &img.Verdict.Findings[i]; f.Disposition == d {
			if rows--; rows < 0 || m.err != nil {
				return
			}
			m.finding(img, f)
		}
	}
}

// finding writes a row. The findings of a verdict are sorted worst first.
func (m *markdown) finding(img *report.Image, f *policy.JudgedFinding) {
	id := safe.MarkdownLink(safe.Cut(report.ID(f.Finding), m.runes), f.URL)
	base := ""
	if img.Base != nil {
		base = " " + report.BaseWord(f.Finding) + " |"
	}
	m.line("| %s | %s | %s | %s | %s |%s %s |", m.text(report.SeverityLabel(f.Finding)), report.ScoreLabel(f.Finding), id,
		m.cell(packages(img, f)), m.text(string(f.FixAvailable)), base, m.cell(reasons(img, f)))
}

// due writes a table of the findings that no rule counts today but that will count within 30 days.
func (m *markdown) due(img *report.Image) {
	due := img.Verdict.Due()
	if len(due) == 0 {
		return
	}
	m.line("**%s**\n", report.DueHeading(due))
	if m.fleet {
		return
	}
	m.line("| due | severity | id | package, installed → fixed | why |\n|---|---|---|---|---|")
	for _, f := range due[:min(len(due), m.lines)] {
		id := safe.MarkdownLink(safe.Cut(report.ID(f.Finding), m.runes), f.URL)
		why := append([]string{f.Due.Reason}, report.ExploitLabels(f.Finding)...)
		m.line("| %s | %s | %s | %s | %s |", report.DueDate(f), m.text(report.SeverityLabel(f.Finding)), id, m.cell(packages(img, f)), m.cell(why))
	}
	if n := len(due) - m.lines; n > 0 {
		m.line("\n… and %d more; see the full reports.", n)
	}
	m.line("")
}

// cell returns several texts for one cell, each on its own line.
func (m *markdown) cell(texts []string) string {
	var parts []string
	for _, s := range texts[:min(len(texts), m.items)] {
		parts = append(parts, m.text(s))
	}
	if n := len(texts) - m.items; n > 0 {
		parts = append(parts, fmt.Sprintf("… and %d more", n))
	}
	return strings.Join(parts, "<br>")
}

// packages returns the packages of a finding, and its platforms if it is not on all of them.
func packages(img *report.Image, f *policy.JudgedFinding) []string {
	labels := report.PackageLabels(f.Finding)
	if only := report.OnlyOn(img, f); only != "" {
		labels = append(labels, only)
	}
	return labels
}

// reasons returns why a finding has its disposition.
func reasons(img *report.Image, f *policy.JudgedFinding) []string {
	words := report.RuleLabels(&img.Verdict, f)
	if f.Disposition == policy.SetAside {
		words = append(words, "status "+f.Status)
	}
	if x := f.Exception; x != nil {
		words = append(words, "exception "+x.ID.String()+": "+report.ExceptionReason(x))
	}
	if expired := report.ExpiredLabel(f); expired != "" {
		words = append(words, expired)
	}
	return append(words, report.ExploitLabels(f.Finding)...)
}

// paste writes proposed exceptions.
func (m *markdown) paste(r *report.Run, img *report.Image) {
	if text := r.Snippets(img); text != "" {
		m.line("<details><summary>Exceptions to paste into the policy file, for findings that do not apply to this image</summary>\n\n```yaml\n%s```\n\n</details>\n", text)
	}
}

// exceptions lists the exceptions that need attention; the rest is collapsed.
func (m *markdown) exceptions(v *policy.Verdict) {
	var ended, unused, used, idle []string
	excused := report.Excused(v)
	for _, x := range v.Exceptions {
		text := report.ExceptionLabel(x)
		switch {
		case report.Urgent(x):
		case x.State == policy.StateExpired:
			ended = append(ended, text)
		case x.State == policy.StateUnused && len(v.Unused()) > 0:
			unused = append(unused, text)
		case x.Used > 0:
			used = append(used, text+" ("+report.Number(excused[x.Index], "finding")+" excused)")
		default:
			idle = append(idle, text)
		}
	}
	m.list("Exceptions that have expired or soon will", report.UrgentExceptions(v))
	m.collapsed("Exceptions to remove: they excuse nothing", unused)
	m.collapsed("Expired exceptions that no finding needs", ended)
	m.collapsed("Exceptions in use", used)
	m.collapsed("Exceptions that no finding needs", idle)
}
