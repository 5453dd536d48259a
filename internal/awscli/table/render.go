package table

import (
	"io"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Write writes a table with a title. Sections are turned upright if the table is wider than the terminal. On
// an error, which has Python's message, Write has written what the AWS CLI would have written before it. It
// ignores a closed pipe.
func Write(to io.Writer, title string, v value.Value, terminal int, colored bool) error {
	b := &builder{}
	if err := b.build(&title, v, 0); err != nil {
		return err
	}
	if len(b.sections) == 0 {
		return nil
	}
	width := widest(b.sections)
	if width > terminal {
		for i, s := range b.sections {
			b.sections[i] = s.vertical()
		}
		width = widest(b.sections)
	}
	r := &renderer{to: to, style: style{colored}}
	r.dashes(width)
	r.newline()
	for _, s := range b.sections {
		r.section(s, width)
	}
	r.flush()
	return r.err
}

func widest(sections []*section) int {
	width := 0
	for _, s := range sections {
		width = max(width, s.width())
	}
	return width
}

// renderer appends lines to a buffer and writes it whenever it is full.
type renderer struct {
	to    io.Writer
	out   []byte
	piece int   // where the piece that Python writes at once begins
	err   error // ends the table
	lost  bool  // the pipe is closed
	style style
}

const full = 64 << 10

func (r *renderer) flush() {
	if !r.lost {
		_, err := r.to.Write(r.out)
		r.lost = err != nil
	}
	r.out = r.out[:0]
	r.piece = 0
}

// end ends a piece. A piece that cannot be encoded is dropped, and nothing follows it.
func (r *renderer) end() {
	if r.err == nil {
		r.err = value.CheckEncodableBytes(r.out[r.piece:])
	}
	if r.err != nil {
		r.out = r.out[:r.piece]
		return
	}
	if r.style.colored {
		r.out = append(r.out, Reset...)
	}
	r.piece = len(r.out)
}

func (r *renderer) newline() {
	r.out = append(r.out, '\n')
	r.end()
	if len(r.out) >= full {
		r.flush()
	}
}

// line appends a line between the bars of its indentation.
func (r *renderer) line(indent int, content func()) {
	r.bars(indent)
	content()
	r.end()
	r.bars(indent)
	r.newline()
}

func (r *renderer) bars(n int) {
	for range n {
		r.out = r.style.paint(r.out, dimYellow, "|")
	}
	r.end()
}

func (r *renderer) section(s *section, width int) {
	if r.err != nil {
		return
	}
	width -= 2 * s.indent
	widths := s.columnWidths(width)
	rule := func() { r.rule(widths) }
	if s.title != "" {
		r.line(s.indent, func() { r.center(s.title, width, "|") })
		if len(s.headers) == 0 && len(s.rows) == 0 {
			r.line(s.indent, func() { r.rule([]int{width}) })
		}
	}
	if len(s.headers) > 0 {
		r.line(s.indent, rule)
		r.line(s.indent, func() { r.cells(widths, s.headers, r.center) })
	}
	if len(s.rows) == 0 || len(widths) == 0 {
		return
	}
	r.line(s.indent, rule)
	for _, row := range s.rows {
		r.line(s.indent, func() { r.cells(widths, row, r.left) })
	}
	r.line(s.indent, rule)
}

// cells appends the cells of a row; only the first one also has an edge on its left.
func (r *renderer) cells(widths []int, cells []string, fit func(text string, width int, edge string)) {
	edge := "|"
	for i := range min(len(widths), len(cells)) {
		fit(cells[i], widths[i], edge)
		edge = ""
	}
}

func (r *renderer) rule(widths []int) {
	for i, w := range widths {
		if i == 0 {
			r.out = append(r.out, '+')
			w--
		}
		r.dashes(w - 1)
		r.out = append(r.out, '+')
	}
}

func (r *renderer) dashes(n int) { r.out = repeat(r.out, dashes, n) }

func (r *renderer) blanks(n int) { r.out = repeat(r.out, blanks, n) }

const (
	dashes = "----------------------------------------------------------------"
	blanks = "                                                                "
)

// repeat appends n characters from of, which has only one kind of character.
func repeat(dst []byte, of string, n int) []byte {
	for ; n > len(of); n -= len(of) {
		dst = append(dst, of...)
	}
	return append(dst, of[:max(0, n)]...)
}

// center centers a text in a width with an edge on the right, and optionally one on the left.
func (r *renderer) center(text string, width int, edge string) {
	length := value.Width(text)
	before := width/2 - length/2 - 1
	r.out = append(r.out, edge...)
	r.blanks(before)
	r.out = append(r.out, text...)
	r.blanks(width - 1 - (len(edge) + before + length))
	r.out = append(r.out, '|')
}

// left left-aligns a cell after two spaces, if they fit.
func (r *renderer) left(text string, width int, edge string) {
	length, pad := value.Width(text), 2
	if pad+length+len(edge)+1 > width {
		pad = 0
	}
	r.out = append(r.out, edge...)
	r.blanks(pad)
	r.out = r.style.paint(r.out, brightBlue, text)
	r.blanks(width - (len(edge) + pad + length) - 1)
	r.out = append(r.out, '|')
}

// A style is the appearance of cells and bars.
type style struct{ colored bool }

// Reset ends all colors. It follows each write of a colored table.
const Reset = "\x1b[0m"

const (
	brightBlue = "\x1b[1m\x1b[34m"
	dimYellow  = "\x1b[2m\x1b[33m"
)

// paint appends a text in a color, if there are any.
func (s style) paint(dst []byte, color, text string) []byte {
	if !s.colored {
		return append(dst, text...)
	}
	return append(append(append(dst, color...), text...), Reset...)
}
