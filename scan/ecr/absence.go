package ecr

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// requestAfter is how long to wait before requesting a scan: scan on push needs a moment to start.
const requestAfter = 5 * time.Second

// An absence is a period in which ECR reports that there is no scan or no image.
type absence struct {
	of    string // what is absent: "scan" or "image"
	since time.Time
	end   time.Time // when it stops meaning "not yet"
}

// begin starts an absence or continues it.
func (a *absence) begin(of string, patience time.Duration) {
	if a.of != of {
		now := time.Now()
		*a = absence{of: of, since: now, end: now.Add(patience)}
	}
}

func (a *absence) over() bool { return !time.Now().Before(a.end) }

// A scanRequest is the state of the request for a scan.
type scanRequest struct {
	sent     bool
	accepted bool // or unknown: a response was lost
	disabled bool // enhanced scanning: scans start on their own or not at all
	refused  string
	noImage  bool // refused because the image does not exist
}

// describe returns what happened to the request for a scan.
func (r *scanRequest) describe(allowed bool) string {
	switch {
	case r.refused != "":
		return "the request for a scan was refused: " + r.refused
	case r.accepted:
		return "a scan was requested and accepted"
	case !allowed:
		return "no scan was requested because start-scan is never"
	}
	return "no scan was requested"
}

// missingScan handles a ScanNotFoundException.
func (w *poller) missingScan(ctx context.Context, err error) error {
	w.tracker.reset()
	w.absence.begin("scan", w.options.MissingAfter)
	state := "no scan yet"
	if w.reason.text != "" {
		state += ", " + w.reason.text
	}
	w.enter(state)
	if !w.scanRequest.sent && w.options.StartScan && w.dueForRequest() {
		if err := w.requestScan(ctx); err != nil {
			return err
		}
	}
	if err := w.blocked(ctx, err); err != nil {
		return err
	}
	if w.scanRequest.disabled && w.absence.end.Before(w.options.Deadline) {
		w.absence.end = w.options.Deadline
	}
	if !w.absence.over() {
		return nil
	}
	return w.noScan(err)
}

// dueForRequest reports whether scan on push has had time to start, or this is the last poll: the gate never
// gives up without a request.
func (w *poller) dueForRequest() bool {
	now := time.Now()
	return now.Sub(w.absence.since) >= requestAfter || w.absence.over() || !now.Before(w.options.Deadline)
}

// noScan returns the error for a scan that did not appear.
func (w *poller) noScan(err error) error {
	var r *awsapi.APIError
	errors.As(err, &r)
	switch {
	case w.scanRequest.accepted:
		what := "ECR accepted a request for a scan"
		if w.scanRequest.refused != "" {
			what = "ECR may have accepted a request for a scan whose response was lost"
		}
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("%s, but %s later there is still no scan: %w", what, time.Since(w.absence.since).Round(time.Second), err),
			Hint: "check the scan in the ECR console; set a longer missing-after if scans in this registry start late",
		}
	case w.options.Unresolved || w.image.Digest == "":
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("no scan exists, and the manifest could not be read: %w", err),
			Hint: "allow ecr:BatchGetImage for this role: the image may be an index, whose children have the scans",
		}
	case w.seen != "":
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("the image had a scan with status %s and now has none: %w", w.seen, err),
			Hint: "check whether the registry's scanning settings changed, and run again when the image has a scan",
		}
	case w.scanRequest.noImage:
		return &Error{
			Op:   "waiting for the scan",
			Err:  fmt.Errorf("no scan exists, and the request for one failed: %s", w.scanRequest.refused),
			Hint: "check that the image was pushed to this registry and Region and has not been deleted",
		}
	}
	return &scan.StatusError{Status: scan.NotFound, Description: r.Message + w.waited()}
}

// waited describes how long no scan appeared, and whether one still may.
func (w *poller) waited() string {
	text := " (waited " + awsapi.Brief(time.Since(w.absence.since).Round(time.Second))
	if w.scanRequest.refused != "" {
		text += "; the request for a scan was refused: " + w.scanRequest.refused
	}
	if w.reason.text != "" {
		text += "; " + w.reason.text
	}
	if w.scanRequest.disabled {
		text += "; an enhanced scan can start later than that, so nothing is known about this image"
	}
	return text + ")"
}

// missingImage handles an ImageNotFoundException: the image may not have arrived yet.
func (w *poller) missingImage(err error) error {
	w.tracker.reset()
	w.absence.begin("image", min(imageGrace, w.options.MissingAfter))
	w.enter("image not found")
	if !w.absence.over() {
		return nil
	}
	return &Error{Op: "reading the findings", Err: err, Hint: "check that the image was pushed to this registry and Region and has not been deleted"}
}

// startScan requests a basic scan.
func (w *poller) startScan(ctx context.Context) error {
	input := &ecr.StartImageScanInput{RepositoryName: &w.image.Repository, ImageId: imageIdentifier(w.image.Tag, w.image.Digest), RegistryId: optional(w.image.RegistryID)}
	_, err := w.call(ctx, "StartImageScan", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.StartImageScan(ctx, input, raw)
		var r *awsapi.APIError
		if err != nil && (!errors.As(err, &r) || r.Status >= 500) {
			w.scanRequest.accepted = true
		}
		return err
	}, nil)
	return err
}

// requestScan requests a scan once. After a refusal, the wait continues, unless it means that there will
// never be a scan.
func (w *poller) requestScan(ctx context.Context) error {
	w.scanRequest.sent = true
	err := w.startScan(ctx)
	switch code := awsapi.CodeOf(err); {
	case err == nil:
		w.scanRequest.accepted = true
		w.absence = absence{}
		w.absence.begin("scan", w.options.MissingAfter)
		w.note("no scan existed, so a basic scan was requested and accepted")
		w.enter("scan requested")
	case code == "ValidationException":
		w.scanRequest.disabled, w.scanRequest.refused = true, err.Error()
		w.note("scans cannot be requested here, as with enhanced scanning: " + reason(err))
	case code == "LimitExceededException", denied(err), code == "ImageNotFoundException":
		w.scanRequest.refused, w.scanRequest.noImage = reason(err), code == "ImageNotFoundException"
		w.note("no scan existed, and the request for one was refused: " + reason(err))
	default:
		return err
	}
	return nil
}

func denied(err error) bool {
	var r *awsapi.APIError
	return errors.As(err, &r) && r.Denied()
}

// reason returns the response's own error, without the operation.
func reason(err error) string {
	var r *awsapi.APIError
	if errors.As(err, &r) {
		return r.Error()
	}
	return err.Error()
}

// tooOld reports whether a basic scan is older than the policy allows and a new one can be requested.
func (w *poller) tooOld(s *scan.Scan) bool {
	return w.options.MaxAge > 0 && w.options.StartScan && s.Type != scan.Enhanced && !w.scanRequest.sent &&
		s.CompletedAt != nil && time.Since(*s.CompletedAt)+w.Behind() > w.options.MaxAge
}

// requestNewScan requests a new scan to replace an old one. It returns false if ECR refuses; then the policy
// checks the age of the old one.
func (w *poller) requestNewScan(ctx context.Context, s *scan.Scan) (bool, error) {
	w.scanRequest.sent = true
	var refused *awsapi.APIError
	switch err := w.startScan(ctx); {
	case errors.As(err, &refused) && !errors.Is(err, ErrTimeout):
		w.note(fmt.Sprintf("the scan from %s is older than the policy allows, and the request for a new one was refused: %v", s.CompletedAt.Format(time.RFC3339), refused))
		return false, nil
	case err != nil:
		return false, err
	}
	w.scanRequest.accepted = true
	w.outdated = *s.CompletedAt
	w.tracker.reset()
	w.note(fmt.Sprintf("the scan from %s was older than the policy allows, so a new one was requested and accepted", s.CompletedAt.Format(time.RFC3339)))
	w.enter("waiting for a newer scan")
	return true, nil
}

// isOutdated reports whether this is still the scan that was too old.
func (w *poller) isOutdated(s *scan.Scan) bool {
	return !w.outdated.IsZero() && (s.CompletedAt == nil || !s.CompletedAt.After(w.outdated))
}
