// Package inspector asks Amazon Inspector whether it has scanned an image.
//
// ECR can say ACTIVE before the findings of an enhanced scan are there, and nothing in its response shows
// that. Inspector's coverage does: it names the time of the last scan of a digest, or why there is none.
// That a scan completed does not prove that all its findings are published, so coverage never makes a
// verdict: it holds one back, or starts the clock.
package inspector

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/go-json-experiment/json"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// maxRows is the largest page of ListCoverage; maxPages bounds a list whose tokens never end.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListCoverage.html
const (
	maxRows  = 200
	maxPages = 100
)

// What a custom endpoint for ECR alone means.
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

// A region is Amazon Inspector in one region, and what is known about it. Until it has answered a first
// question, there is one question at a time: without permission or a connection, a fleet asks once.
type region struct {
	api   *inspector2.Client
	first chan struct{} // holds a token while a question may still be the first to be answered
	// answered: a question was answered. lost is why there is no point in asking; nil for none. Both are
	// guarded by first.
	answered bool
	lost     *Coverage
}

// New returns a client that shares a session, and its limits, with package scan/ecr. With a custom
// endpoint for ECR and none for Inspector it asks nothing: the image may not be one of AWS's.
func New(session *awsapi.Session, customECR bool) *Client {
	return &Client{session: session, customECR: customECR, byRegion: map[string]*region{}}
}

// Options say how long to ask.
type Options struct {
	// Deadline ends the retries. For Coverage, trouble until then means Unproven.
	Deadline time.Time
	// PollInterval is the longest delay between two tries.
	PollInterval time.Duration
	// Timeout is how long the run had until Deadline, for error messages; 0 leaves it out.
	Timeout time.Duration
	// Once asks a single time: trouble is not retried.
	Once bool
	// Suppressed makes Findings list the SUPPRESSED findings instead of the ACTIVE ones.
	Suppressed bool
	// Tell receives what is waited for; nil for none.
	Tell func(state string)
}

// Coverage asks for the scan of one digest. The image must have its registry, region and digest. An error
// is only that of the context: everything else that goes wrong is Unproven, with a reason.
func (c *Client) Coverage(ctx context.Context, img scan.Image, o Options) (Coverage, error) {
	if img.RegistryID == "" || img.Region == "" || !scan.IsDigest(img.Digest) {
		return unproven("the account, the Region, or the digest of the image is not known"), nil
	}
	r := c.region(img.Region)
	if err := c.CheckEndpoint(); err != nil {
		out := unproven(err.Error())
		out.Hint = endpointHint
		return out, nil
	}
	select {
	case r.first <- struct{}{}:
	case <-ctx.Done():
		return Coverage{}, context.Cause(ctx)
	}
	if r.lost != nil || r.answered {
		lost := r.lost
		<-r.first
		if lost != nil {
			return *lost, nil
		}
		out, _, err := c.ask(ctx, r.api, img, o)
		return out, err
	}
	defer func() { <-r.first }()
	out, lost, err := c.ask(ctx, r.api, img, o)
	if lost {
		r.lost = &out
	}
	r.answered = err == nil && !lost
	return out, err
}

// ask asks once. lost reports whether there is no point in asking again, for any image.
func (c *Client) ask(ctx context.Context, api *inspector2.Client, img scan.Image, o Options) (out Coverage, lost bool, err error) {
	rows, date, err := c.rows(ctx, api, ARN(img), o)
	switch {
	case err == nil:
		return outcome(rows, date), false, nil
	case ctx.Err() != nil:
		return Coverage{}, false, context.Cause(ctx)
	}
	out = unproven("Amazon Inspector could not be asked: " + err.Error())
	out.Err = err
	var failure *awsapi.Error
	var refused *awsapi.APIError
	if errors.As(err, &failure) {
		out.Hint = failure.Hint
		lost = !errors.As(err, &refused) || refused.Denied()
	}
	return out, lost, nil
}

// ARN returns the ARN of a digest, by which Inspector lists an image.
func ARN(img scan.Image) string {
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s/%s", awsapi.Partition(img.Region), img.Region, img.RegistryID, img.Repository, img.Digest)
}

// CheckEndpoint returns an error if Inspector cannot be asked: calls to ECR go to a custom endpoint, and
// those to Inspector would go to AWS.
func (c *Client) CheckEndpoint() error {
	if c.customECR && aws.ToString(c.api(c.session.DefaultRegion).Options().BaseEndpoint) == "" {
		return errors.New(noEndpoint)
	}
	return nil
}

// caller returns what makes the calls of one question.
func (c *Client) caller(o Options) *awsapi.Caller {
	if o.Tell == nil {
		o.Tell = func(string) {}
	}
	return &awsapi.Caller{
		Session: c.session, Service: "Amazon Inspector", Deadline: o.Deadline, Timeout: o.Timeout, PollInterval: o.PollInterval,
		Once: o.Once, Hint: hint, Tell: o.Tell,
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
		c.byRegion[name] = &region{api: api, first: make(chan struct{}, 1)}
	}
	return c.byRegion[name]
}

// A coverage is a response of ListCoverage, as far as it matters.
type coverage struct {
	CoveredResources []row  `json:"coveredResources"`
	NextToken        string `json:"nextToken"`
}

type row struct {
	ResourceID   string `json:"resourceId"`
	ResourceType string `json:"resourceType"`
	ScanType     string `json:"scanType"`
	ScanStatus   struct {
		StatusCode string `json:"statusCode"`
		Reason     string `json:"reason"`
	} `json:"scanStatus"`
	LastScannedAt timestamp `json:"lastScannedAt"`
}

// rows returns the package scan's rows for an ARN from all pages, and the time of the first response.
func (c *Client) rows(ctx context.Context, api *inspector2.Client, arn string, o Options) (rows []row, date time.Time, err error) {
	caller := c.caller(o)
	seen := map[string]bool{}
	for token := ""; len(seen) < maxPages; {
		var page coverage
		response, err := caller.Call(ctx, "ListCoverage", func(ctx context.Context, r *awsapi.Response) error {
			_, err := api.ListCoverage(ctx, request(arn, token), raw(r, &inspector2.ListCoverageOutput{}))
			return err
		}, func(r *awsapi.Response) error {
			page = coverage{}
			return awsapi.Decode(r.Body, &page)
		})
		if err != nil {
			return nil, date, err
		}
		if date.IsZero() {
			date = response.Date
		}
		response.Done()
		for _, r := range page.CoveredResources {
			if r.ResourceID == arn && r.ResourceType == "AWS_ECR_CONTAINER_IMAGE" && r.ScanType == "PACKAGE" {
				rows = append(rows, r)
			}
		}
		if page.NextToken == "" {
			return rows, date, nil
		}
		if seen[page.NextToken] {
			return nil, date, errors.New("the same next token occurred twice")
		}
		seen[page.NextToken], token = true, page.NextToken
	}
	return nil, date, fmt.Errorf("there are more than %d pages", maxPages)
}

func request(arn, token string) *inspector2.ListCoverageInput {
	equals := func(value string) []types.CoverageStringFilter {
		return []types.CoverageStringFilter{{Comparison: types.CoverageStringComparisonEquals, Value: &value}}
	}
	input := &inspector2.ListCoverageInput{
		FilterCriteria: &types.CoverageFilterCriteria{ResourceId: equals(arn), ResourceType: equals("AWS_ECR_CONTAINER_IMAGE")},
		MaxResults:     aws.Int32(maxRows),
	}
	if token != "" {
		input.NextToken = &token
	}
	return input
}

// hint returns what to do about a permanent error that is Inspector's own. Its read actions know no
// resources. https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoninspector2.html
func hint(operation string, err *awsapi.APIError) string {
	if err.Denied() {
		return awsapi.Allow("inspector2:"+operation, "resource *")
	}
	return ""
}

// raw makes the SDK hand over the response instead of decoding it, and return an empty result.
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

// A timestamp is a JSON number of seconds since 1970, perhaps with a fraction; zero for null.
type timestamp struct{ time.Time }

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

// UnmarshalJSON refuses what is not a number, and times before 1970 or after the year 9999.
func (t *timestamp) UnmarshalJSON(text []byte) error {
	var seconds *float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return err
	}
	if seconds == nil {
		return nil
	}
	if *seconds < 0 || *seconds > maxSeconds {
		return fmt.Errorf("invalid timestamp %s (want seconds since 1970)", text)
	}
	whole, fraction := math.Modf(*seconds)
	t.Time = time.Unix(int64(whole), int64(fraction*float64(time.Second))).UTC()
	return nil
}
