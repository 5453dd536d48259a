package scan

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// enhancedPage returns a page of n enhanced findings of about 2.3 KB each, numbered from first.
func enhancedPage(first, n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"registryId":"123456789012","repositoryName":"team/app","imageId":{"imageDigest":"%s"},`+
		`"imageScanStatus":{"status":"ACTIVE","description":"Continuous scan is selected for image."},`+
		`"imageScanFindings":{"imageScanCompletedAt":1767323045.123,"findingSeverityCounts":{"HIGH":%d},"enhancedFindings":[`, sha, n)
	for i := first; i < first+n; i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, enhancedShape, strings.Repeat("In a made-up parser, a length is not held against the buffer. ", 9), i, i, i%90, i, i, i, i, i, i%7, i%5, i, i%90, strings.Repeat("f", 56), i)
	}
	b.WriteString(`]},"nextToken":"` + strings.Repeat("dG9r", 160) + `"}`)
	return []byte(b.String())
}

const enhancedShape = `{"awsAccountId":"123456789012","description":"%s","findingArn":"arn:aws:inspector2:eu-west-1:123456789012:finding/%032d",` +
	`"firstObservedAt":1767323045.123,"lastObservedAt":1767323045.123,"packageVulnerabilityDetails":{"cvss":[{"baseScore":7.5,` +
	`"scoringVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","source":"NVD","version":"3.1"}],"referenceUrls":[` +
	`"https://nvd.nist.gov/vuln/detail/CVE-2024-%05d","https://lists.example.org/archives/list/package-announce/%d/","https://github.com/example/project/pull/%d"],` +
	`"relatedVulnerabilities":["GHSA-%d"],"source":"NVD","sourceUrl":"https://nvd.nist.gov/vuln/detail/CVE-2024-%05d","vendorCreatedAt":1750000000,` +
	`"vendorSeverity":"HIGH","vendorUpdatedAt":1760000000,"vulnerabilityId":"CVE-2024-%05d","vulnerablePackages":[{"arch":"X86_64","epoch":0,` +
	`"filePath":"usr/lib/node_modules/package-%d/package.json","fixedInVersion":"4.%d.%d","name":"package-%d","packageManager":"NPM","sourceLayerHash":"sha256:%08d%s","version":"3.9.1"}]},` +
	`"remediation":{"recommendation":{"text":"None Provided"}},"resources":[{"details":{"awsEcrContainerImage":{"architecture":"amd64",` +
	`"imageHash":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","imageTags":["1.0","main","v1"],"platform":"DEBIAN_12","pushedAt":1767320000,` +
	`"registry":"123456789012","repositoryName":"team/app"}},"id":"arn:aws:ecr:eu-west-1:123456789012:repository/team/app/sha256:0123456789abcdef0123456789abcdef","tags":{},` +
	`"type":"AWS_ECR_CONTAINER_IMAGE"}],"score":7.5,"scoreDetails":{"cvss":{"adjustments":[],"score":7.5,"scoreSource":"NVD",` +
	`"scoringVector":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H","version":"3.1"}},"severity":"HIGH","status":"ACTIVE",` +
	`"title":"CVE-2024-%05d - package","type":"PACKAGE_VULNERABILITY","updatedAt":1767323045.123,"fixAvailable":"YES","exploitAvailable":"NO"}`

// basicPage returns a page of n basic findings.
func basicPage(n int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"repositoryName":"team/app","imageId":{"imageDigest":"%s"},"imageScanStatus":{"status":"COMPLETE"},`+
		`"imageScanFindings":{"imageScanCompletedAt":1767323045,"findingSeverityCounts":{"HIGH":%d},"findings":[`, sha, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name":"CVE-2024-%05d","description":"A made-up flaw: a length is not held against the buffer it is for.",`+
			`"uri":"https://security-tracker.debian.org/tracker/CVE-2024-%05d","severity":"HIGH","attributes":[`+
			`{"key":"package_version","value":"3.0.11-1~deb12u2"},{"key":"package_name","value":"package-%d"},`+
			`{"key":"CVSS3_VECTOR","value":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},{"key":"CVSS3_SCORE","value":"7.5"}]}`, i, i, i)
	}
	b.WriteString(`]}}`)
	return []byte(b.String())
}

func benchmarkReadPage(b *testing.B, raw []byte, findings int) {
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		p, err := ReadPage(raw)
		if err != nil || len(p.Findings) != findings {
			b.Fatal(p, err)
		}
	}
}

func BenchmarkReadPageOf100Enhanced(b *testing.B) { benchmarkReadPage(b, enhancedPage(0, 100), 100) }

func BenchmarkReadPageOf1000Basic(b *testing.B) { benchmarkReadPage(b, basicPage(1000), 1000) }

func BenchmarkNextToken(b *testing.B) {
	raw := enhancedPage(0, 100)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if NextToken(raw) == "" {
			b.Fatal("no token")
		}
	}
}

// BenchmarkMemory measures the memory of 25,000 enhanced findings.
func BenchmarkMemory(b *testing.B) {
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		all := make([]Finding, 0, 25000)
		for i := range 250 {
			p, err := ReadPage(enhancedPage(i*100, 100))
			if err != nil {
				b.Fatal(err)
			}
			all = append(all, p.Findings...)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "live-MB")
		runtime.KeepAlive(all)
	}
}
