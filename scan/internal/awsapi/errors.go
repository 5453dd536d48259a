package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/httpclient"
)

// An Error is the error of this package: why there is no result, and what to do about it.
type Error struct {
	// Op is the operation that failed, such as "resolving the image" or "reading the findings".
	Op string
	// Hint is one line of advice; empty for none.
	Hint string
	// Trouble is set if AWS did not answer the call: no connection, a response that is not from AWS,
	// throttling, or a server error.
	Trouble bool
	Err     error
}

func (f *Error) Error() string { return f.Op + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *Error) Unwrap() error { return f.Err }

// An errorClass is how to proceed after the error of a call.
type errorClass int

const (
	permanent   errorClass = iota // the same call fails again
	transient                     // the same call may succeed
	unreachable                   // no response at all
	expected                      // an answer
	clockSkew                     // refused because the clocks disagree
	interrupted                   // the context ended
)

// Codes of throttling and of transient errors, with any HTTP status.
// https://docs.aws.amazon.com/general/latest/gr/api-retries.html
var (
	throttlingCodes = []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
		"TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "BandwidthLimitExceeded",
		"SlowDown", "EC2ThrottledException",
	}
	transientCodes = []string{
		"TransactionInProgressException", "PriorRequestNotComplete", "RequestTimeout", "RequestTimeoutException",
		"InternalFailure", "InternalServerError", "ServiceUnavailable", "ServerException",
	}
)

// Codes of signature errors that a wrong clock can cause.
var skewCodes = []string{
	"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "AuthFailure",
}

// MaxSkew is how far apart the clocks may be before AWS rejects a signature.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const MaxSkew = 4 * time.Minute

// classify returns what the error of an attempt means.
func (c *Caller) classify(ctx context.Context, err error, a *attempt) errorClass {
	var r *APIError
	switch {
	case errors.As(err, &r) && slices.Contains(c.Expected, r.Code):
		return expected
	case errors.As(err, &r):
		return r.class()
	case ctx.Err() != nil:
		return interrupted
	case errors.Is(err, httpclient.ErrRedirect):
		return permanent
	case a.timedOut: // credentials, the connection, or the response took too long
		return transient
	case !a.sent:
		return permanent
	case !a.answered:
		return unreachable
	}
	return transient
}

func (r *APIError) class() errorClass {
	switch {
	case r.throttled(), slices.Contains(transientCodes, r.Code), r.Status >= 500, r.Status == http.StatusRequestTimeout:
		return transient
	case slices.Contains(skewCodes, r.Code) && !r.date.IsZero() && time.Since(r.date).Abs() > MaxSkew:
		return clockSkew
	}
	return permanent
}

// throttled reports whether AWS rejected the call because there were too many.
func (r *APIError) throttled() bool {
	return slices.Contains(throttlingCodes, r.Code) || r.Status == http.StatusTooManyRequests
}

// CodeOf returns the error code of a response; empty for any other error.
func CodeOf(err error) string {
	var r *APIError
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// errNoCredentials is in the chain of the error for a request that could not be signed.
var errNoCredentials = errors.New("no usable AWS credentials")

// Codes of credentials that have expired, and of those that AWS does not accept.
var (
	expiredCodes = []string{"ExpiredTokenException", "ExpiredToken", "RequestExpired"}
	invalidCodes = []string{
		"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch",
		"MissingAuthenticationTokenException", "MissingAuthenticationToken",
	}
)

// BadCredentials reports whether an error means that there are no credentials, or that AWS rejects them.
func BadCredentials(err error) bool {
	code := CodeOf(err)
	return errors.Is(err, errNoCredentials) || slices.Contains(expiredCodes, code) || slices.Contains(invalidCodes, code)
}

// cause strips the SDK's wrapping ("operation error ECR: …, https response error StatusCode: 400"),
// which does not help a user.
func cause(err error, a *attempt) error {
	var r *APIError
	if errors.As(err, &r) {
		return r
	}
	if !a.sent {
		return fmt.Errorf("%w: %w", errNoCredentials, Deepest(err))
	}
	if a.timedOut && errors.Is(err, context.DeadlineExceeded) {
		return errLate
	}
	return Deepest(err)
}

// errLate replaces Go's "context deadline exceeded".
var errLate = errors.New("no complete response in time")

// Deepest returns the innermost cause that has a message. For a failed connection it keeps the address:
// "connection refused" alone does not help.
func Deepest(err error) error {
	var dial *net.OpError
	if errors.As(err, &dial) && dial.Op == "dial" {
		return dial
	}
	for {
		next := errors.Unwrap(err)
		if next == nil || strings.Trim(next.Error(), ": ") == "" {
			return err
		}
		err = next
	}
}

// hint returns what to do about a permanent error of an operation.
func (c *Caller) hint(operation string, err error, a *attempt) string {
	var r *APIError
	if !errors.As(err, &r) {
		if !a.sent {
			return credentialHint
		}
		return ""
	}
	if c.Hint != nil {
		if hint := c.Hint(operation, r); hint != "" {
			return hint
		}
	}
	return r.hint()
}

func (r *APIError) hint() string {
	switch {
	case slices.Contains(expiredCodes, r.Code):
		return "lengthen the role session (role-duration-seconds), or get credentials right before this step"
	case slices.Contains(invalidCodes, r.Code):
		return "check that the credentials are active and belong to this partition"
	case r.Status >= 300 && r.Status < 400:
		return "check the endpoint URL and the proxy: AWS does not redirect these requests"
	case r.Code == "":
		return "check for a proxy, a firewall, or a wrong endpoint URL: the response is not from AWS"
	}
	return ""
}

const credentialHint = "in GitHub Actions run aws-actions/configure-aws-credentials before this step (its aws-profile and output-env-credentials: false do not reach a container); on EC2 a container needs a metadata hop limit of 2"

// Denied reports whether a permission is missing.
func (r *APIError) Denied() bool {
	return r.Code == "AccessDeniedException" || r.Code == "AccessDenied" || r.Code == "UnauthorizedOperation"
}

// Allow returns the hint for a missing permission. The action is that of an IAM policy, such as
// inspector2:ListCoverage, and the resource an ARN or *.
func Allow(action, resource string) string {
	return fmt.Sprintf("allow %s on %s in the policy of the role that runs this job", action, resource)
}

// Partition returns the partition of a region, as in ARNs.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
func Partition(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}

var partitions = []struct{ prefix, name string }{
	{"cn-", "aws-cn"}, {"us-gov-", "aws-us-gov"}, {"us-iso-", "aws-iso"}, {"us-isob-", "aws-iso-b"},
	{"eu-isoe-", "aws-iso-e"}, {"us-isof-", "aws-iso-f"}, {"eusc-", "aws-eusc"},
}
