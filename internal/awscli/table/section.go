// Package table writes a value as the AWS CLI's --output table does: a section for each object and
// list, with a title, and an indentation for what is inside. Objects turn into key and value rows
// when the table would be wider than the terminal.
package table

import (
	"errors"
	"fmt"
	"math"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// padding is the width that a column has in addition to its widest cell.
const padding = 4

// A section is a part of the table with its own title.
type section struct {
	// title is empty if there is none; if hasTitle is false, the section leaves room for Python's None.
	title    string
	hasTitle bool
	indent   int
	headers  []string
	rows     [][]string
	// columns is how many cells a row must have; -1 until there is a row or a header.
	columns int
	// widest is the width of the widest cell of each column.
	widest []int
}

func newSection(title *string, indent int) *section {
	s := &section{indent: indent, columns: -1}
	if title != nil {
		s.title, s.hasTitle = *title, true
	}
	return s
}

func (s *section) setHeaders(headers []string) error {
	if err := s.measure(headers); err != nil {
		return err
	}
	if s.columns < 0 {
		s.columns = len(headers)
	}
	s.headers = headers
	return nil
}

// addRow adds a row of as many cells as the others have.
func (s *section) addRow(cells []string) error {
	if s.columns < 0 {
		s.columns = len(cells)
	}
	if len(cells) != s.columns {
		return fmt.Errorf("Row should have %d elements, instead it has %d", s.columns, len(cells))
	}
	s.rows = append(s.rows, cells)
	return s.measure(cells)
}

// measure widens the columns. The number of columns of a section cannot grow.
func (s *section) measure(cells []string) error {
	if len(s.widest) == 0 {
		s.widest = make([]int, len(cells))
	}
	if len(cells) > len(s.widest) {
		return errors.New("list index out of range")
	}
	for i, cell := range cells {
		s.widest[i] = max(s.widest[i], value.Width(cell))
	}
	return nil
}

// width returns the width that the section needs.
func (s *section) width() int {
	const borders = 2
	total := borders
	for _, w := range s.widest {
		total += w + padding
	}
	title := value.Width(s.title)
	if !s.hasTitle {
		title = len("None")
	}
	return max(title+borders, total) + 2*s.indent
}

// columnWidths distributes a width over the columns in proportion to what they need.
func (s *section) columnWidths(width int) []int {
	if len(s.widest) == 0 {
		return nil
	}
	sum := 0
	for _, w := range s.widest {
		sum += w + padding
	}
	scale := float64(width) / float64(sum)
	widths, off := make([]int, len(s.widest)), -width
	for i, w := range s.widest {
		widths[i] = int(math.RoundToEven(scale * float64(w+padding)))
		off += widths[i]
	}
	for i := 0; off > 0; i, off = i+1, off-1 {
		widths[i%len(widths)]--
	}
	for i := 0; off < 0; i, off = i+1, off+1 {
		widths[len(widths)-1-i%len(widths)]++
	}
	return widths
}

// vertical returns the section with a row for each column if it has one row only, else itself.
func (s *section) vertical() *section {
	if len(s.rows) != 1 || len(s.headers) == 0 {
		return s
	}
	turned := newSection(&s.title, s.indent)
	turned.hasTitle = s.hasTitle
	for i := range min(len(s.headers), len(s.rows[0])) {
		_ = turned.addRow([]string{s.headers[i], s.rows[0][i]}) // always two cells
	}
	return turned
}
