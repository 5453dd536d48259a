// Package ecr reads scans from Amazon ECR: it resolves a reference to manifests, waits until their
// scans end, and reads every page of findings.
//
// Three things make that harder than one API call. ECR may not have started the scan yet, and then it
// responds the same as for an image that will never be scanned. It may report COMPLETE or ACTIVE before the
// findings are there. And the pages of findings can shift while they are read. So a result of this package is
// always pinned to a digest, settled, and checked for completeness; anything else is an error that says what
// happened and what to do.
//
// The package does not use the SDK's waiter and paginator: the waiter does not recognize ACTIVE or half of
// the statuses that end a scan, and on a repeated token the paginator stops silently or never stops.
package ecr

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// MaxConcurrentCalls is the number of calls to AWS that may be in flight at once, over all images and regions.
const MaxConcurrentCalls = awsapi.MaxConcurrentCalls

// Config has the user's AWS settings.
type Config = awsapi.Config

// A Client calls Amazon ECR. It is safe for concurrent use.
type Client struct {
	*awsapi.Session

	mu        sync.Mutex
	byRegion  map[string]*ecr.Client
	scanTypes map[string]*scanType // by region
	inspector *inspector.Client
	texts     scan.Texts // strings of all findings: pages of many images are in memory at the same time
}

// Open returns a client for the AWS configuration. It makes no calls. An error means that the configuration
// is wrong: an unknown profile, an unusable CA file, or an invalid endpoint.
func Open(ctx context.Context, c Config) (*Client, error) {
	session, err := awsapi.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	client := newClient(session)
	return client, awsapi.CheckEndpoint(client.endpoint(), "the configured endpoint URL")
}

// New returns a client with fixed keys that uses a transport, for the demo and for tests.
func New(transport http.RoundTripper, region string) *Client {
	return newClient(awsapi.New(transport, region))
}

func newClient(session *awsapi.Session) *Client {
	c := &Client{Session: session, byRegion: map[string]*ecr.Client{}, scanTypes: map[string]*scanType{}}
	c.inspector = inspector.New(session, c.endpoint() != "")
	return c
}

func (c *Client) connect(region string) *ecr.Client {
	return ecr.NewFromConfig(c.Config(), func(o *ecr.Options) {
		o.Region = region
		o.HTTPClient = c.HTTPClient()
		o.Retryer = aws.NopRetryer{}
		if c.EndpointURL != "" {
			o.BaseEndpoint = aws.String(c.EndpointURL)
		}
	})
}

// api returns the SDK's client for a region.
func (c *Client) api(region string) *ecr.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byRegion[region] == nil {
		c.byRegion[region] = c.connect(region)
	}
	return c.byRegion[region]
}

// Region returns the region of an image, else that of the configuration. It is an error if there is none.
func (c *Client) Region(img scan.Image) (string, error) {
	switch {
	case img.Region != "":
		return img.Region, nil
	case c.DefaultRegion != "":
		return c.DefaultRegion, nil
	}
	return "", errors.New("no region (set the input region or AWS_REGION, or use the full image reference)")
}

// Endpoint returns the custom endpoint URL, without user and password; empty for AWS's own.
func (c *Client) Endpoint() string { return redact.URL(c.endpoint()) }

func (c *Client) endpoint() string {
	return aws.ToString(c.api(c.DefaultRegion).Options().BaseEndpoint)
}
