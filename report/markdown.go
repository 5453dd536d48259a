package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// Markdown is the full report, with every finding, for wikis, tickets and pull requests. What is
// long is folded, in elements that GitHub and GitLab keep.
func Markdown(w io.Writer, r Run) error {
	m := markdown{stream: stream{out: newBuffer(w)}, limits: everything}
	m.run(r)
	return m.end()
}

// markdown writes markdown. Brief is the job summary, which has a chart.
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

// line writes a line whose parts were made safe.
func (m *markdown) line(format string, args ...any) { m.text(fmt.Sprintf(format, args...) + "\n") }

// safe is text from anywhere, no longer than there is room for.
func (m *markdown) safe(s string) string { return mdText(cutText(s, m.runes)) }

func (m *markdown) run(r Run) {
	m.line("## ecrgate: %s\n", runWords(r))
	if r.Problem != "" {
		m.list("", strings.Split(r.Problem, "\n"))
	}
	m.line("%s Exit code %d.\n", mdText(cutText(judgeLine(r), 2000)), r.ExitCode)
	images := m.shown(r)
	if len(r.Images) > 1 {
		m.overview(images)
	}
	if n := len(r.Images) - len(images); n > 0 {
		m.line("… and %d more, none of them worse: the other reports have all of them.\n", n)
	}
	if len(r.Images) > 1 {
		m.chart(r)
	}
	for _, img := range images {
		if m.err == nil {
			m.image(r, img)
		}
	}
	m.line("Reported by ecrgate %s, %s.", m.safe(r.Version), r.Ended.UTC().Format(time.RFC3339))
}

// runWords sum up a run, in words that need no colour.
func runWords(r Run) string {
	if r.Problem != "" {
		return "nothing was judged"
	}
	text := map[policy.Outcome]string{policy.Passed: "passed", policy.Failed: "FAILED"}[r.Verdict]
	if text == "" {
		text = "NO VERDICT"
	}
	n := 0
	for i := range r.Images {
		if standing(&r.Images[i]) == "NOT JUDGED" {
			n++
		}
	}
	if n > 0 {
		text += fmt.Sprintf(", %s NOT JUDGED", number(n, "image"))
	}
	if r.Verdict != policy.Passed && r.ExitCode == 0 {
		text += fmt.Sprintf(" (mode %s: the job goes on)", r.Mode)
	}
	return text
}

func (m *markdown) overview(images []*Image) {
	m.line("| image | verdict | total | fixable | excepted | counted |\n|---|---|---:|---:|---:|---:|")
	for _, img := range images {
		c := img.Verdict.Counts()
		m.line("| %s | %s | %d | %d | %d | %d |", m.safe(img.name()), standing(img), c.Total, c.Fixable, c.Excepted, c.Counted)
	}
	m.line("")
}

func (m *markdown) image(r Run, img *Image) {
	v := &img.Verdict
	m.line("### %s: %s\n", standing(img), m.safe(img.name()))
	m.line("%s.\n", m.safe(headline(img)))
	m.facts(img)
	if img.Judged || len(v.Findings) > 0 {
		m.severities(v)
	}
	m.findings(img, policy.Counted, m.rows)
	m.list("What to do", todo(img))
	m.paste(r, img)
	m.exceptions(v)
	if len(r.Images) == 1 {
		m.chart(r)
	}
	m.rules(v)
	for _, d := range []policy.Disposition{policy.Unmatched, policy.Excepted, policy.Known, policy.SetAside} {
		m.findings(img, d, m.rest)
	}
	m.list("Notes", img.notes())
}

// facts say what was judged.
func (m *markdown) facts(img *Image) {
	var facts []string
	if img.Ref.Digest != "" {
		facts = append(facts, "Digest: "+img.Ref.Digest)
	}
	if s := img.Scan; s.Status != "" {
		text := "Scan: " + strings.TrimPrefix(scanWords(s), "scan, ")
		if !s.Status.Ended() && s.Description != "" {
			text += ", " + s.Description
		}
		facts = append(facts, text)
	}
	for _, c := range img.Children {
		facts = append(facts, "Platform "+childWords(c))
	}
	m.lineup(facts)
	m.line("")
}

// childWords say what became of one manifest of an index.
func childWords(c Child) string {
	text := fmt.Sprintf("%s %s: %s", c.Platform, short(c.Digest), c.Verdict)
	switch {
	case c.Err != nil:
		text += ", " + c.Err.Error()
	case !c.Judged:
		text += ", NOT JUDGED"
	}
	return text
}

// severities is the severity table, and in a summary a chart of it.
func (m *markdown) severities(v *policy.Verdict) {
	lines, sum := tallies(v)
	if sum.Total == 0 {
		m.line("No findings.\n")
	} else {
		m.line("| severity | total | fixable | excepted | counted |\n|---|---:|---:|---:|---:|")
		for _, l := range append(lines, sum) {
			name := l.Severity
			if name == "" {
				name = "all"
			}
			m.line("| %s | %d | %d | %d | %d |", name, l.Total, l.Fixable, l.Excepted, l.Counted)
		}
		m.line("")
	}
	if c := v.Counts(); c.Known+c.SetAside > 0 {
		m.line("Known by the baseline, not counted: %d. Set aside (suppressed or closed), in none of these numbers: %d.\n", c.Known, c.SetAside)
	}
}

// chart draws how the findings of all images divide into severities, where GitHub draws charts. It
// says nothing that the tables do not.
func (m *markdown) chart(r Run) {
	c := sum(r)
	if !m.brief || c.Total < 2 {
		return
	}
	m.line("```mermaid\npie showData title Findings by severity")
	for _, s := range scan.Severities {
		if n := c.Severities[s]; n > 0 {
			m.line("  %q : %d", s, n)
		}
	}
	m.line("```\n")
}

// exploitWord is empty where ECR knows of no exploit.
func exploitWord(f *scan.Finding) string {
	if f.ExploitAvailable == scan.Yes {
		return "exploit known"
	}
	return ""
}
