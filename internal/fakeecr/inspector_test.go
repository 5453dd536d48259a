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

func TestTheSDKReadsFindings(t *testing.T) {
	registry, err := Parse([]byte(`{scanType: ENHANCED, images: [{repository: team/app, name: app, scan: [{at: 0s, status: ACTIVE, pageSize: 2, findings: [
		{id: CVE-1, epss: 0.5}, {id: CVE-2}, {id: CVE-3, status: SUPPRESSED}, {id: CVE-4, epss: {}}]}]}]}`))
	if err != nil {
		t.Fatal(err)
	}
	c := inspector2.New(inspector2.Options{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient: &http.Client{Transport: Transport(registry)}, Retryer: aws.NopRetryer{},
	})
	arn := "arn:aws:ecr:us-east-1:123456789012:repository/team/app/" + Digest("app")
	equals := func(value string) []types.StringFilter {
		return []types.StringFilter{{Comparison: types.StringComparisonEquals, Value: &value}}
	}
	filter := &types.FilterCriteria{ResourceId: equals(arn), FindingStatus: equals("ACTIVE")}
	var pages [][]types.Finding
	for token := (*string)(nil); len(pages) == 0 || token != nil; {
		out, err := c.ListFindings(context.Background(), &inspector2.ListFindingsInput{FilterCriteria: filter, NextToken: token})
		if err != nil {
			t.Fatal(err)
		}
		pages, token = append(pages, out.Findings), out.NextToken
	}
	if len(pages) != 2 || len(pages[0]) != 2 || len(pages[1]) != 1 {
		t.Fatalf("%d pages: %+v", len(pages), pages)
	}
	first, third := pages[0][0], pages[1][0]
	if first.Epss.Score != 0.5 || pages[0][1].Epss != nil || third.Epss == nil || *first.Resources[0].Id != arn {
		t.Errorf("%+v, %+v", first, third)
	}
}
