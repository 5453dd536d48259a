package ecr

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// A RegistryScanning is the scanning configuration of a registry in one region.
type RegistryScanning struct {
	// RegistryID is the account of the credentials: ECR answers for no other.
	RegistryID string
	Type       scan.Type
	// Rules has at most two rules, each with a different frequency.
	Rules []ScanRule
}

// A ScanRule is how often the repositories that match its filters are scanned.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_RegistryScanningRule.html
type ScanRule struct {
	// Frequency is SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL.
	Frequency string       `json:"scanFrequency"`
	Filters   []ScanFilter `json:"repositoryFilters"`
}

// A ScanFilter is a pattern for repository names. The only type is WILDCARD.
type ScanFilter struct {
	Filter string `json:"filter"`
	Type   string `json:"filterType"`
}

// A RepositoryScanning is how one repository is scanned: the registry's rules, as ECR applies them.
type RepositoryScanning struct {
	// Frequency is SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL.
	Frequency string
	// Filters are the filters of the registry's rules that match the repository.
	Filters []ScanFilter
}

func (c *caller) registryScanning(ctx context.Context) (*RegistryScanning, error) {
	var wire struct {
		RegistryID            string `json:"registryId"`
		ScanningConfiguration struct {
			ScanType string     `json:"scanType"`
			Rules    []ScanRule `json:"rules"`
		} `json:"scanningConfiguration"`
	}
	_, err := c.call(ctx, "GetRegistryScanningConfiguration", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.GetRegistryScanningConfiguration(ctx, &ecr.GetRegistryScanningConfigurationInput{}, raw)
		return err
	}, func(a *awsapi.Response) error { return awsapi.Decode(a.Body, &wire) })
	if err != nil {
		return nil, err
	}
	out := &RegistryScanning{RegistryID: wire.RegistryID, Rules: wire.ScanningConfiguration.Rules}
	switch wire.ScanningConfiguration.ScanType {
	case "BASIC":
		out.Type = scan.Basic
	case "ENHANCED":
		out.Type = scan.Enhanced
	default:
		return nil, fmt.Errorf("the registry has an unknown scan type %q (want BASIC or ENHANCED)", wire.ScanningConfiguration.ScanType)
	}
	return out, nil
}

func (c *caller) repositoryScanning(ctx context.Context) (*RepositoryScanning, error) {
	var wire struct {
		ScanningConfigurations []struct {
			RepositoryName     string       `json:"repositoryName"`
			ScanOnPush         bool         `json:"scanOnPush"`
			ScanFrequency      string       `json:"scanFrequency"`
			AppliedScanFilters []ScanFilter `json:"appliedScanFilters"`
		} `json:"scanningConfigurations"`
		Failures []struct {
			FailureCode   string `json:"failureCode"`
			FailureReason string `json:"failureReason"`
		} `json:"failures"`
	}
	input := &ecr.BatchGetRepositoryScanningConfigurationInput{RepositoryNames: []string{c.image.Repository}}
	_, err := c.call(ctx, "BatchGetRepositoryScanningConfiguration", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.BatchGetRepositoryScanningConfiguration(ctx, input, raw)
		return err
	}, func(a *awsapi.Response) error { return awsapi.Decode(a.Body, &wire) })
	if err != nil {
		return nil, err
	}
	for _, r := range wire.ScanningConfigurations {
		if r.RepositoryName == c.image.Repository {
			out := &RepositoryScanning{Frequency: r.ScanFrequency, Filters: r.AppliedScanFilters}
			if r.ScanOnPush && (out.Frequency == "" || out.Frequency == "MANUAL") {
				out.Frequency = "SCAN_ON_PUSH" // the repository's own setting, which has no filters
			}
			return out, nil
		}
	}
	for _, f := range wire.Failures {
		return nil, fmt.Errorf("%s: %s", f.FailureCode, f.FailureReason)
	}
	return nil, fmt.Errorf("the response does not name the repository %s", c.image.Repository)
}

// A scanType is how the registry of the credentials is scanned in one region. One call finds out for all
// images.
type scanType struct {
	turn    awsapi.Semaphore // of one: held while asking, and guards the rest
	scanned *RegistryScanning
	err     error     // of the last call
	until   time.Time // when err no longer stands for other images; zero for never
}

// ScanType returns how the registry of an image is scanned, for results that do not show it. It covers
// the registry of the credentials in the image's region.
func (c *Client) ScanType(ctx context.Context, img scan.Image, o Options) (scan.Type, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return "", err
	}
	return caller.scanType(ctx)
}

// scanType asks, unless the answer is known. With Within, the run can do without an answer, so an earlier
// call that failed stands for this one.
func (c *caller) scanType(ctx context.Context) (scan.Type, error) {
	t := c.client.scanType(c.region)
	if err := t.turn.Acquire(ctx); err != nil {
		return "", err
	}
	defer t.turn.Release()
	reused := t.until.IsZero() || c.Within > 0 && time.Now().Before(t.until)
	if t.scanned == nil && (t.err == nil || !reused) {
		scanned, err := c.registryScanning(ctx)
		if err != nil && ctx.Err() != nil {
			return "", err
		}
		t.scanned, t.err, t.until = scanned, err, awsapi.AskAgain(err)
	}
	switch {
	case t.err != nil:
		return "", t.err
	case t.scanned.RegistryID != "" && c.image.RegistryID != "" && t.scanned.RegistryID != c.image.RegistryID:
		return "", fmt.Errorf("cannot read the scan type of registry %s with credentials for %s", c.image.RegistryID, t.scanned.RegistryID)
	}
	return t.scanned.Type, nil
}

func (c *Client) scanType(region string) *scanType {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.scanTypes[region] == nil {
		c.scanTypes[region] = &scanType{turn: make(awsapi.Semaphore, 1)}
	}
	return c.scanTypes[region]
}

// mayBeEnhanced reports whether a result is not known to be basic. A result without findings does not show
// its type, but the registry's configuration does.
func (w *poller) mayBeEnhanced(ctx context.Context, s *scan.Scan) (bool, error) {
	switch {
	case s.Type == scan.Basic:
		return false, nil
	case s.Type == scan.Enhanced:
		return true, nil
	case w.scanRequest.accepted && w.scanRequest.refused == "": // only basic scans can be requested
		return false, nil
	case w.options.NoInspector:
		return true, nil
	}
	if w.registry == nil {
		registry, err := w.askScanType(ctx, s)
		if err != nil {
			return false, err
		}
		w.registry = &registry
	}
	return *w.registry != scan.Basic, nil
}

// askScanType returns how the registry is scanned, for a result that does not show it; empty if unknown. The
// error is that of the context.
func (c *caller) askScanType(ctx context.Context, s *scan.Scan) (scan.Type, error) {
	asking, err := c.client.caller(c.covered(s), scan.Platform{}, c.options)
	if err != nil {
		return "", nil // an image that was read has a region
	}
	asking.Within = coverageTimeout
	value, err := asking.scanType(ctx)
	if err != nil && ctx.Err() != nil {
		return "", err
	}
	return value, nil
}
