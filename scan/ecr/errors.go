package ecr

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/httpbody"
	"github.com/ecrgate/ecrgate/scan"
)

// An Error is the error of this package: why there is no result, and what to do about it.
type Error struct {
	// Op is the operation that failed: "resolving the image", "reading the findings".
	Op string
	// Hint says in one line what to do; empty for no hint.
	Hint string
	Err  error
}

func (f *Error) Error() string { return f.Op + ": " + f.Err.Error() }

// Unwrap returns the cause.
func (f *Error) Unwrap() error { return f.Err }

// An errorClass is what the error of a call means for the next step.
type errorClass int

const (
	permanent   errorClass = iota // the same call fails again
	transient                     // the same call may succeed
	unreachable                   // no response at all
	noScan                        // ScanNotFoundException
	noImage                       // ImageNotFoundException
	clockSkew                     // refused because the clocks disagree
	interrupted                   // the context ended
)

// Codes of throttling and of transient errors, whatever the HTTP status.
// https://docs.aws.amazon.com/general/latest/gr/api-retries.html
var transientCodes = []string{
	"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
	"TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
	"RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
	"RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServerException",
}

// Codes of a signature error that a wrong clock can cause.
var skewCodes = []string{
	"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "AuthFailure",
}

// maxSkew is how far the clocks may be apart before AWS refuses a signature.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const maxSkew = 4 * time.Minute

// classify returns what the error of an attempt means.
func classify(ctx context.Context, err error, a *attempt) errorClass {
	var r *apiError
	switch {
	case errors.As(err, &r):
		return r.class()
	case ctx.Err() != nil:
		return interrupted
	case errors.Is(err, httpbody.ErrRedirect):
		return permanent
	case a.late: // credentials, the connection, or the response took too long
		return transient
	case !a.sent:
		return permanent
	case !a.answered:
		return unreachable
	}
	return transient
}

func (r *apiError) class() errorClass {
	switch {
	case r.code == "ScanNotFoundException":
		return noScan
	case r.code == "ImageNotFoundException":
		return noImage
	case slices.Contains(transientCodes, r.code), r.status >= 500,
		r.status == http.StatusTooManyRequests, r.status == http.StatusRequestTimeout:
		return transient
	case slices.Contains(skewCodes, r.code) && !r.date.IsZero() && time.Since(r.date).Abs() > maxSkew:
		return clockSkew
	}
	return permanent
}

// codeOf returns the error code of a response; empty for any other error.
func codeOf(err error) string {
	var r *apiError
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}

// cause strips the SDK's wrapping ("operation error ECR: …, https response error StatusCode: 400"),
// which does not help a user.
func cause(err error, a *attempt) error {
	var r *apiError
	if errors.As(err, &r) {
		return r
	}
	if !a.sent {
		return fmt.Errorf("no usable AWS credentials: %w", deepest(err))
	}
	return deepest(err)
}

// deepest returns the last cause that has a message. For a failed connection it keeps the address:
// "connection refused" alone does not help.
func deepest(err error) error {
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

// advise returns the hint for a permanent error of an operation on an image.
func advise(operation, region string, img scan.Image, err error, a *attempt) string {
	var r *apiError
	switch {
	case !errors.As(err, &r):
		if !a.sent {
			return credentialAdvice
		}
		return ""
	case strings.Contains(r.message, "inspector2:"):
		return "allow inspector2:ListFindings and inspector2:ListCoverage on resource *, which enhanced findings need in addition to " + action(operation)
	case r.denied():
		return fmt.Sprintf("allow %s on %s in the policy of the role that runs this job", action(operation), arn(region, img))
	case r.code == "ExpiredTokenException" || r.code == "ExpiredToken" || r.code == "RequestExpired":
		return "lengthen the role session (role-duration-seconds), or get credentials right before this step"
	case slices.Contains([]string{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationTokenException", "MissingAuthenticationToken"}, r.code):
		return "check that the credentials are active and belong to this partition"
	case r.code == "RepositoryNotFoundException":
		return fmt.Sprintf("check the repository (%s), the account (registry %s), and the Region (%s)", img.Repository, registry(img), region)
	case r.status >= 300 && r.status < 400:
		return "check the endpoint URL and the proxy: AWS does not redirect these requests"
	case r.code == "":
		return "check for a proxy, a firewall, or a wrong endpoint URL: the response is not from AWS"
	}
	return ""
}

const credentialAdvice = "in GitHub Actions run aws-actions/configure-aws-credentials before this step (its aws-profile and output-env-credentials: false do not reach a container); on EC2 a container needs a metadata hop limit of 2"

func (r *apiError) denied() bool {
	return r.code == "AccessDeniedException" || r.code == "AccessDenied" || r.code == "UnauthorizedOperation"
}

func action(operation string) string { return "ecr:" + operation }

func registry(img scan.Image) string {
	if img.RegistryID == "" {
		return "of the credentials"
	}
	return img.RegistryID
}

// arn returns the repository's ARN, as in an IAM policy.
func arn(region string, img scan.Image) string {
	account := img.RegistryID
	if account == "" {
		account = "ACCOUNT"
	}
	partition := "aws"
	switch {
	case strings.HasPrefix(region, "cn-"):
		partition = "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		partition = "aws-us-gov"
	}
	return fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", partition, region, account, img.Repository)
}
