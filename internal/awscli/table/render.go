package table

import (
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Append appends a table with a title. Sections are turned upright if the table is wider than the
// terminal. On an error, which has Python's words, what was appended is what the AWS CLI has written
// before it.
func Append(dst []byte, title string, v value.Value, terminal int, colored bool) ([]byte, error) {
	b := &builder{}
	if err := b.build(&title, v, 0); err != nil {
		return dst, err
	}
	if len(b.sections) == 0 {
		return dst, nil
	}
	width := widest(b.sections)
	if width > terminal {
		for i, s := range b.sections {
			b.sections[i] = s.vertical()
		}
		width = widest(b.sections)
	}
	r := &renderer{out: dst, style: style{colored}}
	r.write(strings.Repeat("-", width) + "\n")
	for _, s := range b.sections {
		r.section(s, width)
	}
	return r.out, r.err
}

func widest(sections []*section) int {
	width := 0
	for _, s := range sections {
		width = max(width, s.width())
	}
	return width
}

type renderer struct {
	out   []byte
	err   error
	style style
}

// write writes a text, if all before could be written.
func (r *renderer) write(text string) {
	if r.err != nil {
		return
	}
	if r.err = value.CheckEncodable(text); r.err == nil {
		r.out = append(append(r.out, text...), r.style.afterWrite()...)
	}
}

// line writes a line between the bars of its indentation.
func (r *renderer) line(text string, indent int) {
	bars := strings.Repeat(r.style.bar(), indent)
	r.write(bars)
	r.write(text)
	r.write(bars)
	r.write("\n")
}

func (r *renderer) section(s *section, width int) {
	width -= 2 * s.indent
	widths := s.columnWidths(width)
	if s.title != "" {
		r.line(centre(s.title, width, "|"), s.indent)
		if len(s.headers) == 0 && len(s.rows) == 0 {
			r.line(rule([]int{width}), s.indent)
		}
	}
	if len(s.headers) > 0 {
		r.line(rule(widths), s.indent)
		r.line(joined(widths, s.headers, centre), s.indent)
	}
	if len(s.rows) == 0 || len(widths) == 0 {
		return
	}
	r.line(rule(widths), s.indent)
	for _, row := range s.rows {
		r.line(joined(widths, row, r.style.left), s.indent)
	}
	r.line(rule(widths), s.indent)
}

// joined joins cells to a line; the first one alone has an edge on its left too.
func joined(widths []int, cells []string, fit func(text string, width int, edge string) string) string {
	var line strings.Builder
	edge := "|"
	for i := range min(len(widths), len(cells)) {
		line.WriteString(fit(cells[i], widths[i], edge))
		edge = ""
	}
	return line.String()
}

func rule(widths []int) string {
	var line strings.Builder
	for i, w := range widths {
		if i == 0 {
			line.WriteString("+")
			w--
		}
		line.WriteString(strings.Repeat("-", max(0, w-1)))
		line.WriteString("+")
	}
	return line.String()
}

// centre puts a text into the middle of a width that has an edge on the right, and maybe one on the
// left.
func centre(text string, width int, edge string) string {
	length := value.Width(text)
	before := width/2 - length/2 - 1
	after := width - 1 - (len(edge) + before + length)
	return edge + blanks(before) + text + blanks(after) + "|"
}

func blanks(n int) string { return strings.Repeat(" ", max(0, n)) }

// A style says how cells and bars look.
type style struct{ colored bool }

const (
	reset      = "\x1b[0m"
	brightBlue = "\x1b[1m\x1b[34m"
	dimYellow  = "\x1b[2m\x1b[33m"
)

func (s style) paint(color, text string) string {
	if !s.colored {
		return text
	}
	return color + text + reset
}

func (s style) bar() string { return s.paint(dimYellow, "|") }

// afterWrite is what follows each write: colours are reset.
func (s style) afterWrite() string { return s.paint("", "") }

// left puts a cell to the left, behind two blanks if they fit.
func (s style) left(text string, width int, edge string) string {
	length, pad := value.Width(text), 2
	if pad+length+len(edge)+1 > width {
		pad = 0
	}
	after := width - (len(edge) + pad + length) - 1
	return edge + blanks(pad) + s.paint(brightBlue, text) + blanks(after) + "|"
}
