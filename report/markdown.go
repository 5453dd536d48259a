package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// summaryLimit is how large a job summary may be; GitHub refuses one over 1 MiB as a whole.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
const summaryLimit = 1 << 20

// limits say how much a markdown report shows; what is left out is counted.
type limits struct {
	images, rows, lines int
}

var everything = limits{images: 1 << 30, rows: 1 << 30, lines: 1 << 30}

// Markdown is the full report, with every finding.
func Markdown(w io.Writer, r Run) error {
	m := markdown{stream: stream{out: newBuffer(w)}, limits: everything}
	m.run(r)
	return m.end()
}

// Summary is the report for GitHub's job summary: that of Markdown, as far as it fits into 1 MiB.
// Rows are cut and counted, the head never.
func Summary(w io.Writer, r Run) error {
	l := limits{images: 200, rows: 500, lines: 50}
	for {
		var b bytes.Buffer
		m := markdown{stream: stream{out: newBuffer(&b)}, limits: l, brief: true}
		m.run(r)
		if err := m.end(); err != nil {
			return err
		}
		if b.Len() < summaryLimit*9/10 {
			_, err := w.Write(b.Bytes())
			return err
		}
		l = limits{images: max(1, l.images/2), rows: l.rows / 2, lines: max(1, l.lines/2)}
	}
}

// markdown writes markdown. Brief leaves out findings that need nobody's attention.
type markdown struct {
	stream
	limits
	brief bool
}

func (m *markdown) end() error {
	if m.err != nil {
		return m.err
	}
	return m.out.Flush()
}

func (m *markdown) line(format string, args ...any) { m.text(fmt.Sprintf(format, args...) + "\n") }

func (m *markdown) run(r Run) {
	m.line("## ecrgate: %s\n", runWords(r))
	m.line("%s Exit code %d.\n", mdText(judgeLine(r)), r.ExitCode)
	if len(r.Images) > 1 {
		m.overview(r)
	}
	for i := range r.Images[:min(len(r.Images), m.images)] {
		m.image(&r.Images[i])
	}
	if n := len(r.Images) - m.images; n > 0 {
		m.line("… and %d more images: the other reports have all of them.\n", n)
	}
}

// runWords sum up a run.
func runWords(r Run) string {
	words := map[policy.Outcome]string{policy.Passed: "passed", policy.Failed: "FAILED", policy.Errored: "NO VERDICT"}
	text := words[r.Verdict]
	n := 0
	for i := range r.Images {
		if standing(&r.Images[i]) == "NOT JUDGED" {
			n++
		}
	}
	if n > 0 {
		text += fmt.Sprintf(", %s NOT JUDGED", number(n, "image"))
	}
	return text
}

func (m *markdown) overview(r Run) {
	m.line("| image | verdict | total | fixable | counted |\n|---|---|---:|---:|---:|")
	for i := range r.Images[:min(len(r.Images), m.images)] {
		img := &r.Images[i]
		c := img.Verdict.Counts()
		m.line("| %s | %s | %d | %d | %d |", mdText(img.Ref.String()), standing(img), c.Total, c.Fixable, c.Counted)
	}
	m.line("")
}

func (m *markdown) image(img *Image) {
	m.line("### %s: %s\n", standing(img), mdText(img.Ref.String()))
	m.line("%s.\n", mdText(headline(img)))
	m.facts(img)
	if img.Judged || len(img.Verdict.Findings) > 0 {
		m.table(&img.Verdict)
	}
	m.list("What to do", todo(img))
	m.rules(&img.Verdict)
	m.findings("Counted findings", img, true, policy.Counted)
	m.exceptions(&img.Verdict)
	if !m.brief {
		m.findings("Findings that no rule counted", img, false, policy.Unmatched)
		m.findings("Excepted findings", img, false, policy.Excepted)
		m.findings("Findings that the baseline knows", img, false, policy.Known)
		m.findings("Findings set aside (suppressed or closed)", img, false, policy.SetAside)
	}
	m.list("Notes", img.notes())
}

// facts say what was judged.
func (m *markdown) facts(img *Image) {
	if img.Ref.Digest != "" {
		m.line("* Digest: %s", mdText(img.Ref.Digest))
	}
	if img.Scan.Status != "" {
		m.line("* Scan: %s", mdText(scanWords(img.Scan)))
	}
	for _, c := range img.Children {
		text := fmt.Sprintf("%s %s: %s", c.Platform, short(c.Digest), c.Verdict)
		if c.Err == nil && !c.Judged {
			text += ", NOT JUDGED"
		}
		m.line("* Platform %s", mdText(text))
	}
	m.line("")
}

// table is the severity table, and a chart of it where there is something to show.
func (m *markdown) table(v *policy.Verdict) {
	lines, sum := tallies(v)
	if sum.Total == 0 {
		m.line("No findings.\n")
		return
	}
	m.line("| severity | total | fixable | excepted | counted |\n|---|---:|---:|---:|---:|")
	for _, l := range lines {
		m.line("| %s | %d | %d | %d | %d |", l.Severity, l.Total, l.Fixable, l.Excepted, l.Counted)
	}
	m.line("| all | %d | %d | %d | %d |\n", sum.Total, sum.Fixable, sum.Excepted, sum.Counted)
	if m.brief && len(lines) > 1 {
		m.line("<details><summary>Severities as a chart</summary>\n\n```mermaid\npie showData")
		for _, l := range lines {
			m.line("  %q : %d", l.Severity, l.Total)
		}
		m.line("```\n\n</details>\n")
	}
	if c := v.Counts(); c.Known+c.SetAside > 0 {
		m.line("Known by the baseline: %d. Set aside, in none of these numbers: %d.\n", c.Known, c.SetAside)
	}
}

// list writes a heading and lines, or nothing.
func (m *markdown) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("**%s**\n", heading)
	for _, l := range lines[:min(len(lines), m.lines)] {
		m.line("* %s", mdText(cutText(l, 2000)))
	}
	if n := len(lines) - m.lines; n > 0 {
		m.line("* … and %d more", n)
	}
	m.line("")
}

func (m *markdown) rules(v *policy.Verdict) {
	if len(v.Rules) == 0 {
		return
	}
	m.line("<details><summary>Rules: %d breached of %d</summary>\n\n| rule | action | counted | allowed | skipped | breached |\n|---|---|---:|---:|---:|---|", len(v.Breached()), len(v.Rules))
	for i, r := range v.Rules {
		if i == m.lines {
			break
		}
		m.line("| %s | %s | %d | %d | %d | %s |", mdText(r.Name), r.Action, r.Count, r.Max, r.SkippedUnknown, yesNo(r.Breached))
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

// findings is a folded table of the findings with a disposition.
func (m *markdown) findings(heading string, img *Image, open bool, d policy.Disposition) {
	n, shown := 0, 0
	for i := range img.Verdict.Findings {
		if img.Verdict.Findings[i].Disposition == d {
			n++
		}
	}
	if n == 0 {
		return
	}
	m.line("<details%s><summary>%s: %d</summary>\n\n| severity | score | id | package | fix | rule |\n|---|---:|---|---|---|---|", map[bool]string{true: " open"}[open && n <= 20], heading, n)
	for i := range img.Verdict.Findings {
		if f := &img.Verdict.Findings[i]; f.Disposition == d && shown < m.rows {
			shown++
			m.finding(f)
		}
	}
	if n > shown {
		m.line("\n… and %d more: the other reports have all of them.", n-shown)
	}
	m.line("\n</details>\n")
}

func (m *markdown) finding(f *policy.Judged) {
	why := strings.Join(f.Rules, ", ")
	switch {
	case f.Exception != nil:
		why = "exception " + f.Exception.ID.String() + ": " + f.Exception.Reason
	case f.Expired != nil:
		why += "; its exception has ended"
	}
	m.line("| %s | %s | %s | %s | %s | %s |", mdText(severityWord(f.Finding)), scoreWord(f.Finding), mdLink(idOf(f.Finding), f.URL),
		mdText(cutText(packagesWord(f.Finding), 500)), f.FixAvailable, mdText(cutText(why, 500)))
}

// packagesWord are all packages of a finding with paths and platforms.
func packagesWord(f *scan.Finding) string {
	var words []string
	for _, p := range f.Packages {
		text := packageWord(p)
		if p.Path != "" {
			text += " in " + p.Path
		}
		words = append(words, text)
	}
	text := strings.Join(words, ", ")
	if len(f.Platforms) > 0 {
		text += " (" + platformWords(f.Platforms) + ")"
	}
	return text
}

// exceptions lists what somebody should look at, the others are folded.
func (m *markdown) exceptions(v *policy.Verdict) {
	var urgent, unused, used []string
	for _, x := range v.Exceptions {
		switch x.State {
		case policy.StateExpired, policy.StateExpiring:
			urgent = append(urgent, exceptionWords(x))
		case policy.StateUnused:
			unused = append(unused, exceptionWords(x))
		default:
			used = append(used, fmt.Sprintf("%s, excuses %s", exceptionWords(x), number(x.Used, "finding")))
		}
	}
	m.list("Exceptions that have ended or soon will", urgent)
	m.folded("Exceptions that excuse nothing", unused)
	m.folded("Exceptions that were needed", used)
}

func (m *markdown) folded(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("<details><summary>%s: %d</summary>\n", heading, len(lines))
	for _, l := range lines[:min(len(lines), m.lines)] {
		m.line("* %s", mdText(cutText(l, 2000)))
	}
	if n := len(lines) - m.lines; n > 0 {
		m.line("* … and %d more", n)
	}
	m.line("\n</details>\n")
}
