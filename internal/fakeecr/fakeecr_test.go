package fakeecr

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
)

// client returns a client of the SDK, so that the fake does not only agree with ecrgate.
func client(t *testing.T, script string) *ecr.Client {
	t.Helper()
	registry, err := Parse([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	return ecr.New(ecr.Options{
		Region:      "us-east-1",
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "example", ""),
		HTTPClient:  &http.Client{Transport: Transport(registry)},
		Retryer:     aws.NopRetryer{},
	})
}

const twoImages = `
scanType: ENHANCED
images:
  - {repository: team/app, name: app, tags: ["1"], scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: [{count: 250, severity: LOW, last: CRITICAL}]}]}
  - {repository: team/app, name: all, tags: [all], kind: index, children: [app, proof]}
  - {repository: team/app, name: proof, kind: attestation}
  - {repository: team/basic, name: basic, tags: ["1"], scan: [{at: 0s, status: COMPLETE, type: basic, findings: [{count: 250, severity: LOW, last: HIGH}]}]}
`

func TestTheSDKReadsEveryPage(t *testing.T) {
	c := client(t, twoImages)
	input := &ecr.DescribeImageScanFindingsInput{RepositoryName: aws.String("team/app"), ImageId: &types.ImageIdentifier{ImageTag: aws.String("1")}, MaxResults: aws.Int32(1000)}
	var pages []int
	critical := 0
	for pager := ecr.NewDescribeImageScanFindingsPaginator(c, input); pager.HasMorePages(); {
		out, err := pager.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if out.ImageScanStatus.Status != types.ScanStatusActive || aws.ToString(out.ImageId.ImageDigest) != Digest("app") || out.ImageScanFindings.ImageScanCompletedAt == nil {
			t.Errorf("page %+v", out)
		}
		found := out.ImageScanFindings.EnhancedFindings
		pages = append(pages, len(found))
		for _, f := range found {
			if aws.ToString(f.FindingArn) == "" || f.PackageVulnerabilityDetails == nil || f.ScoreDetails == nil {
				t.Fatalf("finding %+v", f)
			}
			if aws.ToString(f.Severity) == "CRITICAL" {
				critical++
			}
		}
	}
	if len(pages) != 3 || pages[0] != 100 || pages[2] != 50 || critical != 1 {
		t.Errorf("pages of %v findings, %d of them CRITICAL", pages, critical)
	}
}

func TestTheSDKReadsABasicScanInOnePage(t *testing.T) {
	out, err := client(t, twoImages).DescribeImageScanFindings(context.Background(), &ecr.DescribeImageScanFindingsInput{
		RepositoryName: aws.String("team/basic"), ImageId: &types.ImageIdentifier{ImageTag: aws.String("1")}, MaxResults: aws.Int32(1000),
	})
	if err != nil || len(out.ImageScanFindings.Findings) != 250 || out.NextToken != nil {
		t.Fatalf("%+v, %v", out, err)
	}
	if counts := out.ImageScanFindings.FindingSeverityCounts; counts["LOW"] != 249 || counts["HIGH"] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func TestTheSDKReadsAnIndex(t *testing.T) {
	out, err := client(t, twoImages).BatchGetImage(context.Background(), &ecr.BatchGetImageInput{
		RepositoryName: aws.String("team/app"),
		ImageIds:       []types.ImageIdentifier{{ImageTag: aws.String("all")}, {ImageTag: aws.String("none")}},
	})
	if err != nil || len(out.Images) != 1 || len(out.Failures) != 1 || out.Failures[0].FailureCode != types.ImageFailureCodeImageNotFound {
		t.Fatalf("%+v, %v", out, err)
	}
	if text := aws.ToString(out.Images[0].ImageManifest); !strings.Contains(text, Digest("app")) || !strings.Contains(text, "unknown") {
		t.Errorf("index %s", text)
	}
}

func TestTheSDKKnowsTheErrors(t *testing.T) {
	c := client(t, "images: [{repository: team/app, name: app, tags: ['1']}]")
	ask := func(repository, tag string) error {
		_, err := c.DescribeImageScanFindings(context.Background(), &ecr.DescribeImageScanFindingsInput{RepositoryName: &repository, ImageId: &types.ImageIdentifier{ImageTag: &tag}})
		return err
	}
	var noScan *types.ScanNotFoundException
	var noImage *types.ImageNotFoundException
	var noRepository *types.RepositoryNotFoundException
	if err := ask("team/app", "1"); !errors.As(err, &noScan) {
		t.Errorf("without a scan: %v", err)
	}
	if err := ask("team/app", "2"); !errors.As(err, &noImage) {
		t.Errorf("without an image: %v", err)
	}
	if err := ask("team/none", "1"); !errors.As(err, &noRepository) {
		t.Errorf("without a repository: %v", err)
	}
}

func TestAScriptThatIsWrongIsRefused(t *testing.T) {
	for _, script := range []string{
		"imagse: []", "images: [{name: a}]", "images: [{repository: a/b}]", "images: [{repository: a, name: a}, {repository: a, name: a}]",
		"images: [{repository: a, name: a, children: [b]}]", "images: [{repository: a, name: a, scan: [{status: COMPLETE}]}]",
		"images: [{repository: a, name: a, moves: [{tag: x, to: b}]}]", "faults: [{calls: x}]", "skew: soon",
	} {
		if _, err := Parse([]byte(script)); err == nil {
			t.Errorf("%s: no error", script)
		}
	}
}
