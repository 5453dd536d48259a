// Package text writes the report for people who read the log: one block for each image.
package text

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// Options are how the report looks.
type Options struct {
	Color bool
	// Width of the terminal in columns, which sentences are wrapped to. 0 means that the report does not
	// go to a terminal: each sentence is one line, so that logs can be searched.
	Width int
}

// Write writes the report.
func (o Options) Write(out io.Writer, r report.Run) error {
	t := text{Options: o, out: bufio.NewWriter(out)}
	for i := range r.Images {
		t.image(&r.Images[i])
	}
	if len(r.Images) > 1 {
		t.line("%d images: verdict %s", len(r.Images), r.Verdict)
	}
	t.sentence("", fmt.Sprintf("%s Exit code %d.", r.PolicyLine(), r.ExitCode))
	return t.out.Flush()
}

// text writes lines; the buffer keeps the first error until the end.
type text struct {
	Options
	out *bufio.Writer
}

var colors = map[string]string{
	"FAIL": "31;1", "NO VERDICT": "31;1", "NOT JUDGED": "33;1", "PASS": "32;1",
	"CRITICAL": "31;1", "HIGH": "31", "MEDIUM": "33", "bold": "1",
}

func (t *text) color(name, s string) string {
	if code := colors[name]; t.Color && code != "" {
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
	return s
}

// line prints one line, whose parts were made safe.
func (t *text) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// sentence prints text from anywhere, made safe, after a mark. On a terminal it is wrapped at blanks,
// and further lines are indented by the mark's width.
func (t *text) sentence(mark, s string) {
	words := strings.Fields(safe.Line(s))
	if t.Width == 0 {
		t.line("%s%s", mark, strings.Join(words, " "))
		return
	}
	line, empty := mark, true
	for _, word := range words {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > t.Width {
			t.line("%s", line)
			line, empty = strings.Repeat(" ", utf8.RuneCountInString(mark)), true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	t.line("%s", line)
}

func (t *text) heading(s string) {
	t.line("")
	t.line("  %s", t.color("bold", s))
}

func (t *text) image(img *report.Image) {
	status := string(img.Status())
	t.line("%s  %s", t.color(status, status), safe.Line(img.Name()))
	t.sentence("  ", img.Headline())
	t.scan(img)
	if img.Err != nil && img.Status() != report.StatusNoVerdict {
		t.sentence("  not complete: ", img.Err.Error())
	}
	if img.Judged || len(img.Verdict.Findings) > 0 {
		t.table(&img.Verdict)
		t.findings(img)
	}
	t.exceptions(&img.Verdict)
	t.list("Notes", slices.Concat(img.Notes, img.Verdict.Notes))
	t.list("What to do", img.NextSteps())
	t.line("")
}

// scan says what was checked: the digest, and the scan.
func (t *text) scan(img *report.Image) {
	if img.Ref.Digest != "" {
		t.line("  %s", safe.Line(img.Ref.Digest))
	}
	if img.Scan.Status != "" {
		t.sentence("  ", img.Scan.String())
	}
	for _, c := range img.Children {
		t.sentence("  platform ", c.String())
	}
}

func (t *text) table(v *policy.Verdict) {
	lines, sum := report.Tallies(v)
	t.line("")
	if sum.Total == 0 {
		t.line("  no findings")
		return
	}
	t.line("  %-15s %7s %8s %9s %8s", "severity", "total", "fixable", "excepted", "counted")
	for _, l := range append(lines, sum) {
		name := fmt.Sprintf("%-15s", l.Name())
		t.line("  %s %7d %8d %9d %8d", t.color(l.Name(), name), l.Total, l.Fixable, l.Excepted, l.Counted)
	}
	if rest := report.NotTallied(v); rest != "" {
		t.sentence("  ", rest)
	}
}

// exceptions lists those that need attention; the number of the others is in the table.
func (t *text) exceptions(v *policy.Verdict) {
	lines := report.UrgentExceptions(v)
	if unused := v.Unused(); len(unused) > 0 {
		lines = append(lines, "without a finding to excuse: "+strings.Join(unused, ", "))
	}
	t.list("Exceptions to look at", lines)
}

// list prints a heading and lines, each once, or nothing.
func (t *text) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	t.heading(heading)
	for _, l := range report.Distinct(lines) {
		t.sentence("  - ", l)
	}
}
