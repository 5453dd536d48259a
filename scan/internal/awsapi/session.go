// Package awsapi calls AWS services: it opens the AWS configuration, and repeats calls until they
// succeed, cannot succeed, or the deadline passes.
//
// Packages scan/ecr and scan/inspector share one Session, and with it the limits, the clock, and the state of
// the network. The SDK resolves endpoints, finds credentials and signs. Its retries are off, so that delays
// do not multiply, and its decoders are not used: they would accept duplicate keys and responses of any
// length.
package awsapi

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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/credentials/endpointcreds"
	"github.com/aws/smithy-go/logging"

	"github.com/ecrgate/ecrgate/internal/httpclient"
	"github.com/ecrgate/ecrgate/internal/redact"
)

// MaxConcurrentCalls is the number of calls to AWS that may be in flight at once, over all services,
// images and regions.
const MaxConcurrentCalls = 8

// Config has the user's AWS settings. Empty fields are taken from the AWS configuration: environment,
// profile, and the credentials of the container or instance.
type Config struct {
	Region  string
	Profile string
	// EndpointURL replaces ECR's endpoint.
	EndpointURL string
	CABundle    string
	// Debug receives a line for each request and its response, never credentials; nil for none.
	Debug func(line string)
}

// A Session is an AWS configuration and the state that all calls share. It is safe for concurrent use.
type Session struct {
	// DefaultRegion is the region of the configuration; empty for none.
	DefaultRegion string
	// EndpointURL is the one in Config.
	EndpointURL string

	aws     aws.Config
	limiter *limiter
	http    *transport
}

// Open returns a session for the AWS configuration. It makes no calls. An error means that the configuration
// is wrong: an unknown profile, an unusable CA file, or an invalid endpoint or region.
func Open(ctx context.Context, c Config) (*Session, error) {
	if err := CheckEndpoint(c.EndpointURL, "endpoint-url"); err != nil {
		return nil, err
	}
	options, err := c.options()
	if err != nil {
		return nil, err
	}
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	if err != nil {
		return nil, configError(err)
	}
	if sdk, ok := loaded.HTTPClient.(*awshttp.BuildableClient); ok {
		loaded.HTTPClient = httpclient.NoRedirects(sdk.GetTransport())
	}
	if loaded.Region != "" && !regionName.MatchString(loaded.Region) {
		return nil, fmt.Errorf("invalid region %q (want a name such as eu-west-1)", loaded.Region)
	}
	return newSession(loaded, c.EndpointURL, c.Debug), nil
}

func (c Config) options() ([]func(*config.LoadOptions) error, error) {
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
	// The SDK derives the clients for credentials (STS, SSO, instance metadata) from this one.
	sdk := awshttp.NewBuildableClient().WithTransportOptions(httpclient.RefuseRedirects)
	return append(options,
		config.WithHTTPClient(sdk),
		config.WithEndpointCredentialOptions(func(o *endpointcreds.Options) { o.HTTPClient = sdk }),
		config.WithLogger(logging.Nop{}), // everything relevant is in the error
	), nil
}

// New returns a session with fixed keys that uses a transport, for the demo and for tests.
func New(transport http.RoundTripper, region string) *Session {
	return newSession(aws.Config{
		Region:      region,
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient:  httpclient.NoRedirects(transport),
	}, "", nil)
}

func newSession(loaded aws.Config, endpoint string, debug func(string)) *Session {
	return &Session{
		DefaultRegion: loaded.Region,
		EndpointURL:   endpoint,
		aws:           loaded,
		limiter:       newLimiter(MaxConcurrentCalls),
		http:          newTransport(loaded.HTTPClient, debug),
	}
}

// Config returns the configuration for a service client, which must set HTTPClient and aws.NopRetryer itself:
// those of the configuration are for credentials.
func (s *Session) Config() aws.Config { return s.aws }

// HTTPClient returns the client for calls, which Call observes.
func (s *Session) HTTPClient() aws.HTTPClient { return s.http }

// Download returns the client for requests that are not calls: signed addresses of blobs.
func (s *Session) Download() aws.HTTPClient { return s.http.next }

// Behind returns how far the clock of this machine is behind that of the last response; 0 if the difference
// is negligible, or if it is ahead. Dates are compared by the later clock, by which more has expired and more
// is old.
func (s *Session) Behind() time.Duration {
	if d := time.Duration(s.http.ahead.Load()); d > MaxSkew {
		return d.Round(time.Second)
	}
	return 0
}

// ClockOffset returns how far the clock of the last response was ahead of this machine's, negative when it
// was behind; 0 before any response. Dates of responses are whole seconds.
func (s *Session) ClockOffset() time.Duration {
	return time.Duration(s.http.ahead.Load()).Round(time.Second)
}

var regionName = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// CheckEndpoint returns an error if a URL, unless empty, cannot be an endpoint. name is the name of the
// setting.
func CheckEndpoint(text, name string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return fmt.Errorf("%s: invalid endpoint %q (want http://HOST or https://HOST)", name, redact.URL(text))
	}
	return nil
}

// configError rewrites the SDK's error about the AWS configuration in terms of the inputs.
func configError(err error) error {
	var profile config.SharedConfigProfileNotExistError
	switch {
	case errors.As(err, &profile):
		return fmt.Errorf("AWS profile %q does not exist in the AWS configuration files", profile.Profile)
	case strings.Contains(err.Error(), "AWS_RETRY_MODE"):
		return errors.New("AWS_RETRY_MODE must be standard, adaptive, or unset (only the AWS CLI supports legacy)")
	case strings.Contains(err.Error(), "CA bundle") || strings.Contains(err.Error(), "RootCAs"):
		return fmt.Errorf("the CA bundle (ca-bundle, AWS_CA_BUNDLE, or ca_bundle) has no usable PEM certificates: %w", err)
	}
	return fmt.Errorf("cannot use the AWS configuration: %w", err)
}
