package ecr

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// ReadWithEPSS is like Read, and sets the EPSS score of every finding for which Amazon Inspector has one.
// Both services list the same store, so their findings must be the same ones: if ECR has one that Inspector
// does not list as ACTIVE, or the other way around, both are read again. Scores of SUPPRESSED findings, which
// a policy can count, are only looked up, and CLOSED ones have none.
//
// The errors are those of Read; findings that stay different are an *Error, and so is a basic scan, for which
// Inspector has no scores. For a status without findings, Inspector is not asked.
func (c *Client) ReadWithEPSS(ctx context.Context, img scan.Image, platform scan.Platform, o Options) (*Result, error) {
	caller, err := c.caller(img, platform, o)
	if err != nil {
		return nil, err
	}
	for restarts := 0; ; restarts++ {
		result, err := c.Read(ctx, img, platform, o)
		if err != nil {
			return nil, err
		}
		var different *scan.IncompleteError
		switch err := caller.score(ctx, result); {
		case err == nil:
			return result, nil
		case !errors.As(err, &different):
			return nil, err
		case restarts == maxRestarts:
			return nil, &Error{
				Op:   "reading EPSS scores from Amazon Inspector",
				Err:  fmt.Errorf("%d readings were inconsistent; last: %w", restarts+1, different),
				Hint: "run again; if it keeps failing, use a file of EPSS scores (input epss) and report it",
			}
		}
		caller.State = "reading again: " + different.Reason
		caller.Tell(caller.State)
		if err := caller.Pause(ctx, &awsapi.Backoff{Longest: minReadingGap, Steady: true}); err != nil {
			return nil, err
		}
		img.Digest = result.Scan.Image.Digest
	}
}

// CheckEPSS returns an error if the configuration does not allow asking Amazon Inspector for EPSS scores.
func (c *Client) CheckEPSS() error {
	if err := c.inspector.CheckEndpoint(); err != nil {
		return fmt.Errorf("%w (set AWS_ENDPOINT_URL_INSPECTOR2)", err)
	}
	return nil
}

// score sets the scores of a result. Findings that differ from Inspector's are a *scan.IncompleteError.
func (c *caller) score(ctx context.Context, result *Result) error {
	s := result.Scan
	if basic, err := c.isBasic(ctx, s); err != nil {
		return err
	} else if basic {
		return &Error{
			Op:   "reading EPSS scores from Amazon Inspector",
			Err:  errors.New("the scan is basic, and Amazon Inspector lists the findings of enhanced scans only"),
			Hint: "use a file of EPSS scores (input epss), or enhanced scanning",
		}
	}
	active, err := c.listed(ctx, s, false)
	if err != nil {
		return err
	}
	if reason := differ(s, active.EPSS); reason != "" {
		return &scan.IncompleteError{Reason: reason}
	}
	suppressed := &inspector.Findings{}
	if slices.ContainsFunc(s.Findings, isSuppressed) {
		if suppressed, err = c.listed(ctx, s, true); err != nil {
			return err
		}
	}
	for i := range s.Findings {
		switch f := &s.Findings[i]; {
		case !f.SetAside():
			f.EPSS = active.EPSS[f.ARN]
		case isSuppressed(*f):
			f.EPSS = suppressed.EPSS[f.ARN]
		}
	}
	result.EPSSDate = &active.Date
	return nil
}

func isSuppressed(f scan.Finding) bool { return f.Status == "SUPPRESSED" }

// listed returns Inspector's findings for the digest of a result.
func (c *caller) listed(ctx context.Context, s *scan.Scan, suppressed bool) (*inspector.Findings, error) {
	img := c.covered(s)
	img.Digest = s.Image.Digest
	return c.client.inspector.Findings(ctx, img, inspector.Options{
		Deadline: c.options.Deadline, Timeout: c.options.Timeout, PollInterval: c.options.PollInterval, Tell: c.Tell,
		Suppressed: suppressed,
	})
}

// isBasic reports whether a result is known to be basic. Without findings it does not show that, but the
// registry's configuration does.
func (c *caller) isBasic(ctx context.Context, s *scan.Scan) (bool, error) {
	if s.Type != "" {
		return s.Type == scan.Basic, nil
	}
	registry, err := c.askScanType(ctx, s)
	return registry == scan.Basic, err
}

// differ describes how the findings of ECR differ from those that Inspector lists as ACTIVE; empty if they do
// not. Of ECR's findings, it compares the active ones.
func differ(s *scan.Scan, listed map[string]*float64) string {
	active := map[string]bool{}
	missing, extra := "", ""
	for i := range s.Findings {
		f := &s.Findings[i]
		if f.SetAside() {
			continue
		}
		if f.ARN == "" {
			return "ECR has a finding without an ARN, which Amazon Inspector cannot score"
		}
		active[f.ARN] = true
		if _, ok := listed[f.ARN]; !ok && (missing == "" || f.ARN < missing) {
			missing = f.ARN
		}
	}
	for arn := range listed {
		if !active[arn] && (extra == "" || arn < extra) {
			extra = arn
		}
	}
	counts := fmt.Sprintf("(active findings: %d in ECR, %d in Amazon Inspector)", len(active), len(listed))
	switch {
	case missing != "":
		return fmt.Sprintf("Amazon Inspector does not list finding %.200s as ACTIVE %s", missing, counts)
	case extra != "":
		return fmt.Sprintf("ECR does not list finding %.200s as ACTIVE %s", extra, counts)
	}
	return ""
}
