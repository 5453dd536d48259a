package ecr

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// MaxSkew is how far apart the clocks may be before AWS rejects a signature.
const MaxSkew = awsapi.MaxSkew

// An Identity is the identity of the credentials.
type Identity = awsapi.Identity

// Partition returns the partition of a region, as in ARNs.
func Partition(region string) string { return awsapi.Partition(region) }

// ErrNotAsked is the error of Probe.Identity when only ECR has a custom endpoint.
var ErrNotAsked = awsapi.ErrNotAsked

// A Probe makes single calls about one image, without retries or waiting. Its errors are *Error if a call
// failed.
type Probe struct{ *caller }

// Probe returns a probe for an image. An error means that the image has no region.
func (c *Client) Probe(img scan.Image) (*Probe, error) {
	caller, err := c.caller(img, scan.Platform{}, Options{})
	if err != nil {
		return nil, err
	}
	caller.Once = true
	return &Probe{caller}, nil
}

// Region returns the region of the image.
func (p *Probe) Region() string { return p.region }

// Identity returns the identity of the credentials, from AWS STS.
func (p *Probe) Identity(ctx context.Context) (Identity, error) {
	return p.Caller.Identity(ctx, p.region, p.client.endpoint() != "")
}

// Resolve is like Client.Resolve. Later calls are about the account that it found.
func (p *Probe) Resolve(ctx context.Context, platforms []scan.Platform) (*Target, error) {
	target, err := p.resolve(ctx, platforms)
	if err != nil {
		return nil, err
	}
	p.image.RegistryID = target.Image.RegistryID
	return target, target.Complete()
}

// RegistryScanning reads the scanning configuration of the registry of the credentials.
func (p *Probe) RegistryScanning(ctx context.Context) (*RegistryScanning, error) {
	return p.registryScanning(ctx)
}

// RepositoryScanning reads how ECR applies the registry's rules to the repository, which must be in the
// registry of the credentials.
func (p *Probe) RepositoryScanning(ctx context.Context) (*RepositoryScanning, error) {
	return p.repositoryScanning(ctx)
}

// Scan reads the status of a manifest's scan, with at most one finding. NoScan recognizes the error for a
// missing scan. Without a digest, it asks by tag.
func (p *Probe) Scan(ctx context.Context, digest string) (*scan.Scan, error) {
	one := int32(1)
	input := &ecr.DescribeImageScanFindingsInput{RepositoryName: &p.image.Repository, ImageId: imageIdentifier(p.image.Tag, digest), MaxResults: &one, RegistryId: optional(p.image.RegistryID)}
	var page *scan.Page
	_, err := p.call(ctx, "DescribeImageScanFindings", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.DescribeImageScanFindings(ctx, input, raw)
		return err
	}, func(a *awsapi.Response) (err error) {
		page, err = scan.ReadPage(a.Body)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case digest != "" && page.Image.Digest != digest:
		return nil, fmt.Errorf("got a response for image %q, want %q", page.Image.Digest, digest)
	}
	return &page.Scan, nil
}

// noDigest is a digest that no image has, for requests that must do nothing.
var noDigest = "sha256:" + strings.Repeat("0", 64)

// StartScan tests whether a scan may be requested, by requesting one of an image that does not exist. It
// returns the enhanced type if the refusal shows it, else an empty type.
func (p *Probe) StartScan(ctx context.Context) (scan.Type, error) {
	input := &ecr.StartImageScanInput{RepositoryName: &p.image.Repository, ImageId: imageIdentifier("", noDigest), RegistryId: optional(p.image.RegistryID)}
	_, err := p.call(ctx, "StartImageScan", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.StartImageScan(ctx, input, raw)
		return err
	}, nil)
	switch code := awsapi.CodeOf(err); {
	case code == "ValidationException" && strings.Contains(err.Error(), "disabled"):
		return scan.Enhanced, nil
	case err == nil, code == "ImageNotFoundException", code == "ValidationException", code == "LimitExceededException", code == "UnsupportedImageTypeException":
		return "", nil
	}
	return "", err
}

// Coverage returns the coverage of a manifest from Amazon Inspector. The only error is that of the context.
func (p *Probe) Coverage(ctx context.Context, digest string) (inspector.Coverage, error) {
	return p.client.inspector.Coverage(ctx, p.pinned(digest), inspector.Options{Once: true})
}

// AsksInspector reports whether the configuration allows asking Amazon Inspector: with a custom endpoint only
// for ECR, it does not.
func (c *Client) AsksInspector() bool { return c.inspector.CheckEndpoint() == nil }

// Findings reads Amazon Inspector's findings for a manifest, to test whether that is allowed.
func (p *Probe) Findings(ctx context.Context, digest string) error {
	_, err := p.client.inspector.Findings(ctx, p.pinned(digest), inspector.Options{Once: true})
	return err
}

func (p *Probe) pinned(digest string) scan.Image {
	img := p.image
	img.Region, img.Digest = p.region, digest
	return img
}

// Clock returns how far the clock of the last response was ahead of this machine's.
func (p *Probe) Clock() time.Duration { return p.ClockOffset() }

// NoScan reports whether an error is ECR's response for an image without a scan.
func NoScan(err error) bool { return awsapi.CodeOf(err) == "ScanNotFoundException" }

// NoRepository reports whether an error means that the repository does not exist.
func NoRepository(err error) bool { return awsapi.CodeOf(err) == "RepositoryNotFoundException" }

// BadCredentials reports whether an error means that there are no credentials, or that AWS rejects them.
func BadCredentials(err error) bool { return awsapi.BadCredentials(err) }

// NoAnswer reports whether an error means that AWS did not answer: no connection, a response that is not from
// AWS, throttling, or a server error.
func NoAnswer(err error) bool {
	var failed *Error
	return errors.As(err, &failed) && failed.Trouble
}

// iamAction matches the IAM action in a message about a missing permission.
var iamAction = regexp.MustCompile(`\b[a-z0-9-]+:[A-Z][A-Za-z]+\b`)

// Denied returns the IAM action that an error reports as not allowed; empty for any other error.
func Denied(err error) string {
	var refused *awsapi.APIError
	var failed *Error
	switch {
	case !errors.As(err, &refused) || !refused.Denied():
		return ""
	case iamAction.MatchString(refused.Message):
		return iamAction.FindString(refused.Message)
	case errors.As(err, &failed):
		return "ecr:" + failed.Op
	}
	return "ecr"
}
