package awscli

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A call sends one request and returns its response, reduced to the known members.
type call func(params *value.Object) (*value.Object, error)

// caller returns a function that sends requests. It sends nothing itself, and returns configuration errors.
func (c *command) caller(ctx context.Context) (call, error) {
	client, err := c.client(ctx)
	if err != nil {
		return nil, err
	}
	ordered := "" // no member has this name
	if c.op.imageIDIsJSON {
		ordered = "imageId"
	}
	return func(params *value.Object) (*value.Object, error) {
		if err := model.Input.Validate(params, ordered); err != nil {
			return nil, err
		}
		if c.op.skeleton == "output" {
			return c.outputSkeleton()
		}
		answer, err := client.Call(ctx, value.AppendCompact(nil, params))
		if err != nil {
			return nil, err
		}
		return c.parse(answer)
	}, nil
}

// parse parses a response. One that is not JSON counts as empty.
func (c *command) parse(answer []byte) (*value.Object, error) {
	if err := value.CheckUTF8(answer); err != nil {
		return nil, err
	}
	if o, ok := model.Output.Read(string(answer), c.settings.clock); ok {
		return o, nil
	}
	v, err := value.Decode(answer)
	switch depth := (*value.DepthError)(nil); {
	case errors.As(err, &depth):
		return nil, err
	case err != nil:
		return &value.Object{}, nil
	}
	if v == nil {
		return nil, noAttribute(v, "update")
	}
	parsed, err := model.Output.Parse(v, c.settings.clock)
	if err != nil {
		return nil, err
	}
	return parsed.(*value.Object), nil
}

func (c *command) client(ctx context.Context) (*api.Client, error) {
	section, err := c.settings.scoped()
	if err != nil {
		return nil, err
	}
	region, hasRegion, err := c.region()
	if err != nil {
		return nil, err
	}
	region, fips := withoutFIPS(region)
	credentials, err := c.credentials(region)
	if err != nil {
		return nil, err
	}
	if !hasRegion {
		return nil, errNoRegion
	}
	retry, err := c.retry()
	if err != nil {
		return nil, err
	}
	endpoint, err := c.endpoint(ctx, region, fips, section)
	if err != nil {
		return nil, err
	}
	client := &api.Client{
		Endpoint: endpoint, Region: region, Credentials: credentials, Retry: retry,
		UserAgent: "ecrgate/" + c.env.Version + " " + emulated, Sleep: c.env.Sleep, Debug: c.debug(),
	}
	if client.Sleep == nil {
		client.Sleep = wait
	}
	client.HTTP, err = c.httpClient(section)
	return client, err
}

// regionName is the form of a region's name; an empty one is allowed.
var regionName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)?$`)
})

func (c *command) region() (region string, ok bool, err error) {
	if region, ok = c.global.Values["--region"]; !ok {
		if region, ok, err = c.setting("AWS_DEFAULT_REGION", "region"); err != nil {
			return "", false, err
		}
	}
	onlyDigits := region != "" && strings.Trim(region, "0123456789") == ""
	if !regionName().MatchString(region) || onlyDigits {
		return "", false, fmt.Errorf("Provided region_name '%s' doesn't match a supported format.", region)
	}
	return region, ok, nil
}

// withoutFIPS returns the real region of a pseudo-region such as fips-us-east-1 or us-east-1-fips, and
// whether it was one, in which case the region's FIPS endpoint is used.
func withoutFIPS(region string) (string, bool) {
	plain := strings.ReplaceAll(strings.ReplaceAll(region, "fips-", ""), "-fips", "")
	return plain, plain != region
}

// defaultsModes are the values of AWS_DEFAULTS_MODE. All but legacy retry as the standard mode does.
var defaultsModes = []string{"legacy", "auto", "standard", "in-region", "cross-region", "mobile"}

// retryDefault returns the retry mode of the defaults mode.
func (c *command) retryDefault() (string, error) {
	mode, ok, err := c.setting("AWS_DEFAULTS_MODE", "defaults_mode")
	switch {
	case err != nil:
		return "", err
	case !ok || strings.EqualFold(mode, "legacy"):
		return "legacy", nil
	case !slices.Contains(defaultsModes, strings.ToLower(mode)):
		return "", fmt.Errorf("Client configured with invalid defaults mode: %s. Valid defaults modes include: %s.", mode, strings.Join(defaultsModes, ", "))
	}
	return "standard", nil
}

func (c *command) retry() (api.Retry, error) {
	r := api.Retry{}
	var err error
	if r.Mode, err = c.retryDefault(); err != nil {
		return r, err
	}
	mode, ok, err := c.setting("AWS_RETRY_MODE", "retry_mode")
	if err != nil {
		return r, err
	}
	if ok {
		r.Mode = mode
	}
	attempts, limited, err := c.setting("AWS_MAX_ATTEMPTS", "max_attempts")
	if err != nil {
		return r, err
	}
	n := value.Int("5")
	if limited {
		if n, err = python.Int(attempts); err != nil {
			return r, err
		}
	}
	if !slices.Contains(api.Modes, r.Mode) {
		return r, fmt.Errorf("Invalid value provided to \"mode\": \"%s\" must be one of: ('legacy', 'standard', 'adaptive')", r.Mode)
	}
	if n == "0" || strings.HasPrefix(string(n), "-") {
		return r, fmt.Errorf("Value provided to \"max_attempts\": %s must be an integer greater than or equal to 1.", n)
	}
	if !limited && r.Mode != api.Modes[0] {
		n = "3"
	}
	r.Attempts = clamp(n)
	return r, nil
}

func clamp(n value.Int) int {
	number, _ := new(big.Int).SetString(string(n), 10)
	if !number.IsInt64() || number.Int64() > longest {
		return longest
	}
	return int(number.Int64())
}
