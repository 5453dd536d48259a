package ecr

import (
	"context"
	"math/rand/v2"
	"time"
)

// DefaultPoll is the longest pause between two looks unless the user says otherwise.
const DefaultPoll = 15 * time.Second

var firstPauses = []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 8 * time.Second}

// A pace gives the pauses between repeated calls: 1, 2, 3, 5, 8 seconds, then the longest, each
// ten per cent up or down so that many jobs do not ask in step.
type pace struct {
	longest time.Duration
	taken   int
	steady  bool // always the longest, to the point
}

func (p *pace) next() time.Duration {
	d := p.longest
	if p.steady {
		return d
	}
	if p.taken < len(firstPauses) {
		d = min(d, firstPauses[p.taken])
	}
	p.taken++
	return jitter(d)
}

func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// sleep waits for d, cut so that it ends at one of the times given at the latest. It is false when
// the context ended first.
func sleep(ctx context.Context, d time.Duration, until ...time.Time) bool {
	for _, t := range until {
		if left := time.Until(t); !t.IsZero() && left > 0 && left < d {
			d = left
		}
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
