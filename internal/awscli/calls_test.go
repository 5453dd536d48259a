package awscli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// aPage is a page with a next token.
const aPage = `{"imageScanFindings": {"findings": [{"name": "a"}, {"name": "b"}], "enhancedFindings": [{"title": "x"}]}, "nextToken": "%d"}`

// The calls are exactly those of the AWS CLI: the next page is requested only if the current one is valid.
func TestCallsThatAreMade(t *testing.T) {
	const refused = "An error occurred (Refused)"
	for _, c := range []struct {
		about  string
		answer string // of page 3; empty: a page like the others
		args   []string
		rc     int
		stderr string
		calls  int
	}{
		{"the last page", `{}`, nil, 0, "", 3},
		{"no token", `{"nextToken": ""}`, nil, 0, "", 3},
		{"invalid JSON counts as empty", `{"nextToken": "3"`, nil, 0, "", 3},
		{"trailing data after the JSON", `{"nextToken": "3"} {}`, nil, 0, "", 3},
		{"no UTF-8", "{\"nextToken\": \"3\", \"registryId\": \"\xff\"}", nil, 255, "'utf-8' codec can't decode byte 0xff in position 34", 3},
		{"findings that are a number", `{"imageScanFindings": 7, "nextToken": "3"}`, nil, 255, "'int' object has no attribute 'get'", 3},
		{"a finding that is a text", `{"imageScanFindings": {"findings": ["x"]}, "nextToken": "3"}`, nil, 255, "'str' object has no attribute 'get'", 3},
		{"a member that was replaced", `{"imageScanFindings": 7, "imageScanFindings": null, "nextToken": "3"}`, nil, 255, refused, 4},
		{"a token that comes again", `{"nextToken": "2"}`, nil, 255, "The same next token was received twice: {'nextToken': '2'}", 3},
		{"a token that is not text", `{"nextToken": 7}`, nil, 255, "Invalid type for parameter nextToken, value: 7", 3},
		{"a token before the last one", `{"nextToken": "1"}`, nil, 255, refused, 4},
		{"a refusal", "", nil, 255, refused, 4},
		{"a maximum inside a page", "", []string{"--max-items", "3"}, 0, "", 2},
		{"a maximum at the end of a page", "", []string{"--max-items", "4"}, 0, "", 2},
		{"a maximum beyond a page", "", []string{"--max-items", "5"}, 0, "", 3},
		{"no paging", "", []string{"--no-paginate"}, 0, "", 1},
		{"a token of one's own", "", []string{"--next-token", "1"}, 0, "", 1},
	} {
		for _, output := range []string{"json", "text", "table"} {
			t.Run(c.about+"/"+output, func(t *testing.T) {
				calls := 0
				service := replies(func() (int, string) {
					switch calls++; {
					case calls == 3 && c.answer != "":
						return http.StatusOK, c.answer
					case calls > 3:
						return http.StatusTeapot, `{"__type": "Refused"}`
					}
					return http.StatusOK, fmt.Sprintf(aPage, calls)
				})
				var stdout, stderr bytes.Buffer
				e := environment(&stdout, &stderr, nil)
				e.Transport = service
				rc := awscli.Run(t.Context(), slices.Concat(sensible, []string{"--output", output}, c.args), e)
				if rc != c.rc || calls != c.calls || !strings.Contains(stderr.String(), c.stderr) {
					t.Errorf("exit code %d after %d calls, want %d after %d\n%s", rc, calls, c.rc, c.calls, stderr.String())
				}
				if rc != 0 && output != "text" && stdout.Len() > 0 {
					t.Errorf("printed before it failed:\n%s", stdout.String())
				}
			})
		}
	}
}

// replies returns responses with a status.
type replies func() (status int, text string)

func (f replies) RoundTrip(r *http.Request) (*http.Response, error) {
	status, text := f()
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r}, nil
}

// If text output cannot be written, the run ends: the next page is not requested.
func TestTextThatFailsIsTheLastPage(t *testing.T) {
	for about, c := range map[string]struct {
		stdout io.Writer
		args   []string
		page   string
		stderr string
	}{
		"the reader is gone":      {broken{}, nil, aPage, "[Errno 32] Broken pipe"},
		"a query that fails":      {io.Discard, []string{"--query", "sum(imageScanFindings.findings[].name)"}, aPage, "In function sum()"},
		"half a character":        {io.Discard, nil, `{"imageScanFindings": {"findings": [{"name": "\ud800"}]}, "nextToken": "%d"}`, "surrogates not allowed"},
		"no findings to speak of": {io.Discard, nil, `{"nextToken": "%d"}`, "'NoneType' object does not support item assignment"},
	} {
		calls := 0
		service := roundTrip(func(*http.Request) (string, error) { calls++; return fmt.Sprintf(c.page, calls), nil })
		var stderr bytes.Buffer
		rc := awscli.Run(t.Context(), slices.Concat(sensible, []string{"--output", "text"}, c.args), environment(c.stdout, &stderr, service))
		if rc != 255 || calls != 1 || !strings.Contains(stderr.String(), c.stderr) {
			t.Errorf("%s: exit code %d after %d calls: %s", about, rc, calls, stderr.String())
		}
	}
}

// An interrupt during a request prints nothing but the newline of the AWS CLI.
func TestInterruptedHalfWay(t *testing.T) {
	for _, output := range []string{"json", "table"} {
		ctx, cancel := context.WithCancel(t.Context())
		calls := 0
		service := roundTrip(func(r *http.Request) (string, error) {
			if calls++; calls == 3 {
				cancel()
				return "", r.Context().Err()
			}
			return fmt.Sprintf(aPage, calls), nil
		})
		var stdout, stderr bytes.Buffer
		rc := awscli.Run(ctx, append(sensible, "--output", output), environment(&stdout, &stderr, service))
		if rc != 130 || calls != 3 || stdout.String() != "\n" || stderr.Len() > 0 {
			t.Errorf("%s: exit code %d after %d calls, stdout %q, stderr %q", output, rc, calls, stdout.String(), stderr.String())
		}
	}
}
