package ecr

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// listingSize is the largest page of DescribeRepositories and DescribeImages.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
const listingSize = 1000

// A Repository is a repository of a registry.
type Repository struct {
	RegistryID string `json:"registryId"`
	Name       string `json:"repositoryName"`
	// URI is the name after the registry's host: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app.
	URI string `json:"repositoryUri"`
}

// Repositories returns all repositories of a registry, sorted by name. An empty registryID means the registry
// of the credentials.
func (c *Client) Repositories(ctx context.Context, registryID string, o Options) ([]Repository, error) {
	caller, err := c.caller(scan.Image{RegistryID: registryID}, scan.Platform{}, o)
	if err != nil {
		return nil, err
	}
	caller.Expected = nil
	page := func(token string) (out awsapi.ListingPage[Repository], err error) {
		input := &ecr.DescribeRepositoriesInput{MaxResults: aws.Int32(listingSize), NextToken: optional(token), RegistryId: optional(registryID)}
		_, err = caller.call(ctx, "DescribeRepositories", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
			_, err := api.DescribeRepositories(ctx, input, raw)
			return err
		}, func(a *awsapi.Response) error {
			defer a.Done()
			var wire struct {
				Repositories *[]Repository `json:"repositories"`
				NextToken    string        `json:"nextToken"`
			}
			err := awsapi.Decode(a.Body, &wire)
			if err == nil {
				out, err = awsapi.NewListingPage(wire.Repositories, wire.NextToken)
			}
			return err
		})
		return out, err
	}
	const operation = "listing the repositories"
	list, err := awsapi.ReadListing(ctx, caller.Caller, operation, page, func(r Repository) string { return r.Name })
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		if err := r.check(registryID); err != nil {
			return nil, &Error{Op: operation, Err: err}
		}
	}
	return list, nil
}

// check returns an error for a repository whose images could not be named.
func (r Repository) check(registryID string) error {
	if registryID != "" && r.RegistryID != registryID {
		return fmt.Errorf("got repository %q of registry %q, want registry %s", r.Name, r.RegistryID, registryID)
	}
	if host, name, _ := strings.Cut(r.URI, "/"); host == "" || name != r.Name || name == "" {
		return fmt.Errorf("repository %q has the URI %q (want HOST/%s)", r.Name, r.URI, r.Name)
	}
	return nil
}

// An imageDetail is a row of DescribeImages.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
type imageDetail struct {
	RepositoryName        string   `json:"repositoryName"`
	ImageDigest           string   `json:"imageDigest"`
	ImageTags             []string `json:"imageTags"`
	ImagePushedAt         *float64 `json:"imagePushedAt"` // seconds since 1970
	MediaType             string   `json:"imageManifestMediaType"`
	ArtifactMediaType     string   `json:"artifactMediaType"`
	SubjectManifestDigest string   `json:"subjectManifestDigest"`
}

// Newest returns the digest of the newest image of a repository with a matching tag, or an empty digest if it
// has none. It ignores what is not an image: signatures, attestations, and other artifacts, which tools push
// right after the image.
func (c *Client) Newest(ctx context.Context, r Repository, matches func(tag string) bool, o Options) (digest string, err error) {
	details, err := c.images(ctx, r, o)
	if err != nil {
		return "", err
	}
	details = slices.DeleteFunc(details, func(d imageDetail) bool { return !d.isImage() || !slices.ContainsFunc(d.ImageTags, matches) })
	if len(details) == 0 {
		return "", nil
	}
	return slices.MaxFunc(details, byAge).ImageDigest, nil
}

// images returns all tagged images and artifacts of a repository.
func (c *Client) images(ctx context.Context, r Repository, o Options) ([]imageDetail, error) {
	caller, err := c.caller(scan.Image{RegistryID: r.RegistryID, Repository: r.Name}, scan.Platform{}, o)
	if err != nil {
		return nil, err
	}
	caller.Expected = nil
	page := func(token string) (out awsapi.ListingPage[imageDetail], err error) {
		input := &ecr.DescribeImagesInput{
			RepositoryName: &r.Name, RegistryId: optional(r.RegistryID), MaxResults: aws.Int32(listingSize), NextToken: optional(token),
			Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged},
		}
		_, err = caller.call(ctx, "DescribeImages", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
			_, err := api.DescribeImages(ctx, input, raw)
			return err
		}, func(a *awsapi.Response) error {
			defer a.Done()
			var wire struct {
				ImageDetails *[]imageDetail `json:"imageDetails"`
				NextToken    string         `json:"nextToken"`
			}
			err := awsapi.Decode(a.Body, &wire)
			if err == nil {
				out, err = awsapi.NewListingPage(wire.ImageDetails, wire.NextToken)
			}
			return err
		})
		return out, err
	}
	operation := "listing the images of " + r.Name
	list, err := awsapi.ReadListing(ctx, caller.Caller, operation, page, func(d imageDetail) string { return d.ImageDigest })
	if err != nil {
		return nil, err
	}
	for _, d := range list {
		if err := d.check(r.Name); err != nil {
			return nil, &Error{Op: operation, Err: err}
		}
	}
	return list, nil
}

// check returns an error for a row that could hide the newest image.
func (d imageDetail) check(repository string) error {
	switch {
	case d.RepositoryName != "" && d.RepositoryName != repository:
		return fmt.Errorf("got an image of repository %q, want %q", d.RepositoryName, repository)
	case !scan.IsDigest(d.ImageDigest):
		return fmt.Errorf("an image has the digest %q (want sha256: and 64 hexadecimal digits)", d.ImageDigest)
	case d.ImagePushedAt == nil:
		return fmt.Errorf("image %s has no push time, so the newest image is not known", d.ImageDigest)
	}
	return nil
}

// isImage reports whether a row is an image or an index. The config type of a manifest decides; an index has
// none. Cosign's signatures have the config of an image, but only tags that name the digest they belong to.
// https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
func (d imageDetail) isImage() bool {
	config := d.ArtifactMediaType == "" || slices.Contains(imageConfigs, d.ArtifactMediaType)
	named := func(tag string) bool { return !strings.HasPrefix(tag, "sha256-") }
	return config && d.SubjectManifestDigest == "" && slices.ContainsFunc(d.ImageTags, named)
}

// byAge compares images by push time, in whole seconds. Of two pushed in the same second, the index is newer,
// else the one with the larger digest, so that two runs agree.
func byAge(a, b imageDetail) int {
	index := func(d imageDetail) int {
		if d.MediaType == ociIndex || d.MediaType == dockerList {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(math.Floor(*a.ImagePushedAt), math.Floor(*b.ImagePushedAt)),
		cmp.Compare(index(a), index(b)),
		strings.Compare(a.ImageDigest, b.ImageDigest),
	)
}

// optional returns nil for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// InUse returns the images that, according to Amazon Inspector, run in Amazon ECS or EKS in the region of the
// configuration; registryID, if not empty, selects those of one account. See inspector.Client.InUse.
func (c *Client) InUse(ctx context.Context, registryID string, o Options) ([]scan.Image, error) {
	region, err := c.Region(scan.Image{})
	if err != nil {
		return nil, err
	}
	if o.PollInterval <= 0 {
		o.PollInterval = DefaultPoll
	}
	return c.inspector.InUse(ctx, region, registryID, inspector.Options{Deadline: o.Deadline, Timeout: o.Timeout, PollInterval: o.PollInterval})
}
