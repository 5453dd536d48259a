// Package markdown writes the report for wikis, tickets and pull requests, and GitHub's job summary, which is
// the same report as far as it fits. Long parts are collapsed, with HTML elements that GitHub and GitLab
// allow.
package markdown

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// Write writes the full report, with every finding.
func Write(out io.Writer, r report.Run) error {
	w := bufio.NewWriterSize(out, 1<<16)
	m := markdown{content: newContent(&r), out: w, limits: everything}
	m.run(&r)
	return errors.Join(m.err, w.Flush())
}

// content is the part of a report that does not depend on how much of it fits.
type content struct {
	images   []*report.Image // worst first
	overview report.Overview
	fleet    bool // findings that no rule counts are left out, because there are so many images
}

func newContent(r *report.Run) content {
	c := content{images: r.ByUrgency(), fleet: len(r.Images) > report.Fleet}
	if len(r.Images) > 1 {
		c.overview = report.NewOverview(r)
	}
	return c
}

// A markdown writes markdown and keeps the first error.
type markdown struct {
	content
	limits
	brief bool // the job summary, which has a chart
	out   io.Writer
	err   error
}

// line writes a line whose parts are already escaped.
func (m *markdown) line(format string, args ...any) {
	if m.err == nil {
		_, m.err = fmt.Fprintf(m.out, format+"\n", args...)
	}
}

// text escapes text from outside and cuts it to the limit.
func (m *markdown) text(s string) string { return safe.Markdown(safe.Cut(s, m.runes)) }

func (m *markdown) run(r *report.Run) {
	m.line("## ecrgate: %s\n", safe.Markdown(r.Title()))
	if r.Problem != "" {
		m.list("", strings.Split(r.Problem, "\n"))
	}
	m.basis(r, 2000)
	if len(r.Images) > 1 {
		m.several(r)
		m.chart(r)
	}
	for _, img := range m.shown() {
		if m.err == nil {
			m.image(r, img)
		}
	}
	if m.most < m.table {
		m.left(m.most)
	}
	m.line("Reported by ecrgate %s, %s.", m.text(r.Version), r.Ended.UTC().Format(time.RFC3339))
}

// basis writes what the verdicts are based on, with at most so many characters about the policy.
func (m *markdown) basis(r *report.Run, runes int) {
	m.line("%s Exit code %d.\n", safe.Markdown(safe.Cut(r.PolicyLine(), runes)), r.ExitCode)
	if data := r.DataLine(); data != "" {
		m.line("%s\n", safe.Markdown(data))
	}
}

// shown returns the images whose details fit.
func (m *markdown) shown() []*report.Image { return m.images[:min(len(m.images), m.most)] }

// left writes the number of images after the first n.
func (m *markdown) left(n int) {
	if left := len(m.images) - n; left > 0 {
		m.line("… and %s, none more severe; see the full reports.\n", report.Number(left, "more image"))
	}
}

// several starts the report of several images.
func (m *markdown) several(r *report.Run) {
	m.line("%s: %s\n", report.Number(len(r.Images), "image"), r.StatusCounts())
	m.line("| image | verdict | total | fixable | excepted | counted |\n|---|---|---:|---:|---:|---:|")
	for _, img := range m.images[:min(len(m.images), m.table)] {
		c := img.Verdict.Counts()
		m.line("| %s | %s | %d | %d | %d | %d |", m.text(img.Name()), img.Status(), c.Total, c.Fixable, c.Excepted, c.Counted)
	}
	m.line("")
	m.left(m.table)
	m.list("Vulnerabilities in most images", m.overview.VulnerabilityLines())
	m.list("Upgrades that fix most", m.overview.UpgradeLines())
	if due := r.DueLine(); due != "" {
		m.line("**%s**\n", due)
	}
	if m.fleet {
		m.line("Findings that no rule counts are left out; the JSON report has them.\n")
	}
}

func (m *markdown) image(r *report.Run, img *report.Image) {
	v := &img.Verdict
	m.line("### %s: %s\n", img.Status(), m.text(img.Name()))
	m.headline(img)
	m.facts(img)
	if img.Judged || len(v.Findings) > 0 {
		m.severities(v)
	}
	m.findings(img, policy.Counted, m.rows)
	m.due(img)
	m.list("What to do", img.NextSteps())
	m.paste(r, img)
	m.exceptions(v)
	if len(r.Images) == 1 {
		m.chart(r)
	}
	m.rules(v)
	if !m.fleet {
		for _, d := range []policy.Disposition{policy.Unmatched, policy.Excepted, policy.Known, policy.SetAside} {
			m.findings(img, d, m.rest)
		}
	}
	m.list("Notes", img.AllNotes())
}

// headline writes the verdict on an image and the number of findings from its base image.
func (m *markdown) headline(img *report.Image) {
	m.line("%s\n", m.text(img.Sentence()))
	if line := img.BaseLine(); line != "" {
		m.line("%s.\n", m.text(line))
	}
}

// facts writes what was checked.
func (m *markdown) facts(img *report.Image) {
	var facts []string
	if img.Ref.Digest != "" {
		facts = append(facts, "Digest: "+img.Ref.Digest)
	}
	if s := img.Scan; s.Status != "" {
		text := "Scan: " + strings.TrimPrefix(s.String(), "scan, ")
		if !s.Status.Ended() && s.Description != "" {
			text += ", " + s.Description
		}
		facts = append(facts, text)
	}
	for _, c := range img.Children {
		facts = append(facts, "Platform "+c.Describe())
	}
	m.bullets(facts)
	m.line("")
}

// severities writes the severity table.
func (m *markdown) severities(v *policy.Verdict) {
	lines, sum := report.Tallies(v)
	if sum.Total == 0 {
		m.line("No findings.\n")
	} else {
		m.line("| severity | total | fixable | excepted | counted |\n|---|---:|---:|---:|---:|")
		for _, l := range append(lines, sum) {
			m.line("| %s | %d | %d | %d | %d |", l.Name(), l.Total, l.Fixable, l.Excepted, l.Counted)
		}
		m.line("")
	}
	if rest := report.NotTallied(v); rest != "" {
		m.line("Besides: %s.\n", rest)
	}
}

// chart writes a pie chart of the findings of all images by severity, which GitHub draws. It adds nothing to
// the tables.
func (m *markdown) chart(r *report.Run) {
	c := r.Counts()
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
