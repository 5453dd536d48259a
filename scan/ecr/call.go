package ecr

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/scan"
)

const (
	// callTimeout bounds one call, so that a response that never arrives costs a minute, not the run.
	callTimeout = time.Minute
	// lastLook is how long the poll that falls on the deadline may take.
	lastLook = 5 * time.Second
	// unreachableAfter is how long to try a host that has never responded.
	unreachableAfter = 30 * time.Second
)

// Options say how to wait. Every duration is of wall-clock time.
type Options struct {
	// Deadline ends everything. The poll that falls on it may take up to 5 seconds more.
	Deadline time.Time
	// Timeout is how long the run had until Deadline, for error messages; 0 leaves it out.
	Timeout time.Duration
	// MissingAfter is how long to wait for a scan to appear.
	MissingAfter time.Duration
	// Settle is how long findings must stay unchanged; nil means DefaultSettleBasic or DefaultSettle.
	Settle *time.Duration
	// PollInterval is the longest delay between two polls; 0 means DefaultPoll.
	PollInterval time.Duration
	// StartScan allows requesting a basic scan.
	StartScan bool
	// MaxAge of a basic scan: for an older one, a new scan is requested once if StartScan is set. 0 allows
	// any age.
	MaxAge time.Duration
	// Unresolved says that the manifest could not be read: it may be an index, for which a missing scan
	// says nothing about its children, and which no policy may accept.
	Unresolved bool
	// Progress receives what is being waited for, from several goroutines; nil for none.
	Progress func(Progress)
}

// Progress is the state of a wait.
type Progress struct {
	Image    scan.Image
	Platform scan.Platform
	// State is short and stays the same while nothing changes: a status, or a problem.
	State string
}

// A request makes one call. Its options make the SDK hand over the raw response.
type request func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error

// A caller repeats calls for one image until they succeed or cannot succeed.
type caller struct {
	*Client
	image   scan.Image
	region  string
	options Options
	tell    func(state string)

	state string // what is waited for; empty for an answer

	mu      sync.Mutex
	trouble error // of the last call, nil when it had none
}

func (c *caller) setTrouble(err error) {
	c.mu.Lock()
	c.trouble = err
	c.mu.Unlock()
	if err != nil {
		c.tell("trouble: " + err.Error())
	}
}

func (c *caller) lastTrouble() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.trouble
}

func (c *Client) caller(img scan.Image, platform scan.Platform, o Options) (*caller, error) {
	region, err := c.Region(img)
	if err != nil {
		return nil, err
	}
	if o.PollInterval <= 0 {
		o.PollInterval = DefaultPoll
	}
	tell := func(string) {}
	if o.Progress != nil {
		tell = func(state string) { o.Progress(Progress{img, platform, state}) }
	}
	return &caller{Client: c, image: img, region: region, options: o, tell: tell}, nil
}

// call repeats a request through throttling, server errors and network errors until decode accepts the
// response (nil accepts any) or the deadline passes. It returns an *apiError for ScanNotFoundException
// and ImageNotFoundException, and an *Error for everything that will not get better.
func (c *caller) call(ctx context.Context, operation string, do request, decode func(*response) error) (*response, error) {
	backoff := backoff{longest: c.options.PollInterval}
	var unreachableSince time.Time // since the host stopped responding
	repaired := false
	for {
		ans, a, err := c.try(ctx, do)
		if err == nil && decode != nil {
			err = decode(ans)
		}
		if err == nil {
			c.setTrouble(nil)
			return ans, nil
		}
		switch k := classify(ctx, err, a); {
		case k == interrupted:
			return nil, context.Cause(ctx)
		case k == noScan, k == noImage:
			c.setTrouble(nil)
			return nil, cause(err, a)
		case k == clockSkew && !repaired:
			repaired = true
			continue
		case k == permanent, k == clockSkew:
			return nil, c.failed(operation, err, a)
		case k == unreachable && !c.http.reached.Load():
			if unreachableSince.IsZero() {
				unreachableSince = time.Now()
			}
			if time.Since(unreachableSince) >= unreachableAfter {
				return nil, c.unreachableError(operation, err, a)
			}
		}
		c.setTrouble(cause(err, a))
		if err := c.pause(ctx, &backoff, unreachableDeadline(unreachableSince)); err != nil {
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

// try makes one request when the semaphore allows it.
func (c *caller) try(ctx context.Context, do request) (*response, *attempt, error) {
	a := &attempt{}
	select {
	case c.sem <- struct{}{}:
		defer func() { <-c.sem }()
	case <-ctx.Done():
		return nil, a, ctx.Err()
	}
	ctx, cancel := context.WithDeadline(ctx, c.callDeadline())
	defer cancel()
	ans := &response{}
	err := do(context.WithValue(ctx, attemptKey{}, a), c.api(c.region), func(o *ecr.Options) {
		ans.ClientProtocol = o.Protocol
		o.Protocol = ans
	})
	a.late = errors.Is(ctx.Err(), context.DeadlineExceeded)
	return ans, a, err
}

// callDeadline is a minute away, and at most lastLook after the deadline, for all pages of the last poll
// together.
func (c *caller) callDeadline() time.Time {
	end, last := time.Now().Add(callTimeout), c.options.Deadline.Add(lastLook)
	if end.Before(last) {
		return end
	}
	return last
}

// pause waits before the next try, cut so that the last one falls on the deadline or on another time.
// After the deadline it is an error.
func (c *caller) pause(ctx context.Context, p *backoff, until ...time.Time) error {
	if !time.Now().Before(c.options.Deadline) {
		return c.timeout()
	}
	if !sleep(ctx, p.next(), append(until, c.options.Deadline)...) {
		return context.Cause(ctx)
	}
	return nil
}

// ErrTimeout is in the chain of every error that the deadline causes.
var ErrTimeout = errors.New("timed out")

// timeout returns an error that says how long the run had and what it was waiting for.
func (c *caller) timeout() error {
	f := &Error{Op: "waiting for Amazon ECR", Err: Timeout(c.options.Timeout), Hint: "set a longer timeout, or check the scan in the ECR console"}
	trouble := c.lastTrouble()
	switch {
	case trouble != nil:
		f.Err = fmt.Errorf("%w; last: %w", f.Err, trouble)
		f.Hint = "check the network and the account's limits before you set a longer timeout: the last call failed"
	case c.state != "":
		f.Err = fmt.Errorf("%w; last: %s", f.Err, c.state)
	}
	return f
}

// Timeout returns the error for a deadline that passed after a duration; ErrTimeout is in its chain.
func Timeout(after time.Duration) error {
	if after <= 0 {
		return ErrTimeout
	}
	return fmt.Errorf("%w after %s", ErrTimeout, brief(after))
}

// brief formats a duration without trailing zeros: 10m, not 10m0s.
func brief(d time.Duration) string {
	text := d.String()
	if short, ok := strings.CutSuffix(text, "m0s"); ok {
		text = short + "m"
	}
	if short, ok := strings.CutSuffix(text, "h0m"); ok {
		text = short + "h"
	}
	return text
}

func (c *caller) failed(operation string, err error, a *attempt) error {
	return &Error{Op: operation, Err: cause(err, a), Hint: advise(operation, c.region, c.image, err, a)}
}

func (c *caller) unreachableError(operation string, err error, a *attempt) error {
	return &Error{
		Op:   operation,
		Err:  fmt.Errorf("no response for %s: %w", unreachableAfter, cause(err, a)),
		Hint: "check the Region, endpoint URL, DNS, proxy, VPC endpoint, and CA bundle: the endpoint was never reached",
	}
}

// DefaultPoll is the default of the longest delay between two polls.
const DefaultPoll = 15 * time.Second

var initialDelays = []time.Duration{time.Second, 2 * time.Second, 3 * time.Second, 5 * time.Second, 8 * time.Second}

// A backoff returns the delays between repeated calls: 1, 2, 3, 5, 8 seconds, then the longest, each ±10 %
// so that many jobs do not poll in step.
type backoff struct {
	longest time.Duration
	taken   int
	steady  bool // always the longest, to the point
}

func (p *backoff) next() time.Duration {
	d := p.longest
	if p.steady {
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

// sleep waits for d, but no longer than until one of the given times. It returns false if the context
// ended first.
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
