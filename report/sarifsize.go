package report

import (
	"bufio"
	"compress/gzip"
	"io"
	"math"
)

// fit makes the runs small enough for an upload, which is compressed and has a limit. First the
// help texts are shortened, then results left out.
func fit(runs []*sarifRun, r Run, limit int) error {
	if estimate(runs, r.SARIF) < limit/2 {
		return nil
	}
	for {
		size, err := measure(runs, r)
		if err != nil || size <= limit {
			return err
		}
		shrink(runs, float64(limit)/float64(size))
	}
}

// sampled is how many rules and results an estimate looks at, of each run.
const sampled = 64

// estimate says how large a compressed report would be about: a sample of it is compressed, and what
// that gives is scaled by the length of the texts.
func estimate(runs []*sarifRun, o SARIFOptions) int {
	total := 0
	for _, s := range runs {
		var size counter
		z, _ := gzip.NewWriterLevel(&size, gzip.BestSpeed)
		in := sample{out: z}
		in.list(len(s.rules), s.ruleWriter(), func(i int) int { return s.rules[i].weight() })
		in.list(len(s.results), s.resultWriter(o), func(i int) int { return s.results[i].weight() })
		_ = z.Close()
		if in.seen > 0 {
			total += int(float64(size) * float64(in.all) / float64(in.seen))
		}
	}
	return total
}

// A sample is a part of the elements of some lists.
type sample struct {
	out       io.Writer
	seen, all int // weights
	text      []byte
}

// list takes some elements of a list, at equal distances.
func (t *sample) list(n int, write element, weight func(i int) int) {
	step := max(1, n/sampled)
	for i := range n {
		w := weight(i)
		if t.all += w; i%step == 0 {
			t.seen += w
			t.text, _ = write(t.text[:0], i)
			_, _ = t.out.Write(t.text)
		}
	}
}

// weight is about how many bytes a rule has.
func (r *sarifRule) weight() int {
	first := r.findings[0]
	return 1000 + min(len(first.Description), 3*maxTextLen) + 100*min(len(first.Packages), helpRows)
}

func (r *sarifResult) weight() int { return 600 + 2*min(len(r.pkg.Path), maxTerm) }

// measure compresses the whole report as an upload does.
func measure(runs []*sarifRun, r Run) (int, error) {
	var size counter
	z := gzip.NewWriter(&size)
	j := stream{out: bufio.NewWriterSize(z, 1<<16)}
	writeRuns(&j, runs, r)
	if j.err != nil {
		return 0, j.err
	}
	if err := j.out.Flush(); err != nil {
		return 0, err
	}
	return int(size), z.Close()
}

// shrink takes a step towards the limit.
func shrink(runs []*sarifRun, part float64) {
	long := false
	for _, s := range runs {
		if !s.brief {
			s.brief, long = true, true
			s.cuts = append(s.cuts, "the help texts were shortened to stay inside the limits of code scanning")
		}
	}
	if long {
		return
	}
	for _, s := range runs {
		if n := len(s.results); n > 0 {
			s.keep(int(math.Min(float64(n-1), float64(n)*part*0.95)))
		}
	}
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

var _ io.Writer = (*counter)(nil)
