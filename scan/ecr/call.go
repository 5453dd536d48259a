package ecr

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// DefaultPoll is the default of the longest delay between two polls.
const DefaultPoll = 15 * time.Second

// An Error is the error of this package: why there is no result, and what to do about it.
type Error = awsapi.Error

// ErrTimeout is in the chain of every error that the deadline causes.
var ErrTimeout = awsapi.ErrTimeout

// Timeout returns the error for a deadline that passed after a duration; ErrTimeout is in its chain.
func Timeout(after time.Duration) error { return awsapi.Timeout(after) }

// Brief formats a duration without trailing zeros: 10m, not 10m0s.
func Brief(d time.Duration) string { return awsapi.Brief(d) }

// Options configure the waiting. All durations are wall-clock time.
type Options struct {
	// Deadline ends all waiting. The poll at the deadline may take up to 5 seconds more.
	Deadline time.Time
	// Timeout is how long the run had until Deadline, for error messages; 0 leaves it out.
	Timeout time.Duration
	// MissingAfter is how long to wait for a scan to appear.
	MissingAfter time.Duration
	// Settle is how long findings must stay unchanged; nil means DefaultSettleBasic or DefaultSettle.
	Settle *time.Duration
	// PollInterval is the longest delay between two polls; 0 means DefaultPoll.
	PollInterval time.Duration
	// StartScan allows requesting a basic scan.
	StartScan bool
	// MaxAge of a basic scan: for an older one, a new scan is requested once if StartScan is set. 0 allows
	// any age.
	MaxAge time.Duration
	// Unresolved is set if the manifest could not be read: it may be an index, whose missing scan does not
	// cover its children, so no policy may accept it.
	Unresolved bool
	// AcceptsStatus is set if the policy accepts a status of the image. Then only ECR can end the wait for a
	// scan, even if Amazon Inspector reports that there will be none.
	AcceptsStatus bool
	// NoInspector turns off asking Amazon Inspector whether its scan is done.
	NoInspector bool
	// Progress receives the state of each wait, from several goroutines; nil for none.
	Progress func(Progress)
}

// Progress is the state of a wait.
type Progress struct {
	Image    scan.Image
	Platform scan.Platform
	// State is short and does not change until something happens: a status or a problem.
	State string
}

// A request makes one call. Its options make the SDK return the raw response.
type request func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error

// A caller calls ECR for one image.
type caller struct {
	*awsapi.Caller
	client  *Client
	image   scan.Image
	region  string
	options Options
}

func (c *Client) caller(img scan.Image, platform scan.Platform, o Options) (*caller, error) {
	region, err := c.Region(img)
	if err != nil {
		return nil, err
	}
	if o.PollInterval <= 0 {
		o.PollInterval = DefaultPoll
	}
	tell := func(string) {}
	if o.Progress != nil {
		tell = func(state string) { o.Progress(Progress{img, platform, state}) }
	}
	out := &caller{client: c, image: img, region: region, options: o}
	out.Caller = &awsapi.Caller{
		Session: c.Session, Service: "Amazon ECR", Deadline: o.Deadline, Timeout: o.Timeout, PollInterval: o.PollInterval,
		Expected: []string{"ScanNotFoundException", "ImageNotFoundException"}, Hint: out.hint, Tell: tell,
	}
	return out, nil
}

// call repeats a request until decode accepts the response (nil accepts any) or the deadline passes. It
// returns an *awsapi.APIError for ScanNotFoundException and ImageNotFoundException, and an *Error for
// everything that a retry cannot fix.
func (c *caller) call(ctx context.Context, operation string, do request, decode func(*awsapi.Response) error) (*awsapi.Response, error) {
	api := c.client.api(c.region)
	return c.Call(ctx, operation, func(ctx context.Context, r *awsapi.Response) error {
		return do(ctx, api, func(o *ecr.Options) {
			r.ClientProtocol = o.Protocol
			o.Protocol = r
		})
	}, decode)
}

// imageIdentifier names an image by its digest, or by its tag if that is not known.
func imageIdentifier(tag, digest string) *types.ImageIdentifier {
	if digest == "" {
		return &types.ImageIdentifier{ImageTag: &tag}
	}
	return &types.ImageIdentifier{ImageDigest: &digest}
}

// hint returns what to do about a permanent error specific to ECR.
func (c *caller) hint(operation string, err *awsapi.APIError) string {
	action := "ecr:" + operation
	switch {
	case strings.Contains(err.Message, "inspector2:"):
		return "allow inspector2:ListFindings and inspector2:ListCoverage on resource *, which enhanced findings need in addition to " + action
	case err.Denied() && operation == "DescribeRepositories":
		return awsapi.Allow(action, "resource *")
	case err.Denied():
		return awsapi.Allow(action, repositoryARN(c.region, c.image))
	case err.Code == "RepositoryNotFoundException":
		registry := c.image.RegistryID
		if registry == "" {
			registry = "of the credentials"
		}
		return fmt.Sprintf("check the repository (%s), the account (registry %s), and the Region (%s)", c.image.Repository, registry, c.region)
	}
	return ""
}

// repositoryARN returns the repository's ARN, as in an IAM policy.
func repositoryARN(region string, img scan.Image) string {
	account := img.RegistryID
	if account == "" {
		account = "ACCOUNT"
	}
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", awsapi.Partition(region), region, account, img.Repository)
}
