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

// A Failure is the error of this package: why there is no result, and what to do about it.
type Error struct {
	// Doing says what was being done: "resolving the tag", "reading the findings".
	Op string
	// Advice is one line, empty when there is none to give.
	Hint string
	Err  error
}

func (f *Error) Error() string { return f.Op + ": " + f.Err.Error() }

// Unwrap gives the cause.
func (f *Error) Unwrap() error { return f.Err }

// A kind is what an error of one call means for the next step.
type errorClass int

const (
	permanent   errorClass = iota // asking again gives the same answer
	transient                     // the same call may succeed
	unreachable                   // no answer came at all
	noScan                        // ScanNotFoundException
	noImage                       // ImageNotFoundException
	clockSkew                     // refused because the clocks disagree
	interrupted                   // the context ended
)

// Codes of throttling and of passing faults, whatever the HTTP status.
// https://docs.aws.amazon.com/general/latest/gr/api-retries.html
var transientCodes = []string{
	"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
	"TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException",
	"RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
	"RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServerException",
}

// Codes of a signature that a wrong clock can be the cause of.
var skewCodes = []string{
	"InvalidSignatureException", "SignatureDoesNotMatch", "RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture", "AuthFailure",
}

// maxSkew is how far the clocks may be apart before AWS refuses a signature.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
const maxSkew = 4 * time.Minute

// kindOf tells what the error of one attempt means.
func classify(ctx context.Context, err error, a *attempt) errorClass {
	var r *apiError
	switch {
	case errors.As(err, &r):
		return r.class()
	case ctx.Err() != nil:
		return interrupted
	case errors.Is(err, httpbody.ErrRedirect):
		return permanent
	case a.late: // credentials, the host or its answer did not come in time
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

// codeOf gives the error code of an answer, empty for anything else.
func codeOf(err error) string {
	var r *apiError
	if errors.As(err, &r) {
		return r.code
	}
	return ""
}

// cause strips the SDK's wrapping, whose words ("operation error ECR: …, https response error
// StatusCode: 400") tell a user nothing.
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

// deepest follows the chain of causes as long as there is one that says something. A connection that
// was not made says where to: "connection refused" alone does not help.
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

// advise gives the line that helps most with a final error of an operation on an image.
func advise(operation, region string, img scan.Image, err error, a *attempt) string {
	var r *apiError
	switch {
	case !errors.As(err, &r):
		if !a.sent {
			return credentialAdvice
		}
		return ""
	case strings.Contains(r.message, "inspector2:"):
		return "enhanced findings need inspector2:ListFindings and inspector2:ListCoverage on resource * beside " + action(operation)
	case r.denied():
		return fmt.Sprintf("allow %s on %s in the policy of the role that runs this job", action(operation), arn(region, img))
	case r.code == "ExpiredTokenException" || r.code == "ExpiredToken" || r.code == "RequestExpired":
		return "the session of the role is over: lengthen it (role-duration-seconds), or get the credentials right before this step"
	case slices.Contains([]string{"UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "MissingAuthenticationTokenException", "MissingAuthenticationToken"}, r.code):
		return "AWS does not know these credentials: are they of this partition and still in use?"
	case r.code == "RepositoryNotFoundException":
		return fmt.Sprintf("is %s the right repository, registry %s the right account and %s the right region?", img.Repository, registry(img), region)
	case r.status >= 300 && r.status < 400:
		return "check the endpoint URL and the proxy: AWS does not redirect these requests"
	case r.code == "":
		return "the answer did not come from AWS: is a proxy, a firewall or a wrong endpoint URL in between?"
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

// arn names the repository as an IAM policy does.
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
