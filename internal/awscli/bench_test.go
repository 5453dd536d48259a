package awscli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// pages returns enhanced findings, a hundred per page.
type pages [][]byte

func (p pages) RoundTrip(r *http.Request) (*http.Response, error) {
	var asked struct{ NextToken string }
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
		return nil, err
	}
	at, _ := strconv.Atoi(asked.NextToken) // the first page has no token
	return &http.Response{
		StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(p[at])), ContentLength: int64(len(p[at])), Request: r,
	}, nil
}

func enhancedPages(findings int) pages {
	const size = 100
	var all pages
	for at := 0; at < findings; at += size {
		var list []string
		for i := at; i < at+size; i++ {
			list = append(list, enhancedFinding(i))
		}
		page := `{"registryId":"123456789012","repositoryName":"team/app","imageId":{"imageTag":"latest"},"imageScanStatus":{"status":"ACTIVE"},` +
			`"imageScanFindings":{"imageScanCompletedAt":1722470400.0,"findingSeverityCounts":{"HIGH":100},"enhancedFindings":[` + strings.Join(list, ",") + `]}`
		if at+size < findings {
			page += fmt.Sprintf(`,"nextToken":"%d"`, at/size+1)
		}
		all = append(all, []byte(page+"}"))
	}
	return all
}

// enhancedFinding returns a finding of about the size of Inspector's, 2,200 bytes.
func enhancedFinding(i int) string {
	digest := fmt.Sprintf("sha256:%064x", i)
	return fmt.Sprintf(`{"awsAccountId":"123456789012","description":%q,"findingArn":"arn:aws:inspector2:eu-west-1:123456789012:finding/%032x",`+
		`"firstObservedAt":1722470400.123,"lastObservedAt":1722556800.0,"packageVulnerabilityDetails":{"cvss":[{"baseScore":7.5,`+
		`"scoringVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","source":"NVD","version":"3.1"}],"referenceUrls":["https://example.org/1",`+
		`"https://example.org/2"],"relatedVulnerabilities":[],"source":"UBUNTU_CVE","sourceUrl":"https://ubuntu.com/security/CVE-2024-%d",`+
		`"vulnerabilityId":"CVE-2024-%d","vulnerablePackages":[{"arch":"AMD64","epoch":0,"filePath":"usr/lib/x","fixedInVersion":"0:3.0.2-%d",`+
		`"name":"openssl","packageManager":"OS","release":"0ubuntu1","sourceLayerHash":%q,"version":"3.0.2"}]},`+
		`"remediation":{"recommendation":{"text":"None Provided"}},"resources":[{"details":{"awsEcrContainerImage":{"architecture":"amd64","imageHash":%q,`+
		`"imageTags":["latest"],"platform":"UBUNTU_22_04","pushedAt":1722470400.0,"registry":"123456789012","repositoryName":"team/app"}},`+
		`"id":"arn:aws:ecr:eu-west-1:123456789012:repository/team/app/%s","tags":{},"type":"AWS_ECR_CONTAINER_IMAGE"}],"score":7.5,`+
		`"scoreDetails":{"cvss":{"adjustments":[],"score":7.5,"scoreSource":"NVD","scoringVector":"CVSS:3.1/AV:N/AC:L","version":"3.1"}},"severity":"HIGH",`+
		`"status":"ACTIVE","title":"CVE-2024-%d - openssl","type":"PACKAGE_VULNERABILITY","updatedAt":1722556800.0,"fixAvailable":"YES","exploitAvailable":"NO"}`,
		strings.Repeat("A flaw in the handling of certificates lets a remote attacker read memory. ", 6), i, i, i, i, digest, digest, digest, i)
}

// BenchmarkRun prints 5,000 enhanced findings, without a network.
func BenchmarkRun(b *testing.B) {
	service := enhancedPages(5000)
	for _, output := range []string{"json", "text", "table"} {
		b.Run(output, func(b *testing.B) {
			b.ReportAllocs()
			env := awscli.Env{
				Environ: []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=secret", "AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true",
					"AWS_CONFIG_FILE=/nowhere", "AWS_SHARED_CREDENTIALS_FILE=/nowhere"},
				Getenv: func(string) string { return "" }, Stdout: io.Discard, Stderr: io.Discard, Transport: service,
			}
			for b.Loop() {
				args := []string{"--repository-name", "team/app", "--image-id", "imageTag=latest", "--output", output, "--endpoint-url", "http://127.0.0.1/"}
				if code := awscli.Run(b.Context(), args, env); code != 0 {
					b.Fatal("exit code ", code)
				}
			}
		})
	}
}
