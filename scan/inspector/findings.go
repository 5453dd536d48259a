package inspector

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// maxFindings is the largest page of ListFindings. Pages can be smaller, so only a missing token ends a
// list; the other two bound a list whose tokens never end.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListFindings.html
const (
	maxFindings      = 100
	maxFindingsPages = 10_000
	maxEmptyPages    = 100
)

// Findings is Inspector's list of the findings of one digest, ACTIVE or SUPPRESSED.
type Findings struct {
	// EPSS maps the ARN of each finding to its EPSS score from 0 to 1; nil if Inspector has none, which is
	// not a score of 0.
	EPSS map[string]*float64
	// Date is the time of the first response by the server's clock; zero if the response has none.
	Date time.Time
}

// Findings lists the findings of one digest that are ACTIVE, or SUPPRESSED, with their EPSS scores. The image
// must have its registry, region and digest.
//
// An error is a *scan.IncompleteError for a list that contradicts itself or the request, which another
// reading can resolve, an *awsapi.Error for everything else, or the context's own error.
func (c *Client) Findings(ctx context.Context, img scan.Image, o Options) (*Findings, error) {
	const op = "listing findings in Amazon Inspector"
	if img.RegistryID == "" || img.Region == "" || !scan.IsDigest(img.Digest) {
		return nil, &awsapi.Error{Op: op, Err: errors.New("the account, the Region, or the digest of the image is not known")}
	}
	if err := c.CheckEndpoint(); err != nil {
		return nil, &awsapi.Error{Op: op, Err: err, Hint: endpointHint}
	}
	r := &findingsReader{Caller: c.caller(o), api: c.api(img.Region), arn: ARN(img), status: "ACTIVE", found: &Findings{EPSS: map[string]*float64{}}}
	if o.Suppressed {
		r.status = "SUPPRESSED"
	}
	return r.found, r.pages(ctx)
}

// A findingsReader reads the list for one ARN and one status.
type findingsReader struct {
	*awsapi.Caller
	api         *inspector2.Client
	arn, status string
	found       *Findings
}

// pages reads all pages, and records the time of the first response.
func (r *findingsReader) pages(ctx context.Context) error {
	seen, empty := map[string]bool{}, 0
	for token := ""; len(seen) < maxFindingsPages; {
		page, date, err := r.page(ctx, token)
		if err != nil {
			return err
		}
		if token == "" {
			r.found.Date = date
		}
		if err := r.add(page.Findings); err != nil {
			return err
		}
		if empty++; len(page.Findings) > 0 {
			empty = 0
		}
		switch {
		case page.NextToken == "":
			return nil
		case seen[page.NextToken]:
			return incomplete("the same next token occurred twice")
		case empty > maxEmptyPages:
			return incomplete("more than %d consecutive pages are empty", maxEmptyPages)
		}
		seen[page.NextToken], token = true, page.NextToken
	}
	return incomplete("there are more than %d pages", maxFindingsPages)
}

// A findingsPage is a response of ListFindings, with the fields that matter.
type findingsPage struct {
	Findings  []listedFinding `json:"findings"`
	NextToken string          `json:"nextToken"`
}

type listedFinding struct {
	ARN       string `json:"findingArn"`
	Status    string `json:"status"`
	Resources []struct {
		ID string `json:"id"`
	} `json:"resources"`
	EPSS struct {
		// Score is kept as raw text: what is not a number must not become 0.
		Score jsontext.Value `json:"score"`
	} `json:"epss"`
}

func (r *findingsReader) page(ctx context.Context, token string) (page findingsPage, date time.Time, err error) {
	input := r.request(token)
	response, err := r.Call(ctx, "ListFindings", func(ctx context.Context, res *awsapi.Response) error {
		_, err := r.api.ListFindings(ctx, input, raw(res, &inspector2.ListFindingsOutput{}))
		return err
	}, func(res *awsapi.Response) error {
		page = findingsPage{}
		if err := awsapi.Decode(res.Body, &page); err != nil {
			return fmt.Errorf("cannot read the response: %w", err)
		}
		return nil
	})
	if err != nil {
		return page, date, err
	}
	response.Done()
	return page, response.Date, nil
}

// request filters by the full ARN, because a digest can be in several repositories, and by the status,
// because CLOSED findings stay listed for a month.
func (r *findingsReader) request(token string) *inspector2.ListFindingsInput {
	equals := func(value string) []types.StringFilter {
		return []types.StringFilter{{Comparison: types.StringComparisonEquals, Value: &value}}
	}
	input := &inspector2.ListFindingsInput{
		FilterCriteria: &types.FilterCriteria{ResourceId: equals(r.arn), FindingStatus: equals(r.status)},
		MaxResults:     aws.Int32(maxFindings),
	}
	if token != "" {
		input.NextToken = &token
	}
	return input
}

// add adds the findings of one page, which must be as requested. A finding can occur twice when pages
// shift, but not with another score.
func (r *findingsReader) add(page []listedFinding) error {
	if len(page) > maxFindings {
		return incomplete("a page has %d findings (want at most %d)", len(page), maxFindings)
	}
	for i := range page {
		f := &page[i]
		score, err := f.score()
		earlier, again := r.found.EPSS[f.ARN]
		switch {
		case f.ARN == "":
			return incomplete("a finding has no ARN")
		case err != nil:
			return err
		case f.Status != r.status:
			return incomplete("finding %.200s has the status %.40q (want %s)", f.ARN, f.Status, r.status)
		case !f.concerns(r.arn):
			return incomplete("finding %.200s is not of %s", f.ARN, r.arn)
		case again && !equal(earlier, score):
			return incomplete("finding %.200s occurs twice with different EPSS scores", f.ARN)
		}
		r.found.EPSS[f.ARN] = score
	}
	return nil
}

// concerns reports whether all resources of a finding are the image with this ARN.
func (f *listedFinding) concerns(arn string) bool {
	for _, resource := range f.Resources {
		if resource.ID != arn {
			return false
		}
	}
	return len(f.Resources) > 0
}

// score returns the EPSS score; nil if the finding has none.
func (f *listedFinding) score() (*float64, error) {
	value := f.EPSS.Score
	if value.Kind() == 'n' || len(value) == 0 {
		return nil, nil
	}
	score, err := strconv.ParseFloat(string(value), 64)
	if value.Kind() != '0' || err != nil || score < 0 || score > 1 {
		return nil, incomplete("finding %.200s has the EPSS score %.40s (want a number from 0 to 1)", f.ARN, value)
	}
	return &score, nil
}

func equal(a, b *float64) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

func incomplete(format string, args ...any) error {
	return &scan.IncompleteError{Reason: "Amazon Inspector's findings: " + fmt.Sprintf(format, args...)}
}
