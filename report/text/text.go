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

// Options control the appearance of the report.
type Options struct {
	Color bool
	// Width is the width of the terminal in columns, to which sentences are wrapped. 0 means that the report
	// does not go to a terminal: each sentence is one line, so that logs can be searched.
	Width int
	// Groups collapses long parts. The verdict and what to do then come last, outside any group.
	Groups Groups
	// Reports are the files of the full reports, which the text names if it leaves out images.
	Reports []string
}

// Write writes the report. For several images, it starts with an overview, worst first.
func (o Options) Write(out io.Writer, r report.Run) error {
	w := bufio.NewWriter(out)
	t := text{Options: o, out: w, fleet: len(r.Images) > maxImages}
	images := r.ByUrgency()
	var overview report.Overview
	if len(images) > 1 {
		overview = report.NewOverview(&r)
		t.overview(&r, images, overview)
	}
	end := t.part(func(e *text) { e.end(&r, images, overview) })
	t.details(&r, images, lineCount(end))
	t.write(end)
	return w.Flush()
}

// end writes what follows the details.
func (t *text) end(r *report.Run, images []*report.Image, o report.Overview) {
	t.conclusion(images, o)
	if len(images) > 1 {
		t.line("%d images: verdict %s", len(images), r.Verdict)
	}
	if data := r.DataLine(); data != "" {
		t.sentence("", data)
	}
	t.sentence("", fmt.Sprintf("%s Exit code %d.", r.PolicyLine(), r.ExitCode))
}

// A text writes lines. Its writer is a buffer, which keeps the first error until the end.
type text struct {
	Options
	fleet bool // details are short, because there are so many images
	lines int  // written so far
	out   io.Writer
}

// write writes whole lines.
func (t *text) write(b []byte) {
	t.lines += lineCount(b)
	_, _ = t.out.Write(b)
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

// line prints one line, whose parts are already safe.
func (t *text) line(format string, args ...any) { t.write(fmt.Appendf(nil, format+"\n", args...)) }

// sentence makes text from outside safe and prints it after a mark. On a terminal it is wrapped at spaces,
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

// headline prints the verdict on an image.
func (t *text) headline(img *report.Image) {
	status := string(img.Status())
	t.line("%s  %s", t.color(status, status), safe.Line(img.Name()))
	t.sentence("  ", img.Headline())
	if line := img.BaseLine(); line != "" {
		t.sentence("  ", line)
	}
}

// image prints the block of an image. With groups, the verdict and what to do come later, outside of them.
func (t *text) image(img *report.Image) {
	later := t.Groups != NoGroups && !t.fleet
	if !later {
		t.headline(img)
	}
	t.scan(img)
	if img.Err != nil && img.Status() != report.StatusNoVerdict {
		t.sentence("  not complete: ", img.Err.Error())
	}
	if img.Judged || len(img.Verdict.Findings) > 0 {
		t.table(&img.Verdict)
		t.findings(img)
	}
	t.due(img.Verdict.Due())
	t.exceptions(&img.Verdict)
	t.list("Notes", slices.Concat(img.Notes, img.Verdict.Notes))
	if !later {
		t.list("What to do", img.NextSteps())
	}
	t.line("")
}

// scan prints what was checked: the digest and the scan.
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

// exceptions lists the exceptions that need attention; the table has the number of the others.
func (t *text) exceptions(v *policy.Verdict) {
	lines := report.UrgentExceptions(v)
	if unused := v.Unused(); len(unused) > 0 {
		lines = append(lines, "without a finding to excuse: "+strings.Join(unused, ", "))
	}
	t.list("Exceptions that need attention", lines)
}

// list prints a heading and lines, each once, or nothing.
func (t *text) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	t.heading(heading)
	lines = report.Distinct(lines)
	shown := lines
	if t.fleet {
		shown = lines[:min(len(lines), maxListed)]
	}
	for _, l := range shown {
		t.sentence("  - ", l)
	}
	if n := len(lines) - len(shown); n > 0 {
		t.line("  … and %d more", n)
	}
}
