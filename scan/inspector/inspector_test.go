package inspector

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/inspector2/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

var image = scan.Image{RegistryID: "123456789012", Region: "us-east-1", Repository: "team/app", Digest: "sha256:" + strings.Repeat("a", 64)}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// ask requests the image's coverage in virtual time. The stub answers the nth request.
func ask(t *testing.T, respond func(n int, body string) (int, string)) (out Coverage, calls int) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		session := awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) {
			text, _ := io.ReadAll(req.Body)
			if req.URL.Path != "/coverage/list" || !strings.HasPrefix(req.URL.Host, "inspector2.us-east-1.") {
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
		var err error
		out, err = New(session, false).Coverage(context.Background(), image, Options{Deadline: time.Now().Add(time.Minute), PollInterval: 15 * time.Second})
		if err != nil {
			t.Error(err)
		}
	})
	return out, calls
}

// listed returns a row of the image; scanned is relative to the time in a synctest bubble, 0 for none.
func listed(code, reason string, scanned time.Duration) map[string]any {
	r := map[string]any{
		"resourceId": ARN(image), "resourceType": "AWS_ECR_CONTAINER_IMAGE", "accountId": "123456789012", "scanType": "PACKAGE",
		"scanStatus": map[string]any{"statusCode": code, "reason": reason},
	}
	if scanned != 0 {
		start := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
		r["lastScannedAt"] = float64(start.Add(scanned).UnixMilli()) / 1000
	}
	return r
}

func with(r map[string]any, key, value string) map[string]any {
	r[key] = value
	return r
}

func page(token string, rows ...map[string]any) string {
	body := map[string]any{"coveredResources": rows}
	if token != "" {
		body["nextToken"] = token
	}
	text, _ := json.Marshal(body)
	return string(text)
}

func TestOutcomes(t *testing.T) {
	const ago = -time.Hour
	tests := map[string]struct {
		rows []map[string]any
		want Outcome
	}{
		"never scanned":                   {[]map[string]any{listed("ACTIVE", "PENDING_INITIAL_SCAN", 0)}, Pending},
		"in progress":                     {[]map[string]any{listed("ACTIVE", "SCAN_IN_PROGRESS", 0)}, Pending},
		"coming back":                     {[]map[string]any{listed("INACTIVE", "PENDING_REVIVAL_SCAN", 0)}, Pending},
		"internal error":                  {[]map[string]any{listed("INACTIVE", "INTERNAL_ERROR", 0)}, Pending},
		"scanned again":                   {[]map[string]any{listed("ACTIVE", "SCAN_IN_PROGRESS", ago)}, Unproven},
		"continuous":                      {[]map[string]any{listed("ACTIVE", "SUCCESSFUL", ago)}, Done},
		"on push":                         {[]map[string]any{listed("INACTIVE", "SCAN_FREQUENCY_SCAN_ON_PUSH", ago)}, Done},
		"on push, not yet":                {[]map[string]any{listed("INACTIVE", "SCAN_FREQUENCY_SCAN_ON_PUSH", 0)}, Unproven},
		"successful without a time":       {[]map[string]any{listed("ACTIVE", "SUCCESSFUL", 0)}, Unproven},
		"successful in the future":        {[]map[string]any{listed("ACTIVE", "SUCCESSFUL", time.Hour)}, Unproven},
		"successful and inactive":         {[]map[string]any{listed("INACTIVE", "SUCCESSFUL", ago)}, Unproven},
		"on push and active":              {[]map[string]any{listed("ACTIVE", "SCAN_FREQUENCY_SCAN_ON_PUSH", ago)}, Unproven},
		"unknown reason":                  {[]map[string]any{listed("ACTIVE", "RESOURCE_STOPPED", ago)}, Unproven},
		"no reason":                       {[]map[string]any{listed("ACTIVE", "", ago)}, Unproven},
		"no row":                          {nil, Unproven},
		"two rows":                        {[]map[string]any{listed("ACTIVE", "SUCCESSFUL", ago), listed("ACTIVE", "SUCCESSFUL", ago)}, Unproven},
		"another digest":                  {[]map[string]any{with(listed("ACTIVE", "SUCCESSFUL", ago), "resourceId", strings.Replace(ARN(image), "aaaa", "bbbb", 1))}, Unproven},
		"the repository":                  {[]map[string]any{with(listed("ACTIVE", "SUCCESSFUL", ago), "resourceType", "AWS_ECR_REPOSITORY")}, Unproven},
		"a scan of code":                  {[]map[string]any{with(listed("ACTIVE", "SUCCESSFUL", ago), "scanType", "CODE")}, Unproven},
		"another digest before the right": {[]map[string]any{with(listed("ACTIVE", "PENDING_INITIAL_SCAN", 0), "resourceId", "x"), listed("ACTIVE", "SUCCESSFUL", ago)}, Done},
	}
	for name, test := range tests {
		got, calls := ask(t, func(int, string) (int, string) { return 200, page("", test.rows...) })
		if got.Outcome != test.want || calls != 1 {
			t.Errorf("%s: %+v after %d calls, want %s", name, got, calls, test.want)
		}
		if got.Outcome != Unproven && got.LastScannedAt.IsZero() == (got.Outcome == Done) {
			t.Errorf("%s: scanned at %s", name, got.LastScannedAt)
		}
	}
}

// Every reason in the service's model has the outcome in the table, whatever else is in the row.
func TestEveryReasonOfTheModel(t *testing.T) {
	evidence := map[Outcome]int{}
	for _, reason := range types.ScanStatusReason("").Values() {
		row := listed("ACTIVE", string(reason), 0)
		want := reasons[string(reason)].outcome
		switch want {
		case "":
			want = Unproven
		case Blocked:
			if reasons[string(reason)].hint == "" {
				t.Errorf("%s blocks a scan without a hint", reason)
			}
		case Done:
			row = listed(reasons[string(reason)].code, string(reason), -time.Hour)
		}
		got, _ := ask(t, func(int, string) (int, string) { return 200, page("", row) })
		if got.Outcome != want {
			t.Errorf("%s: %+v, want %s", reason, got, want)
		}
		evidence[got.Outcome]++
	}
	if evidence[Done] != 2 || evidence[Pending] != 4 || evidence[Blocked] == 0 || evidence[Unproven] == 0 {
		t.Errorf("outcomes: %v", evidence)
	}
}

func TestCoverageIsAskedByARN(t *testing.T) {
	ask(t, func(_ int, body string) (int, string) {
		want := `{"filterCriteria":{"resourceId":[{"comparison":"EQUALS","value":"` + ARN(image) + `"}],"resourceType":[{"comparison":"EQUALS","value":"AWS_ECR_CONTAINER_IMAGE"}]},"maxResults":200}`
		if body != want {
			t.Errorf("the request is %s, want %s", body, want)
		}
		return 200, page("")
	})
	china := image
	china.Region = "cn-north-1"
	if got := ARN(china); got != "arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/app/"+image.Digest {
		t.Errorf("the ARN is %s", got)
	}
}

func TestAllPagesAreRead(t *testing.T) {
	done := listed("ACTIVE", "SUCCESSFUL", -time.Hour)
	got, calls := ask(t, func(n int, body string) (int, string) {
		if n == 1 {
			return 200, page("b", done)
		}
		if !strings.Contains(body, `"nextToken":"b"`) {
			t.Errorf("page 2 was requested with %s", body)
		}
		return 200, page("", done)
	})
	if got.Outcome != Unproven || calls != 2 {
		t.Errorf("a row on each page: %+v after %d calls", got, calls)
	}
	got, calls = ask(t, func(int, string) (int, string) { return 200, page("b", done) })
	if got.Outcome != Unproven || calls != 2 {
		t.Errorf("a repeated token: %+v after %d calls", got, calls)
	}
	got, calls = ask(t, func(n int, _ string) (int, string) { return 200, page(fmt.Sprint(n)) })
	if got.Outcome != Unproven || calls != maxPages {
		t.Errorf("endless pages: %+v after %d calls", got, calls)
	}
}

func TestTroubleProvesNothing(t *testing.T) {
	tests := map[string]struct {
		status       int
		body, reason string
	}{
		"denied":         {403, `{"__type": "AccessDeniedException", "message": "no"}`, "AccessDeniedException"},
		"throttled":      {429, `{"code": "ThrottlingException"}`, "timed out"},
		"server error":   {500, `{}`, "timed out"},
		"redirect":       {307, ``, "redirect"},
		"unreachable":    {0, "connection refused", "connection refused"},
		"not JSON":       {200, `<html>`, "timed out"},
		"duplicate key":  {200, `{"coveredResources": [], "coveredResources": []}`, "duplicate key"},
		"a text as time": {200, `{"coveredResources": [{"lastScannedAt": "2026-01-01"}]}`, "timed out"},
		"a huge time":    {200, `{"coveredResources": [{"lastScannedAt": 1e300}]}`, "timed out"},
	}
	for name, test := range tests {
		got, _ := ask(t, func(int, string) (int, string) { return test.status, test.body })
		if got.Outcome != Unproven || !strings.Contains(got.Reason, test.reason) {
			t.Errorf("%s: %+v, want %s because of %q", name, got, Unproven, test.reason)
		}
		if name == "denied" && got.Hint != "allow inspector2:ListCoverage on resource * in the policy of the role that runs this job" {
			t.Errorf("the hint is %q", got.Hint)
		}
	}
}

func TestThrottlingIsRetried(t *testing.T) {
	got, calls := ask(t, func(n int, _ string) (int, string) {
		if n < 4 {
			return 429, `{"code": "ThrottlingException"}`
		}
		return 200, page("", listed("ACTIVE", "SUCCESSFUL", -time.Hour))
	})
	if got.Outcome != Done || calls != 4 {
		t.Errorf("%+v after %d calls", got, calls)
	}
}

func TestACustomEndpointForECRAloneAsksNothing(t *testing.T) {
	session := awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request went to %s", req.URL)
		return nil, errors.New("no")
	}), "us-east-1")
	got, err := New(session, true).Coverage(context.Background(), image, Options{Deadline: time.Now().Add(time.Minute)})
	if err != nil || got.Outcome != Unproven || got.Hint == "" {
		t.Errorf("%+v, %v", got, err)
	}
	tagged := image
	tagged.Digest = ""
	if got, _ := New(session, false).Coverage(context.Background(), tagged, Options{}); got.Outcome != Unproven {
		t.Errorf("by tag: %+v", got)
	}
}

func TestAnInterruptionIsAnError(t *testing.T) {
	session := awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) { return nil, req.Context().Err() }), "us-east-1")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got, err := New(session, false).Coverage(ctx, image, Options{Deadline: time.Now().Add(time.Minute)}); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", got, err)
	}
}

// After a slow moment, Inspector is not asked for half a minute; without permission, for the rest of the run.
// Images that need it in the meantime wait for one call together, and share its outcome.
func TestWhenTroubleEnds(t *testing.T) {
	for name, c := range map[string]struct {
		trouble   time.Duration // how long there is no answer
		refused   bool
		asked     []time.Duration // when each of ten images asks
		calls     int64
		outcomes  []Outcome
		inAllTook time.Duration
	}{
		"a slow moment":        {trouble: 20 * time.Second, asked: []time.Duration{0, 20 * time.Second, 50 * time.Second, 51 * time.Second}, calls: 1 + 10 + 10, outcomes: []Outcome{Unproven, Unproven, Done, Done}, inAllTook: 51 * time.Second},
		"no connection":        {trouble: time.Hour, asked: []time.Duration{0, 20 * time.Second, 50 * time.Second, 120 * time.Second}, calls: 3, outcomes: []Outcome{Unproven, Unproven, Unproven, Unproven}, inAllTook: 140 * time.Second},
		"a missing permission": {trouble: time.Minute, refused: true, asked: []time.Duration{0, 20 * time.Second, 2 * time.Minute}, calls: 1, outcomes: []Outcome{Unproven, Unproven, Unproven}, inAllTook: 121 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun := time.Now()
				var calls atomic.Int64
				client := New(awsapi.New(roundTrip(func(req *http.Request) (*http.Response, error) {
					calls.Add(1)
					status, body := 200, page("", listed("ACTIVE", "SUCCESSFUL", -time.Hour))
					switch {
					case time.Since(begun) < c.trouble && c.refused:
						status, body = 403, `{"__type": "AccessDeniedException", "message": "no"}`
					case time.Since(begun) < c.trouble:
						<-req.Context().Done()
						return nil, req.Context().Err()
					}
					header := http.Header{"Date": {time.Now().UTC().Format(http.TimeFormat)}}
					return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
				}), "us-east-1"), false)
				for i, at := range c.asked {
					time.Sleep(time.Until(begun.Add(at)))
					var all sync.WaitGroup
					for range 10 {
						all.Go(func() {
							o := Options{Deadline: begun.Add(time.Hour), Within: 10 * time.Second, PollInterval: 15 * time.Second}
							got, err := client.Coverage(context.Background(), image, o)
							if err != nil || got.Outcome != c.outcomes[i] {
								t.Errorf("after %s: %+v, %v, want %s", at, got, err, c.outcomes[i])
							}
						})
					}
					all.Wait()
				}
				if took := time.Since(begun); calls.Load() != c.calls || took > c.inAllTook {
					t.Errorf("%d calls in %s, want %d in %s", calls.Load(), took, c.calls, c.inAllTook)
				}
			})
		})
	}
}
