package ecr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

const (
	// coverageTimeout bounds a call to Amazon Inspector: trouble with it must not use up the time for ECR.
	coverageTimeout = 10 * time.Second
	// unprovenFor is how long a response without evidence is reused. A later one may have evidence.
	unprovenFor = 15 * time.Second
	// reasonFor is how long Amazon Inspector's reason for a missing scan is valid.
	reasonFor = time.Minute
)

// A coverageState is what coverage means for the result that ECR returns.
type coverageState int

const (
	// unasked: Amazon Inspector has not been asked yet.
	unasked coverageState = iota
	// waiting: its scan has not ended, or ended less than a settle time ago. No result counts yet.
	waiting
	// done: its scan ended a settle time before the last response. Two equal readings since then settle the
	// result, if the next response confirms that scan.
	done
	// unproven: Amazon Inspector has no evidence. The result settles as if it had not been asked.
	unproven
)

// A coverage is what Amazon Inspector reports about the digest. It holds a result back, or starts the settle
// time earlier; it is never a result itself.
type coverage struct {
	state   coverageState
	answer  inspector.Coverage // the last response
	asked   time.Time          // when it arrived
	pending string             // why the initial scan has not ended; empty for no reason
	due     time.Time          // when the settle time of a finished scan ends
}

// isOpen reports whether to ask Amazon Inspector after the first page of the next reading.
func (c *coverage) isOpen() bool { return c.state == unasked || c.state == waiting }

// errReadAgain ends a reading that started before Amazon Inspector reported that its scan is done.
var errReadAgain = errors.New("read again")

// cover requests the coverage of a result that may be Amazon Inspector's. The first page shows whether the
// scan is basic, which Inspector does not know about. cover returns errReadAgain if the reading must start
// over after the response.
func (w *poller) cover(ctx context.Context, first *scan.Page) error {
	if !first.Status.Ended() || first.Findings == nil {
		return nil
	}
	if w.coverage.state == unasked && first.Type == "" && first.NextToken != "" { // the next page shows the type
		return nil
	}
	switch enhanced, err := w.mayBeEnhanced(ctx, &first.Scan); {
	case err != nil:
		return err
	case !enhanced:
		w.coverage = coverage{}
		return nil
	case !w.coverage.isOpen():
		return nil
	}
	if err := w.askInspector(ctx, &first.Scan); err != nil {
		return err
	}
	if w.coverage.state == done {
		w.tracker.first = reading{}
		return errReadAgain
	}
	return nil
}

// askInspector requests the coverage of a result's digest and updates the state.
func (w *poller) askInspector(ctx context.Context, s *scan.Scan) error {
	answer, err := w.askCoverage(ctx, w.covered(s))
	if err != nil {
		return err
	}
	w.coverage.update(answer, s, settleTime(s, w.options.Settle))
	w.coverage.asked = time.Now()
	return nil
}

// covered returns the image of a result, with the registry from the result if the image has none.
func (c *caller) covered(s *scan.Scan) scan.Image {
	img := c.image
	img.Region = c.region
	if img.RegistryID == "" {
		img.RegistryID = s.Image.RegistryID
	}
	return img
}

func (w *poller) askCoverage(ctx context.Context, img scan.Image) (inspector.Coverage, error) {
	if w.options.NoInspector {
		return inspector.Coverage{Outcome: inspector.Unproven, Reason: "Amazon Inspector was not asked, because inspector is never"}, nil
	}
	return w.client.inspector.Coverage(ctx, img, inspector.Options{Deadline: w.options.Deadline, Within: coverageTimeout, PollInterval: w.options.PollInterval})
}

// update updates the state from a response. After a pending scan, a response without evidence proves nothing.
func (c *coverage) update(answer inspector.Coverage, s *scan.Scan, settle time.Duration) {
	scanned := answer.LastScannedAt
	switch {
	case answer.Outcome == inspector.Pending:
		c.state, c.pending = waiting, answer.Reason
	case answer.Outcome == inspector.Unproven && scanned.IsZero() && c.pending != "":
		c.state = waiting
	case answer.Outcome != inspector.Done:
		c.state, c.pending = unproven, ""
	case !agrees(answer.Date):
		c.state, c.pending = unproven, ""
		answer.Reason = fmt.Sprintf("the clocks of this machine and Amazon Inspector are more than %s apart", awsapi.Brief(awsapi.MaxSkew))
	case s.CompletedAt != nil && s.CompletedAt.Before(scanned.Truncate(time.Second)):
		c.state, c.pending = unproven, ""
		answer.Reason = fmt.Sprintf("ECR's scan completed at %s, before Amazon Inspector's last one at %s", s.CompletedAt.UTC().Format(time.RFC3339), scanned.Format(time.RFC3339))
	default:
		c.state, c.pending = done, ""
		if left := settle - answer.Date.Sub(scanned); left > 0 { // by dates, which have whole seconds
			c.state, c.due = waiting, time.Now().Add((left + time.Second - 1).Truncate(time.Second))
		}
	}
	c.answer = answer
}

// A noScanReason is why ECR has no scan, according to Amazon Inspector.
type noScanReason struct {
	asked time.Time
	text  string // for messages; empty for none
}

// blocked returns an error if Amazon Inspector will not scan the image until something changes: then there is
// no point in waiting for ECR. It never ends a wait that could end in an accepted status, so that coverage
// alone never decides.
func (w *poller) blocked(ctx context.Context, noScan error) error {
	if !w.mayBeBlocked() || time.Since(w.reason.asked) < reasonFor {
		return nil
	}
	answer, err := w.askCoverage(ctx, w.covered(&scan.Scan{}))
	if err != nil {
		return err
	}
	w.reason = noScanReason{asked: time.Now()}
	switch answer.Outcome {
	case inspector.Blocked:
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("the image is not scanned by Amazon Inspector, which reports %s: %w", answer.Reason, noScan),
			Hint: answer.Hint,
		}
	case inspector.Pending:
		w.reason.text = "Amazon Inspector reports " + answer.Reason
	}
	return nil
}

// mayBeBlocked reports whether Amazon Inspector can know why there is no scan: scan on push has had time to
// start, and the registry has not accepted a request for a basic scan.
func (w *poller) mayBeBlocked() bool {
	switch {
	case w.options.NoInspector, w.options.AcceptsStatus, w.options.Unresolved, w.image.Digest == "", w.scanRequest.accepted:
		return false
	case w.options.StartScan && !w.scanRequest.sent:
		return false
	}
	return time.Since(w.absence.since) >= requestAfter || w.absence.over()
}
