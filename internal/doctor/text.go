package doctor

import (
	"fmt"
	"strings"
)

// Text returns the diagnosis for people: the answer, what to change, and the checks, one per line. It adds
// only color to the texts of the diagnosis.
func (d *Diagnosis) Text(color bool) string {
	paint := func(code, text string) string {
		if !color || code == "" {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", paint("1", d.Answer+"."))
	d.writeFixes(&b, Problem, "To fix it")
	d.writeFixes(&b, Unknown, "To learn more")
	d.writeFixes(&b, OK, "Worth knowing")
	b.WriteString("\nChecks:\n")
	width := 0
	for _, c := range d.Checks {
		width = max(width, len(c.label()))
	}
	for _, c := range d.Checks {
		fmt.Fprintf(&b, "  %s  %-*s  %s\n", paint(colors[c.Status], fmt.Sprintf("%-7s", c.Status)), width, c.label(), c.Message)
	}
	return b.String()
}

// colors are the codes of the statuses.
// https://en.wikipedia.org/wiki/ANSI_escape_code#Select_Graphic_Rendition_parameters
var colors = map[Status]string{OK: "32", Problem: "1;31", Unknown: "33"}

func (c *Check) label() string { return strings.TrimSpace(c.Name + " " + c.Platform) }

// writeFixes writes the fixes of all checks with a status, each once.
func (d *Diagnosis) writeFixes(b *strings.Builder, status Status, heading string) {
	seen := map[string]bool{}
	for _, c := range d.Checks {
		text := c.Fix.text()
		if c.Status != status || text == "" || seen[text] {
			continue
		}
		if len(seen) == 0 {
			fmt.Fprintf(b, "\n%s:\n", heading)
		}
		seen[text] = true
		b.WriteString(text)
	}
}

// text returns one step, indented: each sentence, the command, and the statement on a separate line.
func (f *Fix) text() string {
	var b strings.Builder
	if f.Advice != "" {
		fmt.Fprintf(&b, "  %s\n", strings.ReplaceAll(f.Advice, ". ", ".\n  "))
	}
	if f.Command != "" {
		fmt.Fprintf(&b, "    %s\n", f.Command)
	}
	if f.Statement != nil {
		fmt.Fprintf(&b, "    %s\n", f.Statement)
	}
	return b.String()
}
