package ecr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/ecrgate/ecrgate/scan"
)

// askAfter is how long "no scan exists" is waited through before a scan is asked for: scan on push
// needs a moment to begin.
const askAfter = 5 * time.Second

// An absence is a time in which ECR says that there is no scan, or no image.
type absence struct {
	of    string // what is absent: "scan" or "image"
	since time.Time
	end   time.Time // when it is no longer taken for "not yet"
}

// begin starts an absence, or goes on with it.
func (a *absence) begin(of string, patience time.Duration) {
	if a.of != of {
		now := time.Now()
		*a = absence{of: of, since: now, end: now.Add(patience)}
	}
}

func (a *absence) over() bool { return !time.Now().Before(a.end) }

// scanRequest is what became of asking ECR for a scan.
type scanRequest struct {
	asked    bool
	accepted bool // or nobody knows: an answer was lost
	disabled bool // enhanced scanning: scans begin by themselves, or not at all
	refused  string
	noImage  bool // refused since the image is not there
}

// told says what became of asking for a scan, if it was allowed.
func (r *scanRequest) told(allowed bool) string {
	switch {
	case r.refused != "":
		return "a scan was asked for: " + r.refused
	case r.accepted:
		return "a scan was asked for, and accepted"
	case !allowed:
		return "no scan was asked for: start-scan is never"
	}
	return "no scan was asked for"
}

// missingScan takes a ScanNotFoundException.
func (w *poller) missingScan(ctx context.Context, err error) error {
	w.tracker = settleTracker{}
	w.absence.begin("scan", w.options.MissingAfter)
	w.enter("no scan yet")
	if !w.asked.asked && w.options.StartScan && w.timeToAsk() {
		if err := w.ask(ctx); err != nil {
			return err
		}
	}
	if w.asked.disabled && w.absence.end.Before(w.options.Deadline) {
		w.absence.end = w.options.Deadline
	}
	if !w.absence.over() {
		return nil
	}
	return w.noScan(err)
}

// timeToAsk reports whether scan on push had its moment, or whether this is the last look: nobody
// gives up without having asked.
func (w *poller) timeToAsk() bool {
	now := time.Now()
	return now.Sub(w.absence.since) >= askAfter || w.absence.over() || !now.Before(w.options.Deadline)
}

// noScan is the end of a wait for a scan that did not come.
func (w *poller) noScan(err error) error {
	var r *apiError
	errors.As(err, &r)
	switch {
	case w.asked.accepted:
		what := "ECR accepted the request for a scan"
		if w.asked.refused != "" {
			what = "ECR may have accepted a request for a scan whose answer was lost"
		}
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("%s, but %s later there is none: %w", what, time.Since(w.absence.since).Round(time.Second), err),
			Hint: "look at the scan in the ECR console; give a longer missing-after if scans of this registry begin late",
		}
	case w.options.Unresolved || w.image.Digest == "":
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("no scan exists, and what the reference stands for could not be looked up: %w", err),
			Hint: "it may be an index, whose children carry the scans: allow ecr:BatchGetImage to this role",
		}
	case w.seen != "":
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("the image had a scan with status %s, and now: %w", w.seen, err),
			Hint: "was the scanning of the registry changed meanwhile? Run again when the image has a scan",
		}
	case w.asked.noImage:
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("no scan exists, and the request for one was answered with: %s", w.asked.refused),
			Hint: "was the image pushed, to this registry and region, and not deleted meanwhile?",
		}
	}
	return &scan.StatusError{Status: scan.NotFound, Description: r.message + w.waited()}
}

// waited says behind ECR's own words how long nothing came, and whether something still may.
func (w *poller) waited() string {
	text := " (waited " + brief(time.Since(w.absence.since).Round(time.Second))
	if w.asked.refused != "" {
		text += "; a scan was asked for: " + w.asked.refused
	}
	if w.asked.disabled {
		text += "; an enhanced scan can begin later than that: nothing is known of this image"
	}
	return text + ")"
}

// missingImage takes an ImageNotFoundException: the image may not have arrived yet.
func (w *poller) missingImage(err error) error {
	w.tracker = settleTracker{}
	w.absence.begin("image", min(imageGrace, w.options.MissingAfter))
	w.enter("image not found")
	if !w.absence.over() {
		return nil
	}
	return &Error{Op: "reading the findings", Err: err, Hint: "was the image pushed, to this registry and region, and not deleted meanwhile?"}
}

// startScan asks for a basic scan.
func (w *poller) startScan(ctx context.Context) error {
	input := &ecr.StartImageScanInput{RepositoryName: &w.image.Repository, ImageId: w.imageID()}
	if w.image.RegistryID != "" {
		input.RegistryId = &w.image.RegistryID
	}
	_, err := w.call(ctx, "StartImageScan", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.StartImageScan(ctx, input, raw)
		var r *apiError
		if err != nil && (!errors.As(err, &r) || r.status >= 500) {
			w.asked.accepted = true
		}
		return err
	}, nil)
	return err
}

func (w *poller) imageID() *types.ImageIdentifier {
	if w.image.Digest != "" {
		return &types.ImageIdentifier{ImageDigest: &w.image.Digest}
	}
	return &types.ImageIdentifier{ImageTag: &w.image.Tag}
}

// ask asks for a scan, once. What ECR says against it is noted, and the wait goes on, unless it
// means that there will never be a scan.
func (w *poller) ask(ctx context.Context) error {
	w.asked.asked = true
	err := w.startScan(ctx)
	switch code := codeOf(err); {
	case err == nil:
		w.asked.accepted = true
		w.absence = absence{}
		w.absence.begin("scan", w.options.MissingAfter)
		w.note("no scan existed: a basic scan was asked for, and accepted")
		w.enter("scan requested")
	case code == "ValidationException":
		w.asked.disabled, w.asked.refused = true, err.Error()
		w.note("a scan cannot be asked for here, which is so under enhanced scanning: " + reason(err))
	case code == "LimitExceededException", denied(err), code == "ImageNotFoundException":
		w.asked.refused, w.asked.noImage = reason(err), code == "ImageNotFoundException"
		w.note("no scan existed and a request for one was refused: " + reason(err))
	default:
		return err
	}
	return nil
}

func denied(err error) bool {
	var r *apiError
	return errors.As(err, &r) && r.denied()
}

// reason is the answer's own error, without what was being done.
func reason(err error) string {
	var r *apiError
	if errors.As(err, &r) {
		return r.Error()
	}
	return err.Error()
}

// tooOld reports whether a basic scan is older than the policy allows, so that it pays to ask for a
// new one.
func (w *poller) tooOld(s *scan.Scan) bool {
	return w.options.MaxAge > 0 && w.options.StartScan && s.Type != scan.Enhanced && !w.asked.asked &&
		s.CompletedAt != nil && time.Since(*s.CompletedAt)+w.Behind() > w.options.MaxAge
}

// askAnew asks for a new scan in place of an old one. It is false when ECR refused: then the old
// one is what there is, and the policy judges its age.
func (w *poller) askAnew(ctx context.Context, s *scan.Scan) (bool, error) {
	w.asked.asked = true
	var refused *apiError
	switch err := w.startScan(ctx); {
	case errors.As(err, &refused) && !errors.Is(err, ErrTimeout):
		w.note(fmt.Sprintf("the scan of %s is older than the policy allows, and a new one was refused: %v", s.CompletedAt.Format(time.RFC3339), refused))
		return false, nil
	case err != nil:
		return false, err
	}
	w.asked.accepted = true
	w.outdated, w.tracker = *s.CompletedAt, settleTracker{}
	w.note(fmt.Sprintf("the scan of %s was older than the policy allows: a new one was asked for, and accepted", s.CompletedAt.Format(time.RFC3339)))
	w.enter("waiting for a newer scan")
	return true, nil
}

// isOutdated reports whether this is still the scan that was too old.
func (w *poller) isOutdated(s *scan.Scan) bool {
	return !w.outdated.IsZero() && (s.CompletedAt == nil || !s.CompletedAt.After(w.outdated))
}
