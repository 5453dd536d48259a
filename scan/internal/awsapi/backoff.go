package awsapi

import (
	"context"
	"math/rand/v2"
	"time"
)

var initialDelays = []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 8 * time.Second}

// A Backoff returns the delays between repeated calls: 1, 2, 3, 5, 8 seconds, then the longest, each ±10 %
// so that many jobs do not poll in step.
type Backoff struct {
	Longest time.Duration
	taken   int
	Steady  bool // always the longest delay, without jitter
}

func (p *Backoff) next() time.Duration {
	d := p.Longest
	if p.Steady {
		return d
	}
	if p.taken < len(initialDelays) {
		d = min(d, initialDelays[p.taken])
	}
	p.taken++
	return jitter(d)
}

func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// Sleep waits for d, but no longer than until one of the given times. It returns false if the context
// ended first.
func Sleep(ctx context.Context, d time.Duration, until ...time.Time) bool {
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
