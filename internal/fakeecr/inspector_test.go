package fakeecr

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/inspector2"
	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"
)

func TestTheSDKReadsCoverage(t *testing.T) {
	registry, err := Parse([]byte("images: [{repository: team/app, name: app, coverage: [{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}]}]"))
	if err != nil {
		t.Fatal(err)
	}
	c := inspector2.New(inspector2.Options{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient: &http.Client{Transport: Transport(registry)}, Retryer: aws.NopRetryer{},
	})
	for name, want := range map[string]int{Digest("app"): 1, Digest("other"): 0} {
		arn := "arn:aws:ecr:us-east-1:123456789012:repository/team/app/" + name
		out, err := c.ListCoverage(context.Background(), &inspector2.ListCoverageInput{FilterCriteria: &types.CoverageFilterCriteria{
			ResourceId: []types.CoverageStringFilter{{Comparison: types.CoverageStringComparisonEquals, Value: &arn}},
		}})
		if err != nil || len(out.CoveredResources) != want {
			t.Fatalf("%s: %+v, %v; want %d rows", name, out, err, want)
		}
		if want == 1 && (out.CoveredResources[0].ScanStatus.Reason != types.ScanStatusReasonSuccessful || time.Since(*out.CoveredResources[0].LastScannedAt).Round(time.Minute) != time.Hour) {
			t.Errorf("%+v", out.CoveredResources[0])
		}
	}
}
