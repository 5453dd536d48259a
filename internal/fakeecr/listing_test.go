package fakeecr

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	inspector "github.com/aws/aws-sdk-go-v2/service/inspector2/types"
)

func TestTheSDKReadsLists(t *testing.T) {
	registry, err := Parse([]byte(`
listSize: 1
repositories: [team/empty]
images:
  - {repository: team/app, name: app, tags: ["1"], pushed: -1h, inUse: 3}
  - {repository: team/app, name: index, tags: [all], kind: index}
  - {repository: team/app, name: child}
`))
	if err != nil {
		t.Fatal(err)
	}
	keys, client := credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""), &http.Client{Transport: Transport(registry)}
	e := ecr.New(ecr.Options{Region: "us-east-1", Credentials: keys, HTTPClient: client, Retryer: aws.NopRetryer{}})
	var names []string
	for pages := ecr.NewDescribeRepositoriesPaginator(e, &ecr.DescribeRepositoriesInput{}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Repositories {
			names = append(names, *r.RepositoryName+" "+*r.RepositoryUri)
		}
	}
	const host = "123456789012.dkr.ecr.us-east-1.amazonaws.com/"
	if len(names) != 2 || names[0] != "team/app "+host+"team/app" || names[1] != "team/empty "+host+"team/empty" {
		t.Errorf("repositories %q", names)
	}
	var images []types.ImageDetail
	input := &ecr.DescribeImagesInput{RepositoryName: aws.String("team/app"), Filter: &types.DescribeImagesFilter{TagStatus: types.TagStatusTagged}}
	for pages := ecr.NewDescribeImagesPaginator(e, input); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		images = append(images, page.ImageDetails...)
	}
	if len(images) != 2 || *images[0].ImageDigest != Digest("app") || time.Since(*images[0].ImagePushedAt).Round(time.Minute) != time.Hour || images[1].ArtifactMediaType != nil {
		t.Errorf("images %+v", images)
	}
	i := inspector2.New(inspector2.Options{Region: "us-east-1", Credentials: keys, HTTPClient: client, Retryer: aws.NopRetryer{}})
	out, err := i.ListCoverage(t.Context(), &inspector2.ListCoverageInput{FilterCriteria: &inspector.CoverageFilterCriteria{
		EcrImageInUseCount: []inspector.CoverageNumberFilter{{LowerInclusive: aws.Int64(1)}},
	}})
	if err != nil || len(out.CoveredResources) != 1 || *out.CoveredResources[0].ResourceMetadata.EcrImage.InUseCount != 3 {
		t.Errorf("coverage %+v, %v", out, err)
	}
}
