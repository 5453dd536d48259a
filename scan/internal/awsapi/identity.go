package awsapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// An Identity is the identity of the credentials.
type Identity struct {
	// Account has 12 digits.
	Account string
	// ARN is the ARN of a user, or of a role session.
	ARN string
}

// ErrNotAsked is the error if ECR has a custom endpoint and AWS STS has none.
var ErrNotAsked = errors.New("ECR has a custom endpoint and AWS STS has none, so AWS STS was not asked")

// Identity returns the identity of the credentials, from AWS STS in a region. The call needs no permission.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (c *Caller) Identity(ctx context.Context, region string, customECR bool) (Identity, error) {
	api := sts.NewFromConfig(c.Config(), func(o *sts.Options) {
		o.Region = region
		o.HTTPClient = c.HTTPClient()
		o.Retryer = aws.NopRetryer{}
	})
	if customECR && aws.ToString(api.Options().BaseEndpoint) == "" {
		return Identity{}, ErrNotAsked
	}
	var id Identity
	_, err := c.Call(ctx, "GetCallerIdentity", func(ctx context.Context, _ *Response) error {
		out, err := api.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
		if err != nil {
			return c.fromSDK(err)
		}
		id = Identity{Account: aws.ToString(out.Account), ARN: aws.ToString(out.Arn)}
		return nil
	}, func(*Response) error {
		if id.Account == "" {
			return errors.New("the response does not name an account")
		}
		return nil
	})
	return id, err
}

// fromSDK turns an error that the SDK decoded into an *APIError.
func (s *Session) fromSDK(err error) error {
	var code smithy.APIError
	var status interface{ HTTPStatusCode() int }
	if !errors.As(err, &code) || !errors.As(err, &status) {
		return err
	}
	out := &APIError{Status: status.HTTPStatusCode(), date: time.Now().Add(s.ClockOffset())}
	if out.Code, out.Message = code.ErrorCode(), code.ErrorMessage(); out.Code == "UnknownError" { // the SDK's code for a response that is not from AWS
		out.Code, out.Message = "", http.StatusText(out.Status)
	}
	return out
}
