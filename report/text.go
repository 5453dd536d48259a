package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
)

// TextOptions are how the text report looks.
type TextOptions struct {
	Color bool
	// Width in columns that lines are kept to where they can be broken; 0: 80.
	Width int
}

// Text gives the format for people who read the log: one block for each image.
func Text(o TextOptions) Format {
	if o.Width == 0 {
		o.Width = 80
	}
	return func(w io.Writer, r Run) error {
		out := bufio.NewWriter(w)
		t := text{out: out, TextOptions: o}
		for i := range r.Images {
			t.image(&r.Images[i])
		}
		t.end(r)
		return out.Flush()
	}
}

// text writes lines; the buffer keeps the first error until the end.
type text struct {
	TextOptions
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

// wrapped prints text from anywhere, safe and broken at blanks, after a mark and an indentation.
func (t *text) wrapped(mark, s string) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(mark))
	line := mark
	empty := true
	for _, word := range strings.Fields(CleanLine(s)) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > t.Width {
			t.line("%s", line)
			line, empty = indent, true
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

func (t *text) image(img *Image) {
	t.line("%s", t.color(standing(img), standing(img))+"  "+CleanLine(img.name()))
	t.wrapped("  ", headline(img))
	t.head(img)
	if img.Err != nil && standing(img) != "NO VERDICT" {
		t.wrapped("  not complete: ", img.Err.Error())
	}
	if img.Judged || len(img.Verdict.Findings) > 0 {
		t.table(&img.Verdict)
		t.findings(img)
	}
	t.exceptions(&img.Verdict)
	t.list("Notes", append(append([]string{}, img.Notes...), img.Verdict.Notes...))
	t.list("What to do", todo(img))
	t.line("")
}

// head says what was judged: the digest, and the scan.
func (t *text) head(img *Image) {
	if img.Ref.Digest != "" {
		t.line("  %s", CleanLine(img.Ref.Digest))
	}
	if img.Scan.Status != "" {
		t.wrapped("  ", scanWords(img.Scan))
	}
	for _, c := range img.Children {
		text := fmt.Sprintf("%s %s: %s", c.Platform, short(c.Digest), c.Verdict)
		if c.Err == nil && !c.Judged {
			text += ", NOT JUDGED"
		}
		t.wrapped("  platform ", text)
	}
}

func short(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }

// scanWords describe a scan in one line.
func scanWords(s Scan) string {
	text := "scan"
	if s.Type != "" {
		text = string(s.Type) + " scan"
	}
	text += ", status " + string(s.Status)
	if s.CompletedAt != nil {
		text += ", completed " + s.CompletedAt.UTC().Format(time.RFC3339)
	}
	return text
}

func (t *text) table(v *policy.Verdict) {
	lines, sum := tallies(v)
	t.line("")
	if sum.Total == 0 {
		t.line("  no findings")
		return
	}
	t.line("  %-15s %7s %8s %9s %8s", "severity", "total", "fixable", "excepted", "counted")
	for _, l := range lines {
		name := fmt.Sprintf("%-15s", l.Severity)
		t.line("  %s %7d %8d %9d %8d", t.color(string(l.Severity), name), l.Total, l.Fixable, l.Excepted, l.Counted)
	}
	t.line("  %-15s %7d %8d %9d %8d", "all", sum.Total, sum.Fixable, sum.Excepted, sum.Counted)
	t.rest(v)
}

// rest tells of findings that the table has no column for.
func (t *text) rest(v *policy.Verdict) {
	c := v.Counts()
	if c.Known > 0 {
		t.line("  known by the baseline, not counted: %d", c.Known)
	}
	if c.SetAside > 0 {
		t.line("  set aside (suppressed or closed), in none of these numbers: %d", c.SetAside)
	}
}

// exceptions lists those that somebody should look at; the number of the others is in the table.
func (t *text) exceptions(v *policy.Verdict) {
	lines := urgentExceptions(v)
	if unused := v.Unused(); len(unused) > 0 {
		lines = append(lines, "without a finding to excuse: "+strings.Join(unused, ", "))
	}
	t.list("Exceptions to look at", lines)
}

// todo is what a reader can do about an image that does not pass.
func todo(img *Image) []string {
	lines := img.Verdict.Advice()
	if img.Advice != "" {
		lines = append(lines, img.Advice)
	}
	return lines
}

// list prints a heading and lines, or nothing.
func (t *text) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	t.heading(heading)
	for _, l := range lines {
		t.wrapped("  - ", l)
	}
}

func (t *text) end(r Run) {
	if len(r.Images) > 1 {
		t.line("%d images: verdict %s", len(r.Images), r.Verdict)
	}
	t.wrapped("", fmt.Sprintf("%s Exit code %d.", judgeLine(r), r.ExitCode))
}
