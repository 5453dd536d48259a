package report

import (
	"bufio"
	"strings"
	"testing"
)

// TestCutsGolden shows what the reports with limits look like when they are reached: each says what
// it leaves out.
func TestCutsGolden(t *testing.T) {
	var b strings.Builder
	m := markdown{stream: stream{out: bufio.NewWriter(&b)}, limits: limits{images: 2, rows: 1, rest: 1, lines: 2, items: 1, runes: 60}, brief: true}
	m.run(richRun())
	if err := m.end(); err != nil {
		t.Fatal(err)
	}
	golden(t, "cut-summary.md", b.String())

	r := richRun()
	runs := planRuns(r)
	for _, s := range runs {
		s.keep(2)
		s.brief = true
	}
	b.Reset()
	j := stream{out: bufio.NewWriter(&b)}
	writeRuns(&j, runs, r)
	if err := j.out.Flush(); err != nil {
		t.Fatal(err)
	}
	golden(t, "cut.sarif", b.String())
}
