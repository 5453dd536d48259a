package ecr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// maxRestarts is how often findings that moved while they were read are read anew.
const maxRestarts = 3

// A Result is a complete, settled scan of one digest.
type Result struct {
	Scan  *scan.Scan
	Notes []string
}

// Read awaits the scan of one manifest and reads its findings. The image is pinned by its digest,
// or by that of the first answer when it has none.
//
// An error is a *scan.StatusError for a status that has no findings (a policy may accept it), a
// *Failure for everything else, or the context's own.
func (c *Client) Read(ctx context.Context, img scan.Image, platform scan.Platform, o Options) (*Result, error) {
	caller, err := c.caller(img, platform, o)
	if err != nil {
		return nil, err
	}
	w := &poller{caller: caller, backoff: backoff{longest: caller.options.PollInterval}}
	s, err := w.result(ctx)
	if err != nil {
		return nil, err
	}
	s.Image.Repository, s.Image.Tag, s.Platform = img.Repository, img.Tag, platform
	return &Result{Scan: s, Notes: w.notes}, nil
}

// A watch follows one manifest from "no scan exists" to settled findings.
type poller struct {
	*caller
	backoff  backoff
	notes    []string
	absence  absence
	asked    scanRequest // what became of asking for a scan
	tracker  settleTracker
	restarts int
	seen     scan.Status // of the last page that was read, empty before
	outdated time.Time   // completion time of a scan that was too old; only a newer one is judged
	twice    repetition  // of the last reading
}

// result is the table of what an answer means, run until one of them ends the wait.
func (w *poller) result(ctx context.Context) (*scan.Scan, error) {
	for {
		s, done, err := w.look(ctx)
		if err != nil || done {
			return s, err
		}
		if err := w.pause(ctx, &w.backoff, w.absence.end); err != nil {
			return nil, w.late(err)
		}
	}
}

// look asks once and says whether that was the end.
func (w *poller) look(ctx context.Context) (s *scan.Scan, done bool, err error) {
	s, date, err := w.read(ctx)
	var moved *scan.IncompleteError
	var twice *scan.DuplicateFindingError
	if errors.As(err, &twice) && w.twice.confirms(twice) {
		s, err = twice.Scan, nil
	}
	if twice == nil {
		w.twice = repetition{}
	}
	switch {
	case err == nil:
		return w.answered(ctx, s, date)
	case codeOf(err) == "ScanNotFoundException":
		return nil, false, w.missingScan(ctx, err)
	case codeOf(err) == "ImageNotFoundException":
		return nil, false, w.missingImage(err)
	case errors.As(err, &moved):
		return nil, false, w.moved(moved)
	}
	return nil, false, err
}

// answered takes an answer that has a status.
func (w *poller) answered(ctx context.Context, s *scan.Scan, date time.Time) (*scan.Scan, bool, error) {
	w.absence = absence{}
	switch s.Status {
	case scan.Complete, scan.Active:
		return w.ended(ctx, s, date)
	case scan.Pending, scan.InProgress:
		w.enter(string(s.Status))
		w.tracker = settleTracker{}
		return nil, false, nil
	}
	return nil, false, &scan.StatusError{Status: s.Status, Description: s.Description}
}

// ended takes a scan that says it is over, and may not be.
func (w *poller) ended(ctx context.Context, s *scan.Scan, date time.Time) (*scan.Scan, bool, error) {
	w.restarts = 0
	switch {
	case s.Findings == nil:
		w.tracker = settleTracker{}
		w.enter(string(s.Status) + " without findings and without saying that there are none")
		return nil, false, nil
	case w.isOutdated(s):
		w.enter("waiting for a newer scan")
		return nil, false, nil
	}
	if !w.tracker.settled(s, date, w.options.Settle) {
		w.enter(string(s.Status) + ", settling")
		w.backoff = w.tracker.backoff(s, w.options.Settle)
		return nil, false, nil
	}
	if w.tooOld(s) {
		if asked, err := w.askAnew(ctx, s); asked || err != nil {
			return nil, false, err
		}
	}
	if w.options.Settle != nil && *w.options.Settle == 0 {
		w.note("settle: 0 was asked for: the findings were not watched for late arrivals")
	}
	return s, true, nil
}

// moved starts a reading over, a few times.
func (w *poller) moved(u *scan.IncompleteError) error {
	if w.restarts++; w.restarts > maxRestarts {
		return &Error{
			Op:   "reading the findings",
			Err:  fmt.Errorf("%d readings did not hold together; last: %w", w.restarts, u),
			Hint: "run again; if it stays so, save the response with the AWS CLI and report it",
		}
	}
	w.tracker = settleTracker{}
	w.enter("reading again: " + u.Reason)
	return nil
}

// enter notes a state; a new one begins with short pauses.
func (w *poller) enter(state string) {
	if state != w.state {
		w.state = state
		w.backoff = backoff{longest: w.options.PollInterval}
	}
	w.tell(state)
}

func (w *poller) note(text string) { w.notes = append(w.notes, text) }

// late says of a wait whose time was up what became of asking for a scan, where there was none.
func (w *poller) late(err error) error {
	var f *Error
	if !errors.As(err, &f) || !errors.Is(err, ErrTimeout) || w.lastTrouble() != nil {
		return err
	}
	f.Op = "waiting for the scan"
	if w.absence.of == "scan" {
		f.Err = fmt.Errorf("%w (%s)", f.Err, w.asked.told(w.options.StartScan))
	}
	return f
}
