package report

import (
	"bufio"
	"compress/gzip"
	"io"
	"math"
)

// fit makes the runs small enough for an upload, which is compressed and has a limit. First the
// help texts are shortened, then results left out.
func fit(runs []*sarifRun, r Run) error {
	if estimate(runs, r.SARIF) < maxGzip/2 {
		return nil
	}
	for {
		size, err := measure(runs, r)
		if err != nil || size <= maxGzip {
			return err
		}
		shrink(runs, float64(maxGzip)/float64(size))
	}
}

// sampled is how many rules and results an estimate looks at.
const sampled = 128

// estimate says how large a compressed report would be about: a sample of it is compressed.
func estimate(runs []*sarifRun, o SARIFOptions) int {
	total := 0
	for _, s := range runs {
		if len(s.results) <= sampled {
			continue // a few results cannot come near the limit: their texts are bounded
		}
		var size counter
		z, _ := gzip.NewWriterLevel(&size, gzip.BestSpeed)
		j := stream{out: bufio.NewWriter(z)}
		for i := range sampled {
			j.value(s.rules[i*len(s.rules)/sampled].descriptor(s))
		}
		j.out.Flush()
		z.Flush()
		rules := size
		for i := range sampled {
			j.value(s.result(&s.results[i*len(s.results)/sampled], o))
		}
		j.out.Flush()
		z.Close()
		total += int(rules)*max(1, len(s.rules)/sampled) + int(size-rules)*max(1, len(s.results)/sampled)
	}
	return total
}

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
