// Package inspector asks Amazon Inspector whether it has scanned an image.
//
// ECR can report ACTIVE before the findings of an enhanced scan are there, and nothing in its response shows
// that. Inspector's coverage does: it has the time of the last scan of a digest, or the reason why there is
// none. A completed scan does not prove that all its findings are published, so coverage never decides a
// verdict: it only holds one back, or starts the settle time.
package inspector

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// The error and the hint for a custom endpoint for ECR without one for Inspector.
const (
	noEndpoint   = "ECR has a custom endpoint and Amazon Inspector has none, so Inspector was not asked"
	endpointHint = "set AWS_ENDPOINT_URL_INSPECTOR2 to the endpoint of Amazon Inspector"
)

// A Client calls Amazon Inspector. It is safe for concurrent use.
type Client struct {
	session *awsapi.Session
	// customECR is set when calls to ECR go to a custom endpoint.
	customECR bool

	mu       sync.Mutex
	byRegion map[string]*region
}

// A region is Amazon Inspector in one region. Until a first call succeeds, there is one call at a time, and a
// failure stands for all images: without permission for the whole run, otherwise until it is time to ask
// again.
type region struct {
	api   *inspector2.Client
	first awsapi.Semaphore // capacity 1: held until a first call succeeds; guards the fields below
	// answered is set once a call has succeeded.
	answered bool
	lost     *Coverage // the last failure
	until    time.Time // when lost stops standing for other images; zero for never
}

// New returns a client that shares a session, and its limits, with package scan/ecr. With a custom endpoint
// for ECR and none for Inspector, it makes no calls: the image may not be in AWS.
func New(session *awsapi.Session, customECR bool) *Client {
	return &Client{session: session, customECR: customECR, byRegion: map[string]*region{}}
}

// Options configure how long to retry.
type Options struct {
	// Deadline ends the retries. For Coverage, failures until then mean Unproven.
	Deadline time.Time
	// Within, if not 0, ends the retries that long after the first call. It does not include waiting for the
	// calls of other images.
	Within time.Duration
	// PollInterval is the longest delay between two tries.
	PollInterval time.Duration
	// Timeout is how long the run had until Deadline, for error messages; 0 leaves it out.
	Timeout time.Duration
	// Once makes a single attempt, without retries.
	Once bool
	// Suppressed makes Findings list the SUPPRESSED findings instead of the ACTIVE ones.
	Suppressed bool
	// Tell receives what the call is waiting for; nil for none.
	Tell func(state string)
}

// ARN returns the ARN by which Inspector lists an image digest.
func ARN(img scan.Image) string {
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s/%s", awsapi.Partition(img.Region), img.Region, img.RegistryID, img.Repository, img.Digest)
}

// CheckEndpoint returns an error if Inspector cannot be called: calls to ECR go to a custom endpoint, and
// those to Inspector would go to AWS.
func (c *Client) CheckEndpoint() error {
	if c.customECR && aws.ToString(c.api(c.session.DefaultRegion).Options().BaseEndpoint) == "" {
		return errors.New(noEndpoint)
	}
	return nil
}

// caller returns the Caller for one query.
func (c *Client) caller(o Options) *awsapi.Caller {
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	return &awsapi.Caller{
		Session: c.session, Service: "Amazon Inspector", Deadline: o.Deadline, Within: o.Within, Timeout: o.Timeout,
		PollInterval: o.PollInterval, Once: o.Once, Hint: hint, Tell: o.Tell,
	}
}

func (c *Client) api(region string) *inspector2.Client { return c.region(region).api }

// region returns Amazon Inspector in a region.
func (c *Client) region(name string) *region {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byRegion[name] == nil {
		api := inspector2.NewFromConfig(c.session.Config(), func(o *inspector2.Options) {
			o.Region = name
			o.HTTPClient = c.session.HTTPClient()
			o.Retryer = aws.NopRetryer{}
		})
		c.byRegion[name] = &region{api: api, first: make(awsapi.Semaphore, 1)}
	}
	return c.byRegion[name]
}

// hint returns what to do about a permanent error specific to Inspector. Its read actions have no resource
// types. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoninspector2.html
func hint(operation string, err *awsapi.APIError) string {
	if err.Denied() {
		return awsapi.Allow("inspector2:"+operation, "resource *")
	}
	return ""
}

// raw makes the SDK return the raw response instead of decoding it, with an empty result.
func raw(r *awsapi.Response, result any) func(*inspector2.Options) {
	const name = "OperationDeserializer"
	read := func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, metadata, err := next.HandleDeserialize(ctx, in)
		if err != nil {
			return out, metadata, err
		}
		out.Result = result
		response, ok := out.RawResponse.(*smithyhttp.Response)
		if !ok {
			return out, metadata, fmt.Errorf("unexpected response type %T", out.RawResponse)
		}
		return out, metadata, r.DeserializeResponse(ctx, nil, nil, response, nil)
	}
	return inspector2.WithAPIOptions(func(stack *middleware.Stack) error {
		_, err := stack.Deserialize.Swap(name, middleware.DeserializeMiddlewareFunc(name, read))
		return err
	})
}
