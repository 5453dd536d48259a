package awscli

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/profile"
)

// endpoint returns the URL of requests: the configured one, else that of the region.
func (c *command) endpoint(ctx context.Context, region string, fips bool, section profile.Section) (string, error) {
	if configured := c.configuredEndpoint(section); configured != "" {
		if !validEndpoint(configured) {
			return "", fmt.Errorf("Invalid endpoint: %s", api.MaskURL(configured))
		}
		return configured, nil
	}
	p := ecr.EndpointParameters{
		Region:       aws.String(region),
		UseFIPS:      aws.Bool(fips || c.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint", section)),
		UseDualStack: aws.Bool(c.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", section)),
	}
	resolved, err := ecr.NewDefaultEndpointResolverV2().ResolveEndpoint(ctx, p)
	if err != nil {
		return "", fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "endpoint rule error, "))
	}
	address := resolved.URI.String()
	if !validEndpoint(address) { // as of an empty region
		return "", fmt.Errorf("Invalid endpoint: %s", address)
	}
	return address, nil
}

func (c *command) configuredEndpoint(section profile.Section) string {
	if c.global.Has("--endpoint-url") {
		return c.global.Values["--endpoint-url"]
	}
	if c.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls", section) {
		return ""
	}
	for _, text := range []string{
		c.vars["AWS_ENDPOINT_URL_ECR"],
		c.vars["AWS_ENDPOINT_URL"],
		c.settings.files.Services[section["services"]].Nested("ecr", "endpoint_url"),
		section["endpoint_url"],
	} {
		if text != "" {
			return text
		}
	}
	return ""
}

// flag parses a Boolean setting.
func (c *command) flag(variable, name string, section profile.Section) bool {
	text, ok := c.vars[variable]
	if !ok {
		text = section[name]
	}
	return strings.EqualFold(text, "true")
}

var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?i:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?)(?:\.(?i:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?))*$`)
})

// validEndpoint reports whether a URL has a valid host.
func validEndpoint(text string) bool {
	const longestName = 255
	u, err := url.Parse(text)
	if err != nil || strings.ContainsAny(text, "\t\r\n") {
		return false
	}
	host := u.Hostname()
	if strings.Contains(host, ":") { // an IPv6 address
		return true
	}
	return len(host) <= longestName && hostName().MatchString(strings.TrimSuffix(host, "."))
}

// httpClient returns the HTTP client for the service.
func (c *command) httpClient(section profile.Section) (*http.Client, error) {
	for _, t := range []struct {
		name    string
		timeout time.Duration
	}{{"connect", c.global.connectTimeout}, {"read", c.global.readTimeout}} {
		if t.timeout < 0 {
			return nil, fmt.Errorf("Attempted to set %s timeout to %d, but the timeout cannot be set to a value less than or equal to 0.", t.name, t.timeout/time.Second)
		}
	}
	if c.env.Transport != nil {
		return api.Plain(c.env.Transport), nil
	}
	return api.Link{
		ConnectTimeout: c.global.connectTimeout,
		ReadTimeout:    c.global.readTimeout,
		Insecure:       c.global.Has("--no-verify-ssl"),
		CABundle:       c.bundle(section),
		Getenv:         c.env.Getenv,
	}.Client(), nil
}

// bundle returns the file with the certificates to trust; empty for the system's.
func (c *command) bundle(section profile.Section) string {
	for _, path := range []string{
		c.global.Values["--ca-bundle"], c.vars["AWS_CA_BUNDLE"], section["ca_bundle"], c.vars["REQUESTS_CA_BUNDLE"],
	} {
		if path != "" {
			return path
		}
	}
	return ""
}

// debug returns a function that logs to stderr; nil without --debug.
func (c *command) debug() func(string) {
	if !c.global.Has("--debug") {
		return nil
	}
	return func(line string) { c.complain("ecrgate: " + line + "\n") }
}
