package ecr

import (
	"context"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
)

// coverageTime bounds the question to Inspector: trouble with it must not use up the time for ECR.
const coverageTime = 10 * time.Second

// held reports whether Amazon Inspector has not finished the initial scan of a result that looks settled.
// ECR can say ACTIVE before that, and the findings come later than any settle time. Coverage only ever
// holds a result back: whatever else Inspector says, or if it says nothing, the result counts.
func (w *poller) held(ctx context.Context, s *scan.Scan) (bool, error) {
	if s.Type == scan.Basic || w.asked.accepted {
		return false, nil
	}
	img := w.image
	img.Region = w.region
	if img.RegistryID == "" {
		img.RegistryID = s.Image.RegistryID
	}
	end := time.Now().Add(coverageTime)
	if w.options.Deadline.Before(end) {
		end = w.options.Deadline
	}
	said, err := w.client.inspector().Coverage(ctx, img, inspector.Options{Deadline: end, PollInterval: w.options.PollInterval})
	switch {
	case err != nil:
		return false, err
	case said.Outcome == inspector.Pending:
		w.pending = said.Reason
	case said.Outcome != inspector.Unproven: // after a wait, silence proves nothing
		w.pending = ""
	}
	if w.pending == "" {
		w.covered(said)
		return false, nil
	}
	w.tracker = settleTracker{}
	w.enter(string(s.Status) + ", but Amazon Inspector reports " + w.pending)
	return true, nil
}

// covered records what Inspector says about a result that counts.
func (w *poller) covered(said inspector.Coverage) {
	if !said.LastScannedAt.IsZero() {
		w.lastScannedAt = &said.LastScannedAt
	}
	switch said.Outcome {
	case inspector.Unproven:
		w.note("settled by time alone: " + said.Reason)
	case inspector.Blocked:
		w.note("settled by time alone: Amazon Inspector reports " + said.Reason)
	}
}

// inspector returns the client for coverage.
func (c *Client) inspector() *inspector.Client { return inspector.New(c.Session, c.endpoint() != "") }
