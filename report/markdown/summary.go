package markdown

import (
	"bytes"
	"errors"
	"io"

	"github.com/ecrgate/ecrgate/report"
)

// summaryLimit is the maximum size of a job summary in bytes; GitHub drops one over 1 MiB, and other steps
// may write to the same file.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
const summaryLimit = 900_000

// WriteSummary writes the job summary: the report as far as it fits. Rows are cut and counted, those of the
// images last.
func WriteSummary(out io.Writer, r report.Run) error {
	l := limits{table: 5000, most: 100, rows: 200, rest: 50, lines: 50, items: 10, runes: 500}
	c := newContent(&r)
	for {
		text, err := summary(&r, c, l)
		if err == nil {
			_, err = out.Write(text)
		}
		if !errors.Is(err, errFull) || l == l.half() {
			return err
		}
		l = l.half()
	}
}

// summary returns errFull if the report is too long for a job summary.
func summary(r *report.Run, c content, l limits) ([]byte, error) {
	b := capped{limit: summaryLimit}
	m := markdown{content: c, out: &b, limits: l, brief: true}
	m.run(r)
	return b.Bytes(), m.err
}

// fewDetails is for how many images the details must fit in addition to a table of all images.
const fewDetails = 25

var errFull = errors.New("there is no more room")

// A capped buffer accepts as many bytes as its limit.
type capped struct {
	bytes.Buffer
	limit int
}

func (c *capped) Write(p []byte) (int, error) {
	if c.Len()+len(p) > c.limit {
		return 0, errFull
	}
	return c.Buffer.Write(p)
}

// limits are how much a markdown report shows; it counts what it leaves out.
type limits struct {
	// rows of the table of images, images with details, and rows of the table of an image's counted findings
	// and of the tables of the rest.
	table, most, rows, rest int
	// lines of a list, items in a cell, and characters of one text.
	lines, items, runes int
}

// everything are limits that fit anything that ECR can return.
var everything = limits{table: 1 << 30, most: 1 << 30, rows: 1 << 30, rest: 1 << 30, lines: 1 << 30, items: 1 << 30, runes: 10_000}

// half returns the limits of the next smaller report. The smallest one fits any run. The table of images is
// not cut until few images have details.
func (l limits) half() limits {
	table := l.table
	if l.most <= fewDetails {
		table = max(1, table/2)
	}
	return limits{table: table, most: max(1, l.most/2), rows: l.rows / 2, rest: l.rest / 4, lines: max(1, l.lines/2), items: max(1, l.items/2), runes: max(60, l.runes/2)}
}
