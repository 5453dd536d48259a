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
	// coverageTime bounds a question to Amazon Inspector: trouble with it must not use up the time for ECR.
	coverageTime = 10 * time.Second
	// freshFor is how long an answer without evidence holds. More can be known later.
	freshFor = 15 * time.Second
	// reasonFor is how long Amazon Inspector's reason for a missing scan is valid.
	reasonFor = time.Minute
)

// A stand is what coverage means for the result that ECR returns.
type stand int

const (
	// unasked: Amazon Inspector has not been asked.
	unasked stand = iota
	// waiting: its scan has not ended, or ended less than a settle time ago. No result counts yet.
	waiting
	// done: its scan ended a settle time before the last question. Two equal readings since then settle
	// the result, if the next question confirms that scan.
	done
	// silent: Amazon Inspector offers no evidence. The result settles as if it had not been asked.
	silent
)

// A coverage is what Amazon Inspector has said about the digest. It holds a result back, or starts the clock
// earlier; it is never a result.
type coverage struct {
	stand   stand
	said    inspector.Coverage // the last answer
	asked   time.Time          // when it arrived
	pending string             // the reason why the initial scan has not ended; empty for none
	due     time.Time          // when a scan that is done has had its settle time
}

// isOpen reports whether the first page of the next reading leads to a question.
func (c *coverage) isOpen() bool { return c.stand == unasked || c.stand == waiting }

// errReadAgain ends a reading that began before Amazon Inspector said that its scan is done.
var errReadAgain = errors.New("read again")

// cover asks for the coverage of a result that may be Amazon Inspector's, once its first page is there: a
// basic scan, which is none of Inspector's business, shows that there. The error is errReadAgain when the
// reading has to begin after the answer.
func (w *poller) cover(ctx context.Context, first *scan.Page) error {
	if !first.Status.Ended() || first.Findings == nil {
		return nil
	}
	if w.coverage.stand == unasked && first.Type == "" && first.NextToken != "" { // the next page shows the type
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
	if err := w.inquire(ctx, &first.Scan); err != nil {
		return err
	}
	if w.coverage.stand == done {
		w.tracker.first = reading{}
		return errReadAgain
	}
	return nil
}

// inquire asks Amazon Inspector about the digest of a result, and weighs the answer.
func (w *poller) inquire(ctx context.Context, s *scan.Scan) error {
	said, err := w.question(ctx, w.covered(s))
	if err != nil {
		return err
	}
	w.coverage.weigh(said, s, settleTime(s, w.options.Settle))
	w.coverage.asked = time.Now()
	return nil
}

// covered is the image of a result, with the registry that the result names if the image does not.
func (c *caller) covered(s *scan.Scan) scan.Image {
	img := c.image
	img.Region = c.region
	if img.RegistryID == "" {
		img.RegistryID = s.Image.RegistryID
	}
	return img
}

func (w *poller) question(ctx context.Context, img scan.Image) (inspector.Coverage, error) {
	if w.options.NoInspector {
		return inspector.Coverage{Outcome: inspector.Unproven, Reason: "Amazon Inspector was not asked, because inspector is never"}, nil
	}
	return w.client.inspector.Coverage(ctx, img, inspector.Options{Deadline: w.options.Deadline, Within: coverageTime, PollInterval: w.options.PollInterval})
}

// weigh takes an answer in. After a scan that was pending, silence proves nothing.
func (c *coverage) weigh(said inspector.Coverage, s *scan.Scan, settle time.Duration) {
	scanned := said.LastScannedAt
	switch {
	case said.Outcome == inspector.Pending:
		c.stand, c.pending = waiting, said.Reason
	case said.Outcome == inspector.Unproven && scanned.IsZero() && c.pending != "":
		c.stand = waiting
	case said.Outcome != inspector.Done:
		c.stand, c.pending = silent, ""
	case !agrees(said.Date):
		c.stand, c.pending = silent, ""
		said.Reason = fmt.Sprintf("the clocks of this machine and Amazon Inspector are more than %s apart", awsapi.Brief(awsapi.MaxSkew))
	case s.CompletedAt != nil && s.CompletedAt.Before(scanned.Truncate(time.Second)):
		c.stand, c.pending = silent, ""
		said.Reason = fmt.Sprintf("ECR's scan completed at %s, before Amazon Inspector's last one at %s", s.CompletedAt.UTC().Format(time.RFC3339), scanned.Format(time.RFC3339))
	default:
		c.stand, c.pending = done, ""
		if left := settle - said.Date.Sub(scanned); left > 0 { // by dates, which have whole seconds
			c.stand, c.due = waiting, time.Now().Add((left + time.Second - 1).Truncate(time.Second))
		}
	}
	c.said = said
}

// A noScanReason is why ECR has no scan, by Amazon Inspector.
type noScanReason struct {
	asked time.Time
	text  string // for messages; empty for none
}

// blocked returns an error if Amazon Inspector will not scan the image until something changes: then there is
// no point in waiting for ECR. It never ends a wait whose end the policy may accept, so that coverage makes
// neither a verdict nor an accepted status.
func (w *poller) blocked(ctx context.Context, noScan error) error {
	if !w.mayBeBlocked() || time.Since(w.reason.asked) < reasonFor {
		return nil
	}
	said, err := w.question(ctx, w.covered(&scan.Scan{}))
	if err != nil {
		return err
	}
	w.reason = noScanReason{asked: time.Now()}
	switch said.Outcome {
	case inspector.Blocked:
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("the image is not scanned by Amazon Inspector, which reports %s: %w", said.Reason, noScan),
			Hint: said.Hint,
		}
	case inspector.Pending:
		w.reason.text = "Amazon Inspector reports " + said.Reason
	}
	return nil
}

// mayBeBlocked reports whether Amazon Inspector can know why there is no scan: scan on push has had its
// moment, and the registry has not accepted a request for a basic scan.
func (w *poller) mayBeBlocked() bool {
	switch {
	case w.options.NoInspector, w.options.AcceptsStatus, w.options.Unresolved, w.image.Digest == "", w.asked.accepted:
		return false
	case w.options.StartScan && !w.asked.asked:
		return false
	}
	return time.Since(w.absence.since) >= askAfter || w.absence.over()
}
