package awsapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

const (
	// callTimeout bounds one call, so that a response that never arrives costs a minute, not the run.
	callTimeout = time.Minute
	// onceTimeout bounds a call that is not retried.
	onceTimeout = 10 * time.Second
	// LastCall is how long the poll at the deadline may take.
	LastCall = 5 * time.Second
	// unreachableAfter is how long to try a host that has never responded.
	unreachableAfter = 30 * time.Second
)

// A Caller repeats calls until they succeed or cannot succeed.
type Caller struct {
	*Session
	// Service is the name for messages: "Amazon ECR".
	Service string
	// Deadline ends the retries. The call at the deadline may take up to LastCall more.
	Deadline time.Time
	// Within, if not 0, moves Deadline forward to that long after the first call gets a slot among the calls
	// in flight. A Caller with Within must be used by one goroutine only.
	Within time.Duration
	// Timeout is how long the run had until Deadline, for error messages; 0 leaves it out.
	Timeout time.Duration
	// PollInterval is the longest delay between two calls.
	PollInterval time.Duration
	// Expected are error codes that answer the call, such as ScanNotFoundException.
	Expected []string
	// Hint returns what to do about a permanent error; empty for the common hint.
	Hint func(operation string, err *APIError) string
	// Once turns off retries: whatever would be repeated is an error. Only a signature rejected for clock
	// skew is sent again, because that takes no waiting.
	Once bool
	// Tell receives what the call is waiting for.
	Tell func(state string)
	// State is what the caller is waiting for, for the timeout error; empty for a response.
	State string

	mu      sync.Mutex
	trouble error // of the last call, nil when it had none
}

// A Request makes one call with the SDK, which puts the raw response into a Response.
type Request func(ctx context.Context, r *Response) error

func (c *Caller) SetTrouble(err error) {
	c.mu.Lock()
	c.trouble = err
	c.mu.Unlock()
	if err != nil {
		c.Tell("trouble: " + err.Error())
	}
}

func (c *Caller) LastTrouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trouble
}

// Call repeats a request through throttling, server errors and network errors until decode accepts the
// response (nil accepts any) or the deadline passes. It returns an *APIError for an expected code, and an
// *Error for everything that a retry cannot fix.
func (c *Caller) Call(ctx context.Context, operation string, do Request, decode func(*Response) error) (*Response, error) {
	backoff := Backoff{Longest: c.PollInterval}
	var unreachableSince time.Time // since the host stopped responding
	repaired := false
	for {
		if err := c.enter(ctx, operation); err != nil {
			return nil, err
		}
		c.begin()
		ans, a, err := c.try(ctx, operation, do)
		if err == nil && decode != nil {
			err = decode(ans)
		}
		if err == nil {
			c.SetTrouble(nil)
			return ans, nil
		}
		switch k := c.classify(ctx, err, a); {
		case k == interrupted:
			return nil, context.Cause(ctx)
		case k == expected:
			c.SetTrouble(nil)
			return nil, cause(err, a)
		case k == clockSkew && !repaired:
			repaired = true
			continue
		case c.Once && (k == unreachable || a.timedOut && a.sent && !a.answered):
			return nil, c.unreachableError(operation, err, a)
		case k == permanent, k == clockSkew, c.Once:
			return nil, c.failed(operation, err, a)
		case k == unreachable && !c.http.hasReached(a.host):
			if unreachableSince.IsZero() {
				unreachableSince = time.Now()
			}
			if time.Since(unreachableSince) >= unreachableAfter {
				return nil, c.unreachableError(operation, err, a)
			}
		}
		c.SetTrouble(cause(err, a))
		if err := c.Pause(ctx, &backoff, unreachableDeadline(unreachableSince)); err != nil {
			return nil, err
		}
	}
}

func unreachableDeadline(unreachableSince time.Time) time.Time {
	if unreachableSince.IsZero() {
		return unreachableSince
	}
	return unreachableSince.Add(unreachableAfter)
}

// enter waits until the limits of the run allow a call, at most for as long as a call may take.
func (c *Caller) enter(ctx context.Context, operation string) error {
	end := c.Deadline.Add(LastCall)
	if c.Once { // each call has its own time limit, and so do the calls before it
		end = time.Now().Add(callTimeout)
	}
	waiting, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	throttled := waiting
	if c.Within > 0 {
		throttled, cancel = context.WithTimeout(waiting, c.Within)
		defer cancel()
	}
	switch err := c.limiter.enter(waiting, throttled, operation); {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	if c.LastTrouble() == nil {
		c.SetTrouble(fmt.Errorf("%s was still waiting for the calls of other images", operation))
	}
	return c.timeout()
}

// begin sets the deadline that depends on the first call.
func (c *Caller) begin() {
	if c.Within == 0 {
		return
	}
	if end := time.Now().Add(c.Within); end.Before(c.Deadline) {
		c.Deadline = end
	}
	c.Within = 0
}

// try makes one request and then leaves the limiter.
func (c *Caller) try(ctx context.Context, operation string, do Request) (*Response, *attempt, error) {
	defer c.limiter.leave()
	ctx, cancel := context.WithDeadline(ctx, c.CallDeadline())
	defer cancel()
	a, ans, started := &attempt{}, &Response{}, time.Now()
	err := do(context.WithValue(ctx, attemptKey{}, a), ans)
	a.timedOut = errors.Is(ctx.Err(), context.DeadlineExceeded)
	var r *APIError
	if errors.As(err, &r) && r.throttled() {
		c.limiter.throttled(operation, started)
	}
	return ans, a, err
}

// CallDeadline returns a time a minute away, and at most LastCall after the deadline, for all pages of the
// last poll together. Calls without retries have less time each, and no shared deadline.
func (c *Caller) CallDeadline() time.Time {
	if c.Once {
		return time.Now().Add(onceTimeout)
	}
	end, last := time.Now().Add(callTimeout), c.Deadline.Add(LastCall)
	if end.Before(last) {
		return end
	}
	return last
}

// Pause waits before the next attempt, cut short so that the last one falls on the deadline or on another
// given time. After the deadline, it returns an error.
func (c *Caller) Pause(ctx context.Context, p *Backoff, until ...time.Time) error {
	if !time.Now().Before(c.Deadline) {
		return c.timeout()
	}
	if !Sleep(ctx, p.next(), append(until, c.Deadline)...) {
		return context.Cause(ctx)
	}
	return nil
}

// ErrTimeout is in the chain of every error that the deadline causes.
var ErrTimeout = errors.New("timed out")

// askAgainAfter is shorter than the settle time (a minute), so that a fleet asks again before its results
// count.
const askAgainAfter = 30 * time.Second

// AskAgain returns when a failed call that all images need may be made again; zero for never. Until then, the
// failure stands for all of them: an unreachable service costs all images together the time of one call, and
// a slow moment does not affect the whole run.
func AskAgain(err error) time.Time {
	if errors.Is(err, ErrTimeout) {
		return time.Now().Add(askAgainAfter)
	}
	return time.Time{}
}

// timeout returns an error with the timeout of the run and what it was waiting for.
func (c *Caller) timeout() error {
	f := &Error{Op: "waiting for " + c.Service, Err: Timeout(c.Timeout), Hint: "set a longer timeout, or check the scan in the ECR console"}
	trouble := c.LastTrouble()
	switch {
	case trouble != nil:
		f.Err = fmt.Errorf("%w; last: %w", f.Err, trouble)
		f.Hint = "check the network and the account's limits before you set a longer timeout: the last call failed"
	case c.State != "":
		f.Err = fmt.Errorf("%w; last: %s", f.Err, c.State)
	}
	return f
}

// Timeout returns the error for a deadline that passed after a duration; ErrTimeout is in its chain.
func Timeout(after time.Duration) error {
	if after <= 0 {
		return ErrTimeout
	}
	return fmt.Errorf("%w after %s", ErrTimeout, Brief(after))
}

// Brief formats a duration without trailing zeros: 10m, not 10m0s.
func Brief(d time.Duration) string {
	text := d.String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}

func (c *Caller) failed(operation string, err error, a *attempt) error {
	var r *APIError
	trouble := a.sent
	if errors.As(err, &r) {
		trouble = r.Code == "" || r.class() == transient
	}
	return &Error{Op: operation, Err: cause(err, a), Hint: c.hint(operation, err, a), Trouble: trouble}
}

// errUnreachable is in the chain of the error for a host that did not respond.
var errUnreachable = errors.New("no response")

func (c *Caller) unreachableError(operation string, err error, a *attempt) error {
	tried := ""
	if !c.Once {
		tried = " for " + unreachableAfter.String()
	}
	return &Error{
		Op:      operation,
		Trouble: true,
		Err:     fmt.Errorf("%w%s: %w", errUnreachable, tried, cause(err, a)),
		Hint:    "check the Region, endpoint URL, DNS, proxy, VPC endpoint, and CA bundle: the endpoint was never reached",
	}
}
