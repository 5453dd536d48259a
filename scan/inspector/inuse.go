package inspector

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// A coveredImage is a row of ListCoverage for an image in use.
type coveredImage struct {
	ResourceID       string `json:"resourceId"`
	ResourceType     string `json:"resourceType"`
	AccountID        string `json:"accountId"`
	ScanType         string `json:"scanType"`
	ResourceMetadata struct {
		ECRImage struct {
			InUseCount *int64 `json:"inUseCount"`
		} `json:"ecrImage"`
	} `json:"resourceMetadata"`
}

// InUse returns the images of a region that run in Amazon ECS or EKS, each with its digest. They are the
// images of the caller's account; for the delegated administrator of an organization, of all members.
// account, if not empty, selects the images of one account.
//
// Inspector only knows about images that it scans continuously, with a delay of up to 36 hours.
// https://docs.aws.amazon.com/inspector/latest/user/managing-coverage.html
func (c *Client) InUse(ctx context.Context, region, account string, o Options) ([]scan.Image, error) {
	const operation = "listing the images in use"
	api := c.api(region)
	if err := c.CheckEndpoint(); err != nil {
		return nil, &awsapi.Error{Op: operation, Err: err, Hint: endpointHint}
	}
	caller := c.caller(o)
	page := func(token string) (out awsapi.ListingPage[coveredImage], err error) {
		_, err = caller.Call(ctx, "ListCoverage", func(ctx context.Context, r *awsapi.Response) error {
			_, err := api.ListCoverage(ctx, inUseRequest(account, token), raw(r, &inspector2.ListCoverageOutput{}))
			return err
		}, func(r *awsapi.Response) error {
			defer r.Done()
			var wire struct {
				CoveredResources *[]coveredImage `json:"coveredResources"`
				NextToken        string          `json:"nextToken"`
			}
			err := awsapi.Decode(r.Body, &wire)
			if err == nil {
				out, err = awsapi.NewListingPage(wire.CoveredResources, wire.NextToken)
			}
			return err
		})
		return out, err
	}
	rows, err := awsapi.ReadListing(ctx, caller, operation, page, func(r coveredImage) string { return strings.TrimSpace(r.ResourceID + " " + r.ScanType) })
	if err != nil {
		return nil, err
	}
	var images []scan.Image
	for _, row := range rows {
		img, err := row.image(region, account)
		switch {
		case err != nil:
			return nil, &awsapi.Error{Op: operation, Err: err}
		case *row.ResourceMetadata.ECRImage.InUseCount > 0:
			images = append(images, img)
		}
	}
	return images, nil
}

func inUseRequest(account, token string) *inspector2.ListCoverageInput {
	input := &inspector2.ListCoverageInput{
		FilterCriteria: &types.CoverageFilterCriteria{
			ResourceType:       equals("AWS_ECR_CONTAINER_IMAGE"),
			EcrImageInUseCount: []types.CoverageNumberFilter{{LowerInclusive: aws.Int64(1)}},
		},
		MaxResults: aws.Int32(maxRows),
	}
	if account != "" {
		input.FilterCriteria.AccountId = equals(account)
	}
	if token != "" {
		input.NextToken = &token
	}
	return input
}

// image returns the image of a row. An error means that the row was not requested, or lacks the requested
// information.
func (r coveredImage) image(region, account string) (scan.Image, error) {
	img, err := parseARN(r.ResourceID)
	switch {
	case r.ResourceType != "AWS_ECR_CONTAINER_IMAGE":
		return img, fmt.Errorf("got a resource of type %q (want AWS_ECR_CONTAINER_IMAGE)", r.ResourceType)
	case err != nil:
		return img, err
	case img.Region != region:
		return img, fmt.Errorf("got %s, want an image in Region %s", r.ResourceID, region)
	case account != "" && img.RegistryID != account:
		return img, fmt.Errorf("got %s, want an image of account %s", r.ResourceID, account)
	case r.ResourceMetadata.ECRImage.InUseCount == nil:
		return img, fmt.Errorf("the row of %s does not say whether the image is in use", r.ResourceID)
	}
	return img, nil
}

// parseARN is the inverse of ARN.
func parseARN(arn string) (scan.Image, error) {
	wrong := fmt.Errorf("%q is not the ARN of an image (want arn:PARTITION:ecr:REGION:ACCOUNT:repository/NAME/sha256:…)", arn)
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return scan.Image{}, wrong
	}
	name, _ := strings.CutPrefix(parts[5], "repository/")
	i := strings.LastIndex(name, "/")
	if i < 0 {
		return scan.Image{}, wrong
	}
	img := scan.Image{RegistryID: parts[4], Region: parts[3], Repository: name[:i], Digest: name[i+1:]}
	if img.Check() != nil || ARN(img) != arn {
		return scan.Image{}, wrong
	}
	return img, nil
}
