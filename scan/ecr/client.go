// Package ecr reads scans from Amazon ECR: it resolves a reference to manifests, waits until their
// scans end, and reads every page of findings.
//
// Three things make that harder than one API call. ECR may not have started the scan when the pipeline
// asks, and then responds as it does for an image that will never be scanned. It may report COMPLETE or
// ACTIVE before the findings are there. And the pages of findings can shift while they are read. So a
// result of this package is always pinned to a digest, settled, and checked for completeness; anything
// else is an error that says what happened and what to do.
//
// The package does not use the SDK's waiter and paginator: the waiter knows neither ACTIVE nor half of
// the statuses that end a scan, and the paginator stops silently or never on a repeated token.
package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/smithy-go/logging"

	"github.com/ecrgate/ecrgate/internal/httpbody"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/scan"
)

// MaxConcurrentCalls is the number of calls to AWS that may be in flight at once, over all images and regions.
const MaxConcurrentCalls = 8

// Config has the user's AWS settings. Empty fields are taken from the AWS configuration: environment,
// profile, and the credentials of the container or instance.
type Config struct {
	Region      string
	Profile     string
	EndpointURL string
	CABundle    string
	// Debug receives a line for each request and its response, never credentials; nil for none.
	Debug func(line string)
}

// A Client calls Amazon ECR. It is safe for concurrent use.
type Client struct {
	region  string // of references that name none
	sem     chan struct{}
	http    *transport
	connect func(region string) *ecr.Client

	mu       sync.Mutex
	byRegion map[string]*ecr.Client
}

// Open returns a client for the AWS configuration. It calls nothing. An error means that the
// configuration is wrong: an unknown profile, an unusable CA file, or an invalid endpoint.
func Open(ctx context.Context, c Config) (*Client, error) {
	if err := checkEndpoint(c.EndpointURL, "endpoint-url"); err != nil {
		return nil, err
	}
	var options []func(*config.LoadOptions) error
	if c.Region != "" {
		options = append(options, config.WithRegion(c.Region))
	}
	if c.Profile != "" {
		options = append(options, config.WithSharedConfigProfile(c.Profile))
	}
	if c.CABundle != "" {
		pem, err := os.ReadFile(c.CABundle)
		if err != nil {
			return nil, fmt.Errorf("ca-bundle: %w", err)
		}
		options = append(options, config.WithCustomCABundle(bytes.NewReader(pem)))
	}
	// Clients for credentials (STS, SSO, the instance's metadata) are made of this one.
	sdk := awshttp.NewBuildableClient().WithTransportOptions(httpbody.RefuseRedirects)
	options = append(options,
		config.WithHTTPClient(sdk),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = sdk }),
		config.WithLogger(logging.Nop{}), // what matters is in the error
	)
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, configError(err)
	}
	if sdk, ok := loaded.HTTPClient.(*awshttp.BuildableClient); ok {
		loaded.HTTPClient = httpbody.NoRedirects(sdk.GetTransport())
	}
	client := newClient(loaded, c.EndpointURL, c.Debug)
	if client.region != "" && !regionName.MatchString(client.region) {
		return nil, fmt.Errorf("invalid region %q (want a name such as eu-west-1)", client.region)
	}
	if endpoint := aws.ToString(client.api(client.region).Options().BaseEndpoint); endpoint != "" {
		return client, checkEndpoint(endpoint, "the configured endpoint URL")
	}
	return client, nil
}

// New returns a client with fixed keys that uses a transport, for the demo and for tests.
func New(transport http.RoundTripper, region string) *Client {
	return newClient(aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient:  httpbody.NoRedirects(transport),
		Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
	}, "", nil)
}

func newClient(loaded aws.Config, endpoint string, debug func(string)) *Client {
	c := &Client{
		region:   loaded.Region,
		sem:      make(chan struct{}, MaxConcurrentCalls),
		http:     newTransport(loaded.HTTPClient, debug),
		byRegion: map[string]*ecr.Client{},
	}
	c.connect = func(region string) *ecr.Client {
		return ecr.NewFromConfig(loaded, func(o *ecr.Options) {
			o.Region = region
			o.HTTPClient = c.http
			o.Retryer = aws.NopRetryer{} // of calls to ECR alone: credentials are got with the SDK's retries
			if endpoint != "" {
				o.BaseEndpoint = aws.String(endpoint)
			}
		})
	}
	return c
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

// Region returns the region of an image: its own, else that of the configuration. An error means that
// there is none.
func (c *Client) Region(img scan.Image) (string, error) {
	switch {
	case img.Region != "":
		return img.Region, nil
	case c.region != "":
		return c.region, nil
	}
	return "", errors.New("no region (set the input region or AWS_REGION, or use the full image reference)")
}

// Behind returns how far the clock of this machine is behind that of the last response; 0 if that is too
// little to matter, or if it is ahead. Dates are compared by the later clock: by it, more has expired
// and more is old.
func (c *Client) Behind() time.Duration {
	if d := time.Duration(c.http.ahead.Load()); d > maxSkew {
		return d.Round(time.Second)
	}
	return 0
}

// Endpoint returns the URL that is used instead of AWS's own endpoint, without user and password; empty
// for AWS's own.
func (c *Client) Endpoint() string {
	return redact.URL(aws.ToString(c.api(c.region).Options().BaseEndpoint))
}

var regionName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func checkEndpoint(text, name string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%s: invalid endpoint %q (want http://HOST or https://HOST)", name, redact.URL(text))
	}
	return nil
}

// configError rewrites the SDK's error about the AWS configuration in the user's words.
func configError(err error) error {
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		return fmt.Errorf("AWS profile %q does not exist in the AWS configuration files", profile.Profile)
	case strings.Contains(err.Error(), "AWS_RETRY_MODE"):
		return errors.New("AWS_RETRY_MODE must be standard, adaptive, or unset (only the AWS CLI knows legacy)")
	case strings.Contains(err.Error(), "CA bundle") || strings.Contains(err.Error(), "RootCAs"):
		return fmt.Errorf("the CA bundle (ca-bundle, AWS_CA_BUNDLE, or ca_bundle) has no usable PEM certificates: %w", err)
	}
	return fmt.Errorf("cannot use the AWS configuration: %w", err)
}

// ScanType returns how the registry of an image is scanned, for results that do not show it. It covers
// the registry of the credentials in the image's region.
func (c *Client) ScanType(ctx context.Context, img scan.Image, o Options) (scan.Type, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return "", err
	}
	var wire struct {
		RegistryID            string `json:"registryId"`
		ScanningConfiguration struct {
			ScanType string `json:"scanType"`
		} `json:"scanningConfiguration"`
	}
	_, err = caller.call(ctx, "GetRegistryScanningConfiguration", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.GetRegistryScanningConfiguration(ctx, &ecr.GetRegistryScanningConfigurationInput{}, raw)
		return err
	}, func(a *response) error { return decode(a.body, &wire) })
	if err != nil {
		return "", err
	}
	if wire.RegistryID != "" && img.RegistryID != "" && wire.RegistryID != img.RegistryID {
		return "", fmt.Errorf("cannot read the scan type of registry %s with credentials for %s", img.RegistryID, wire.RegistryID)
	}
	switch wire.ScanningConfiguration.ScanType {
	case "BASIC":
		return scan.Basic, nil
	case "ENHANCED":
		return scan.Enhanced, nil
	}
	return "", fmt.Errorf("the registry has an unknown scan type %q (want BASIC or ENHANCED)", wire.ScanningConfiguration.ScanType)
}
