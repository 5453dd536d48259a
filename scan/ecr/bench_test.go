package ecr

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A shelf returns the page of a token immediately.
type shelf struct{ pages []string }

func (s shelf) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	at := 0
	if _, token, ok := strings.Cut(string(body), `"nextToken":"page-`); ok {
		if _, err := fmt.Sscanf(token, "%d", &at); err != nil {
			return nil, err
		}
	}
	header := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}, "Content-Type": {"application/x-amz-json-1.1"}}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(s.pages[at])), ContentLength: int64(len(s.pages[at])), Request: req}, nil
}

// newShelf returns a shelf with pages of 100 enhanced findings of about 2.3 KB.
func newShelf(pages int) shelf {
	var s shelf
	for p := range pages {
		var b strings.Builder
		fmt.Fprintf(&b, `{"imageScanFindings":{"imageScanCompletedAt":1,"enhancedFindings":[`)
		for i := range 100 {
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"findingArn":"arn:%d-%d","severity":"LOW","status":"ACTIVE","description":"%s","resources":[{"details":{"text":"%s"}}],`+
				`"packageVulnerabilityDetails":{"vulnerabilityId":"CVE-2024-%05d","vulnerablePackages":[{"name":"p","version":"1"}]}}`,
				p, i, strings.Repeat("A flaw in a made-up parser. ", 25), strings.Repeat("x", 1300), p*100+i)
		}
		fmt.Fprintf(&b, `]},"imageId":{"imageDigest":"%s"},"imageScanStatus":{"status":"ACTIVE"},"repositoryName":"%s"`, digest, repo)
		if p < pages-1 {
			fmt.Fprintf(&b, `,"nextToken":"page-%d"`, p+1)
		}
		s.pages = append(s.pages, b.String()+"}")
	}
	return s
}

// BenchmarkRead reads 5,000 findings from a server without latency.
func BenchmarkRead(b *testing.B) {
	client := New(newShelf(50), "us-east-1")
	settle := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		result, err := client.Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, Options{Deadline: time.Now().Add(time.Minute), Settle: &settle})
		if err != nil || len(result.Scan.Findings) != 5000 {
			b.Fatal(result, err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*50), "µs/page")
}
