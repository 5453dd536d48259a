package awsapi

import (
	"context"
	"sync"
	"time"
)

// A Semaphore limits how many goroutines hold it at once to its capacity: make(Semaphore, 1) is a mutex.
// Unlike with a sync.Mutex, a wait ends with the context and works in virtual time.
type Semaphore chan struct{}

// Acquire waits for a slot. The error is that of the context.
func (s Semaphore) Acquire(ctx context.Context) error {
	select {
	case s <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Release frees the slot.
func (s Semaphore) Release() { <-s }

// A limiter is shared by all calls of a run. It bounds how many are in flight, and how many an operation
// starts per second once AWS has throttled it: each image backs off on its own, but thousands of them would
// still ask too often together. AWS limits every operation by itself.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
type limiter struct {
	inFlight Semaphore

	mu    sync.Mutex
	paces map[string]*pace // by operation; none for one that was never throttled
}

func newLimiter(inFlight int) *limiter {
	return &limiter{inFlight: make(Semaphore, inFlight), paces: map[string]*pace{}}
}

// enter waits until a call may start. It fails if the context ends, or if throttled ends during a wait caused
// by throttling.
func (l *limiter) enter(ctx, throttled context.Context, operation string) error {
	for {
		p := l.pace(operation)
		if p != nil {
			if err := p.wait(throttled); err != nil {
				return err
			}
		}
		if err := l.inFlight.Acquire(ctx); err != nil {
			return err
		}
		if p != nil || l.pace(operation) == nil {
			return nil
		}
		l.leave() // the operation was throttled meanwhile
	}
}

func (l *limiter) leave() { l.inFlight.Release() }

func (l *limiter) pace(operation string) *pace {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.paces[operation]
}

// throttled slows an operation down after AWS has throttled a call that started at the given time.
func (l *limiter) throttled(operation string, started time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.paces[operation]
	if p == nil {
		p = &pace{turn: make(Semaphore, 1), rate: fullRate}
		l.paces[operation] = p
	}
	p.slow(started)
}

// After AWS throttles an operation, it starts half as many calls per second as before. The rate rises with
// every second without throttling, up to fullRate, which lifts the limit.
const (
	fullRate   = 100.0
	leastRate  = 1.0
	rateGrowth = 2.0 // per second
)

// A pace is the rate at which calls of one operation may start.
type pace struct {
	turn Semaphore // held by the call that starts next; the others wait in order

	mu      sync.Mutex
	rate    float64 // calls per second at the last change
	changed time.Time
	next    time.Time // when the next call may start
}

// slow halves the rate, once for all calls that were in flight together.
func (p *pace) slow(started time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if started.Before(p.changed) {
		return
	}
	now := time.Now()
	p.rate, p.changed = max(p.rateAt(now)/2, leastRate), now
}

func (p *pace) rateAt(now time.Time) float64 {
	if p.changed.IsZero() {
		return p.rate
	}
	return min(p.rate+rateGrowth*now.Sub(p.changed).Seconds(), fullRate)
}

// wait returns when the caller may start.
func (p *pace) wait(ctx context.Context) error {
	if err := p.turn.Acquire(ctx); err != nil {
		return err
	}
	defer p.turn.Release()
	if d := p.delay(); d > 0 && !Sleep(ctx, d) {
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.next = now
	if rate := p.rateAt(now); rate < fullRate {
		p.next = now.Add(time.Duration(float64(time.Second) / rate))
	}
	return nil
}

func (p *pace) delay() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.next)
}
