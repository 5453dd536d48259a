package ecr

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

const (
	repo   = "team/app"
	digest = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	other  = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// Tests use short digests, "sha256:1"; responses have full ones.
var (
	shortDigest = regexp.MustCompile(`sha256:[0-9a-z]{1,63}\b`)
	wholeDigest = regexp.MustCompile(`sha256:[0-9a-f]{64}\b`)
	shortForms  sync.Map // full → short
)

func lengthen(text string) string {
	return shortDigest.ReplaceAllStringFunc(text, func(short string) string {
		whole := fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(short)))
		shortForms.Store(whole, short)
		return whole
	})
}

func shorten(text string) string {
	return wholeDigest.ReplaceAllStringFunc(text, func(whole string) string {
		if short, ok := shortForms.Load(whole); ok {
			return short.(string)
		}
		return whole
	})
}

// A stub answers calls with a function: the smallest ECR for a test of one rule.
type stub struct {
	response func(call call) reply
	// coverage answers ListCoverage of Amazon Inspector; nil lists nothing.
	coverage func(call call) reply
	started  time.Time
	mu       sync.Mutex
	calls    []call
}

// A call is one request, with the time since the first and the number of earlier calls of its operation.
type call struct {
	operation string
	at        time.Duration
	before    int
	token     string
	digest    string
	tag       string
	digests   []string  // of BatchGetImage
	date      time.Time // the client's, as signed
}

// A reply is a response: a body and a status, or a broken connection.
type reply struct {
	status int
	body   string
	date   time.Time
	broken error
	hang   bool
	slow   time.Duration // before it comes
}

func (r *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	c := r.read(req)
	var a reply
	switch {
	case c.operation != "ListCoverage":
		a = r.response(c)
	case r.coverage != nil:
		a = r.coverage(c)
	default:
		a = reply{status: 200, body: "{}"}
	}
	switch {
	case a.hang:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case a.broken != nil:
		return nil, a.broken
	}
	if !awsapi.Sleep(req.Context(), a.slow) {
		return nil, req.Context().Err()
	}
	if a.date.IsZero() {
		a.date = time.Now()
	}
	header := http.Header{"Date": {a.date.UTC().Format(http.TimeFormat)}, "Content-Type": {"application/x-amz-json-1.1"}}
	return &http.Response{StatusCode: max(a.status, 0), Header: header, Body: io.NopCloser(strings.NewReader(lengthen(a.body))), Request: req}, nil
}

func (r *stub) read(req *http.Request) call {
	var body struct {
		NextToken string `json:"nextToken"`
		ImageID   struct {
			ImageDigest string `json:"imageDigest"`
			ImageTag    string `json:"imageTag"`
		} `json:"imageId"`
		ImageIDs []imageID `json:"imageIds"`
	}
	text, _ := io.ReadAll(req.Body)
	_ = json.Unmarshal([]byte(shorten(string(text))), &body)
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	if req.URL.Path == "/coverage/list" {
		operation = "ListCoverage"
	}
	c := call{operation: operation, token: body.NextToken, digest: body.ImageID.ImageDigest, tag: body.ImageID.ImageTag}
	for _, id := range body.ImageIDs {
		if id.ImageDigest != "" {
			c.digests = append(c.digests, id.ImageDigest)
		}
	}
	c.date, _ = time.Parse("20060102T150405Z", req.Header.Get("X-Amz-Date"))
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.calls) == 0 {
		r.started = time.Now()
	}
	c.at = time.Since(r.started)
	for _, earlier := range r.calls {
		if earlier.operation == operation {
			c.before++
		}
	}
	r.calls = append(r.calls, c)
	return c
}

func (r *stub) count(operation string) int {
	n := 0
	for _, c := range r.calls {
		if c.operation == operation {
			n++
		}
	}
	return n
}

// page returns a response of DescribeImageScanFindings.
type page struct {
	digest    string
	status    string
	completed time.Time
	basic     []string // severities
	enhanced  []string // arn:severity; non-nil makes the key
	counts    map[string]int
	next      string
}

func (p page) reply() reply {
	if p.digest == "" {
		p.digest = digest
	}
	findings := map[string]any{}
	if !p.completed.IsZero() {
		findings["imageScanCompletedAt"] = float64(p.completed.Unix())
	}
	if p.counts != nil {
		findings["findingSeverityCounts"] = p.counts
	}
	basic := []any{}
	for i, severity := range p.basic {
		basic = append(basic, map[string]any{"name": fmt.Sprintf("CVE-2024-%d", i), "severity": severity,
			"attributes": []any{map[string]any{"key": "package_name", "value": "openssl"}}})
	}
	findings["findings"] = basic
	if p.enhanced != nil {
		list := []any{}
		for _, e := range p.enhanced {
			arn, severity, _ := strings.Cut(e, ":")
			list = append(list, map[string]any{"findingArn": arn, "severity": severity,
				"packageVulnerabilityDetails": map[string]any{"vulnerabilityId": "CVE-" + arn}})
		}
		findings["enhancedFindings"] = list
	}
	body := map[string]any{
		"registryId": "123456789012", "repositoryName": repo, "imageId": map[string]any{"imageDigest": p.digest},
		"imageScanFindings": findings,
	}
	if p.status != "" {
		body["imageScanStatus"] = map[string]any{"status": p.status, "description": "because"}
	}
	if p.next != "" {
		body["nextToken"] = p.next
	}
	text, _ := json.Marshal(body)
	return reply{status: 200, body: string(text)}
}

func refuse(code, message string) reply {
	text, _ := json.Marshal(map[string]string{"__type": code, "message": message})
	return reply{status: 400, body: string(text)}
}

var noScanYet = refuse("ScanNotFoundException", "Image scan does not exist for the image")

// A trial is one reading, in virtual time.
type trial struct {
	result *Result
	err    error
	took   time.Duration
	reg    *stub
}

func try(t *testing.T, o Options, timeout time.Duration, response func(call) reply) trial {
	t.Helper()
	return tryImage(t, scan.Image{Repository: repo, Digest: digest}, o, timeout, response)
}

func tryImage(t *testing.T, img scan.Image, o Options, timeout time.Duration, response func(call) reply) trial {
	t.Helper()
	return tryStub(t, img, o, timeout, &stub{response: response})
}

func tryStub(t *testing.T, img scan.Image, o Options, timeout time.Duration, reg *stub) trial {
	t.Helper()
	out := trial{reg: reg}
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		o.Deadline = started.Add(timeout)
		if o.MissingAfter == 0 {
			o.MissingAfter = 5 * time.Minute
		}
		out.result, out.err = New(out.reg, "us-east-1").Read(context.Background(), img, scan.Platform{}, o)
		out.took = time.Since(started)
	})
	return out
}

func ago(d time.Duration) time.Time { return time.Now().Add(-d) }
