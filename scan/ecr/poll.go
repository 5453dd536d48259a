package ecr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// maxRestarts is how often findings that shifted during a reading are read again.
const maxRestarts = 3

// A Result is a complete, settled scan of one digest.
type Result struct {
	Scan *scan.Scan
	// SettledBy is the evidence that all findings have arrived.
	SettledBy SettledBy
	// LastScannedAt is the time of Amazon Inspector's last scan; nil if it was not asked or reports none.
	LastScannedAt *time.Time
	Notes         []string
	// EPSSDate is the server's time of the EPSS scores: nil without scores, zero if the server reports none.
	EPSSDate *time.Time
}

// Read waits for the scan of one manifest and reads its findings. The image is pinned to its digest, or
// to that of the first response if it has none.
//
// An error is a *scan.StatusError for a status that has no findings (a policy may accept it), a
// *Error for everything else, or the context's own error.
func (c *Client) Read(ctx context.Context, img scan.Image, platform scan.Platform, o Options) (*Result, error) {
	caller, err := c.caller(img, platform, o)
	if err != nil {
		return nil, err
	}
	w := &poller{
		caller:  caller,
		backoff: awsapi.Backoff{Longest: caller.options.PollInterval},
		parser:  scan.PageReader{Texts: &c.texts},
	}
	s, err := w.result(ctx)
	if err != nil {
		return nil, err
	}
	s.Image.Repository, s.Image.Tag, s.Platform = img.Repository, img.Tag, platform
	out := &Result{Scan: s, SettledBy: w.settledBy, Notes: w.notes}
	if scanned := w.coverage.answer.LastScannedAt; !scanned.IsZero() {
		out.LastScannedAt = &scanned
	}
	return out, nil
}

// A poller follows one manifest from "no scan exists" to settled findings.
type poller struct {
	*caller
	backoff     awsapi.Backoff
	notes       []string
	absence     absence
	scanRequest scanRequest // the request for a scan
	tracker     settleTracker
	parser      scan.PageReader
	reading     reading   // the last reading
	settledBy   SettledBy // of the result
	restarts    int
	seen        scan.Status // of the last page; empty before the first
	outdated    time.Time   // completion time of a scan that was too old; only a newer one counts
	repetition  repetition  // of the last reading
	coverage    coverage
	reason      noScanReason
	registry    *scan.Type // nil until requested, empty if unknown
}

// result polls until a response ends the wait.
func (w *poller) result(ctx context.Context) (*scan.Scan, error) {
	for {
		s, done, err := w.poll(ctx)
		if err != nil || done {
			return s, err
		}
		if err := w.Pause(ctx, &w.backoff, w.absence.end); err != nil {
			return nil, w.explainTimeout(err)
		}
	}
}

// poll polls once and reports whether that was the end.
func (w *poller) poll(ctx context.Context) (s *scan.Scan, done bool, err error) {
	s, err = w.read(ctx)
	var inconsistent *scan.IncompleteError
	var twice *scan.DuplicateFindingError
	if errors.As(err, &twice) && w.repetition.confirms(twice) {
		s, err = twice.Scan, nil
	}
	if twice == nil {
		w.repetition = repetition{}
	}
	switch {
	case err == nil:
		return w.handle(ctx, s)
	case awsapi.CodeOf(err) == "ScanNotFoundException":
		return nil, false, w.missingScan(ctx, err)
	case awsapi.CodeOf(err) == "ImageNotFoundException":
		return nil, false, w.missingImage(err)
	case errors.As(err, &inconsistent):
		return nil, false, w.restart(inconsistent)
	}
	return nil, false, err
}

// handle handles a response with a status.
func (w *poller) handle(ctx context.Context, s *scan.Scan) (*scan.Scan, bool, error) {
	w.absence = absence{}
	switch s.Status {
	case scan.Complete, scan.Active:
		return w.handleEnded(ctx, s)
	case scan.Pending, scan.InProgress:
		w.enter(string(s.Status))
		w.tracker.reset()
		return nil, false, nil
	}
	return nil, false, &scan.StatusError{Status: s.Status, Description: s.Description}
}

// handleEnded handles a scan with a status that claims it has ended, which may not be true.
func (w *poller) handleEnded(ctx context.Context, s *scan.Scan) (*scan.Scan, bool, error) {
	w.restarts = 0
	switch {
	case s.Findings == nil:
		w.tracker.reset()
		w.enter(string(s.Status) + " without findings and without an empty list")
		return nil, false, nil
	case w.isOutdated(s):
		w.enter("waiting for a newer scan")
		return nil, false, nil
	}
	by, err := w.settled(ctx, s)
	if by == "" || err != nil {
		return nil, false, err
	}
	w.settledBy = by
	if w.tooOld(s) {
		if asked, err := w.requestNewScan(ctx, s); asked || err != nil {
			return nil, false, err
		}
	}
	if w.options.Settle != nil && *w.options.Settle == 0 {
		w.note("settle is 0: the gate did not wait for late findings")
	}
	return s, true, nil
}

// restart starts the reading over, at most maxRestarts times.
func (w *poller) restart(u *scan.IncompleteError) error {
	if w.restarts++; w.restarts > maxRestarts {
		return &Error{
			Op:   "reading the findings",
			Err:  fmt.Errorf("%d readings were inconsistent; last: %w", w.restarts, u),
			Hint: "run again; if it keeps failing, save the response with the AWS CLI and report it",
		}
	}
	w.tracker.reset()
	w.enter("reading again: " + u.Reason)
	return nil
}

// enter sets the state. A new state starts with short delays.
func (w *poller) enter(state string) {
	if state != w.State {
		w.State = state
		w.backoff = awsapi.Backoff{Longest: w.options.PollInterval}
	}
	w.Tell(state)
}

func (w *poller) note(text string) { w.notes = append(w.notes, text) }

// explainTimeout adds to a timeout error what happened to the request for a scan, if there was no scan.
func (w *poller) explainTimeout(err error) error {
	var f *Error
	if !errors.As(err, &f) || !errors.Is(err, ErrTimeout) || w.LastTrouble() != nil {
		return err
	}
	f.Op = "waiting for the scan"
	if w.absence.of == "scan" {
		f.Err = fmt.Errorf("%w (%s)", f.Err, w.scanRequest.describe(w.options.StartScan))
	}
	return f
}
