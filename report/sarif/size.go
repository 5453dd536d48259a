package sarif

import (
	"compress/gzip"
	"io"

	"github.com/ecrgate/ecrgate/report/internal/jsonw"
)

// fit makes the log small enough for an upload, which is compressed and has a limit. It first shortens
// the help texts, then leaves out results.
func (l *Log) fit(limit int) {
	if l.estimate() < limit/2 {
		return
	}
	for size := l.size(); size > limit; size = l.size() {
		l.shrink(float64(limit) / float64(size))
	}
}

// size returns the compressed size of the log.
func (l *Log) size() int {
	return compressed(func(w io.Writer) { _ = l.Write(w) })
}

// compressed returns the compressed size of what write writes. Counting bytes cannot fail.
func compressed(write func(io.Writer)) int {
	var size counter
	z := gzip.NewWriter(&size)
	write(z)
	_ = z.Close()
	return int(size)
}

// sampled is how many rules, and how many results, an estimate looks at; of each run at least a few.
const (
	sampled    = 256
	leastOfRun = 16
)

// estimate compresses a sample of the rules and results, and scales its size by the length of the texts.
func (l *Log) estimate() int {
	seen, all := 0, 0
	most := max(leastOfRun, sampled/max(1, len(l.runs)))
	size := compressed(func(out io.Writer) {
		w := jsonw.New(out)
		take := func(i, n, weight int, value func() any) {
			if all += weight; i%max(1, n/most) == 0 {
				seen += weight
				w.Value(value())
			}
		}
		for _, s := range l.runs {
			for i, r := range s.rules {
				take(i, len(s.rules), r.weight(), func() any { return r.descriptor(s) })
			}
			for i := range s.results {
				take(i, len(s.results), s.results[i].weight(), func() any { return s.results[i].value(s, l.from.SARIF) })
			}
		}
	})
	if seen == 0 {
		return 0
	}
	return int(float64(size) * float64(all) / float64(seen))
}

// weight returns the approximate length of a rule in bytes.
func (r *rule) weight() int {
	first := r.findings[0]
	return 1000 + min(len(first.Description), maxText) + 100*min(len(first.Packages), helpRows)
}

func (r *result) weight() int { return 600 + 2*min(len(r.path), maxText) }

// shrink takes a step toward the limit: part is the share of the size that may stay.
func (l *Log) shrink(part float64) {
	long := false
	for _, s := range l.runs {
		if !s.brief {
			s.brief, long = true, true
			s.cuts = append(s.cuts, "the help texts were shortened to stay inside the limits of code scanning")
		}
	}
	if long {
		return
	}
	for _, s := range l.runs {
		if n := len(s.results); n > 0 {
			s.keep(min(n-1, int(float64(n)*part*0.95)))
		}
	}
}

// A counter counts what is written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
