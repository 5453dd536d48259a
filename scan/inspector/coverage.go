package inspector

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
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

// Coverage returns Inspector's coverage of one digest. The image must have its registry, region and digest.
// The only error is that of the context: any other failure is Unproven, with a reason.
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
	if err := r.first.Acquire(ctx); err != nil {
		return Coverage{}, err
	}
	if r.answered {
		r.first.Release()
		out, _, err := c.ask(ctx, r.api, img, o)
		return out, err
	}
	defer r.first.Release()
	if r.lost != nil && (r.until.IsZero() || time.Now().Before(r.until)) {
		return *r.lost, nil
	}
	out, lost, err := c.ask(ctx, r.api, img, o)
	r.answered = err == nil && !lost
	if lost {
		r.lost, r.until = &out, awsapi.AskAgain(out.Err)
	}
	return out, err
}

// ask makes the call once. lost reports whether asking about another image now would fail, too.
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

// A coverage is a response of ListCoverage, with the fields that matter.
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

func equals(value string) []types.CoverageStringFilter {
	return []types.CoverageStringFilter{{Comparison: types.CoverageStringComparisonEquals, Value: &value}}
}

func request(arn, token string) *inspector2.ListCoverageInput {
	input := &inspector2.ListCoverageInput{
		FilterCriteria: &types.CoverageFilterCriteria{ResourceId: equals(arn), ResourceType: equals("AWS_ECR_CONTAINER_IMAGE")},
		MaxResults:     aws.Int32(maxRows),
	}
	if token != "" {
		input.NextToken = &token
	}
	return input
}

// A timestamp is a JSON number of seconds since 1970, with a fraction down to the microsecond; zero for null.
type timestamp struct{ time.Time }

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

// UnmarshalJSON rejects what is not a number, and times before 1970 or after the year 9999.
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
	t.Time = time.Unix(int64(whole), int64(math.Round(fraction*1e6))*1e3).UTC()
	return nil
}
