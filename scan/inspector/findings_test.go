package inspector

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// list requests the image's findings in virtual time. The stub answers the nth request.
func list(t *testing.T, respond func(n int, body string) (int, string)) (found *Findings, calls int, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		session := awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) {
			text, _ := io.ReadAll(req.Body)
			if req.URL.Path != "/findings/list" || !strings.HasPrefix(req.URL.Host, "inspector2.us-east-1.") {
				t.Errorf("a request went to %s", req.URL)
			}
			calls++
			status, body := respond(calls, string(text))
			if status == 0 {
				return nil, errors.New(body)
			}
			header := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
			return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
		}), "us-east-1")
		found, err = New(session, false).Findings(context.Background(), image, Options{Deadline: time.Now().Add(time.Minute), PollInterval: 15 * time.Second, Timeout: time.Minute})
	})
	return found, calls, err
}

// findingRow returns a finding of the image with more fields.
func findingRow(arn, more string) string {
	return fmt.Sprintf(`{"findingArn": %q, "status": "ACTIVE", "resources": [{"id": %q}]%s}`, arn, ARN(image), more)
}

// findingsBody returns a page; without a token it is the last.
func findingsBody(token string, rows ...string) string {
	body := `{"findings": [` + strings.Join(rows, ",") + `]`
	if token != "" {
		body += fmt.Sprintf(`, "nextToken": %q`, token)
	}
	return body + "}"
}

func scores(f *Findings) string {
	var out []string
	for _, arn := range slices.Sorted(maps.Keys(f.EPSS)) {
		text := "unknown"
		if score := f.EPSS[arn]; score != nil {
			text = fmt.Sprint(*score)
		}
		out = append(out, arn+" "+text)
	}
	return strings.Join(out, ", ")
}

func TestFindingsAreAskedByARN(t *testing.T) {
	found, _, err := list(t, func(_ int, body string) (int, string) {
		want := `{"filterCriteria":{"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}],"resourceId":[{"comparison":"EQUALS","value":"` + ARN(image) + `"}]},"maxResults":100}`
		if body != want {
			t.Errorf("the request is %s, want %s", body, want)
		}
		return 200, findingsBody("")
	})
	if err != nil || len(found.EPSS) != 0 || found.Date.IsZero() {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestEPSSScores(t *testing.T) {
	found, calls, err := list(t, func(n int, body string) (int, string) {
		switch n {
		case 1:
			return 200, findingsBody("b", findingRow("a", `, "epss": {"score": 0.97}, "severity": "HIGH"`), findingRow("b", ""))
		case 2:
			return 200, findingsBody("c") // a page may be empty, or smaller than requested
		}
		if !strings.Contains(body, `"nextToken":"c"`) {
			t.Errorf("page 3 was requested with %s", body)
		}
		return 200, findingsBody("",
			findingRow("c", `, "epss": {}`), findingRow("d", `, "epss": null`), findingRow("e", `, "epss": {"score": null}`),
			findingRow("f", `, "epss": {"score": 0}`), findingRow("g", `, "epss": {"score": 1}`), findingRow("a", `, "epss": {"score": 0.97}`))
	})
	want := "a 0.97, b unknown, c unknown, d unknown, e unknown, f 0, g 1"
	if err != nil || calls != 3 || scores(found) != want {
		t.Errorf("got %s after %d calls, %v; want %s", scores(found), calls, err, want)
	}
}

func TestImpossibleFindings(t *testing.T) {
	good := findingRow("a", `, "epss": {"score": 0.5}`)
	tests := map[string]struct{ body, reason string }{
		"another image":       {findingsBody("", strings.Replace(good, "aaaa", "bbbb", 1)), "is not of"},
		"two images":          {findingsBody("", strings.Replace(good, `"resources": [`, `"resources": [{"id": "x"}, `, 1)), "is not of"},
		"no image":            {findingsBody("", `{"findingArn": "a", "status": "ACTIVE"}`), "is not of"},
		"no ARN":              {findingsBody("", strings.Replace(good, `"findingArn": "a",`, "", 1)), "no ARN"},
		"closed":              {findingsBody("", strings.Replace(good, "ACTIVE", "CLOSED", 1)), "CLOSED"},
		"no status":           {findingsBody("", strings.Replace(good, `"status": "ACTIVE",`, "", 1)), `status ""`},
		"two scores":          {findingsBody("", good, findingRow("a", `, "epss": {"score": 0.4}`)), "twice"},
		"a score and none":    {findingsBody("", good, findingRow("a", "")), "twice"},
		"above 1":             {findingsBody("", findingRow("a", `, "epss": {"score": 1.5}`)), "1.5"},
		"below 0":             {findingsBody("", findingRow("a", `, "epss": {"score": -0.1}`)), "-0.1"},
		"not a number":        {findingsBody("", findingRow("a", `, "epss": {"score": "NaN"}`)), "NaN"},
		"infinite":            {findingsBody("", findingRow("a", `, "epss": {"score": 1e999}`)), "1e999"},
		"an object":           {findingsBody("", findingRow("a", `, "epss": {"score": {}}`)), "{}"},
		"more than asked for": {findingsBody("", strings.Split(strings.Repeat(good+"\n", 101), "\n")[:101]...), "101 findings"},
	}
	for name, test := range tests {
		found, calls, err := list(t, func(int, string) (int, string) { return 200, test.body })
		var inconsistent *scan.IncompleteError
		if !errors.As(err, &inconsistent) || !strings.Contains(err.Error(), test.reason) || calls != 1 {
			t.Errorf("%s: %+v, %v after %d calls, want %q", name, found, err, calls, test.reason)
		}
	}
}

func TestFindingsEndSomewhere(t *testing.T) {
	tests := map[string]struct {
		respond func(n int) string
		reason  string
		calls   int
	}{
		"a repeated token":   {func(int) string { return findingsBody("b", findingRow("a", "")) }, "same next token", 2},
		"endless pages":      {func(n int) string { return findingsBody(fmt.Sprint(n), findingRow("a", "")) }, "10000 pages", maxFindingsPages},
		"endless and empty":  {func(n int) string { return findingsBody(fmt.Sprint(n)) }, "pages are empty", maxEmptyPages + 1},
		"empty, then a page": {func(n int) string { return findingsBody(strings.Repeat("x", 100-n), findingRow("a", "")) }, "", 100},
	}
	for name, test := range tests {
		_, calls, err := list(t, func(n int, _ string) (int, string) { return 200, test.respond(n) })
		if calls != test.calls || (err != nil) != (test.reason != "") || err != nil && !strings.Contains(err.Error(), test.reason) {
			t.Errorf("%s: %v after %d calls, want %q after %d", name, err, calls, test.reason, test.calls)
		}
	}
}

func TestTroubleWithFindings(t *testing.T) {
	tests := map[string]struct {
		status       int
		body, reason string
		hint         string
	}{
		"denied":        {403, `{"__type": "AccessDeniedException", "message": "no"}`, "ListFindings: AccessDeniedException", "allow inspector2:ListFindings on resource *"},
		"invalid":       {400, `{"__type": "ValidationException", "message": "bad filter"}`, "bad filter", ""},
		"throttled":     {429, `{"code": "ThrottlingException"}`, "waiting for Amazon Inspector: timed out after 1m", ""},
		"server error":  {500, `{}`, "timed out after 1m", ""},
		"redirect":      {307, ``, "redirect", ""},
		"unreachable":   {0, "connection refused", "connection refused", ""},
		"not JSON":      {200, `<html>`, "timed out after 1m", ""},
		"truncated":     {200, `{"findings": [{"findingArn": "a"`, "timed out after 1m", ""},
		"duplicate key": {200, findingsBody("", findingRow("a", `, "epss": {"score": 0.1, "Score": 0.9}`)), `duplicate key "Score"`, ""},
		"epss a number": {200, findingsBody("", findingRow("a", `, "epss": 0.5`)), "timed out after 1m", ""},
	}
	for name, test := range tests {
		_, _, err := list(t, func(int, string) (int, string) { return test.status, test.body })
		var failure *awsapi.Error
		if !errors.As(err, &failure) || !strings.Contains(err.Error(), test.reason) || !strings.Contains(failure.Hint, test.hint) {
			t.Errorf("%s: %v (%+v), want %q", name, err, failure, test.reason)
		}
	}
}

func TestThrottledFindingsAreRetried(t *testing.T) {
	found, calls, err := list(t, func(n int, _ string) (int, string) {
		if n%2 == 1 {
			return 429, `{"code": "ThrottlingException"}`
		}
		return 200, findingsBody(map[int]string{2: "b"}[n], findingRow(fmt.Sprint(n), ""))
	})
	if err != nil || calls != 4 || len(found.EPSS) != 2 {
		t.Errorf("%+v, %v after %d calls", found, err, calls)
	}
}

func TestFindingsOfACustomEndpointForECRAlone(t *testing.T) {
	session := awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request went to %s", req.URL)
		return nil, errors.New("no")
	}), "us-east-1")
	var failure *awsapi.Error
	_, err := New(session, true).Findings(context.Background(), image, Options{Deadline: time.Now().Add(time.Minute)})
	if !errors.As(err, &failure) || failure.Hint != endpointHint {
		t.Errorf("%v", err)
	}
	tagged := image
	tagged.Digest = ""
	if _, err := New(session, false).Findings(context.Background(), tagged, Options{}); !errors.As(err, &failure) {
		t.Errorf("by tag: %v", err)
	}
}

// For any response: no score outside 0 to 1, and no finding without an ARN.
func FuzzFindingsPage(f *testing.F) {
	for _, more := range []string{"", `, "epss": {"score": 0.5}`, `, "epss": {}`, `, "epss": {"score": "NaN"}`, `, "epss": {"score": -1}`} {
		f.Add(findingsBody("t", findingRow("a", more)))
	}
	f.Fuzz(func(t *testing.T, body string) {
		var page findingsPage
		r := findingsReader{arn: ARN(image), status: "ACTIVE", found: &Findings{EPSS: map[string]*float64{}}}
		if awsapi.Decode([]byte(body), &page) != nil || r.add(page.Findings) != nil {
			return
		}
		for arn, score := range r.found.EPSS {
			if arn == "" || score != nil && !(*score >= 0 && *score <= 1) {
				t.Errorf("finding %q has the score %v", arn, *score)
			}
		}
	})
}
