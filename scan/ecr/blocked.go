package ecr

import (
	"context"
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

// reasonFor is how long Amazon Inspector's reason why there is no scan holds.
const reasonFor = time.Minute

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
