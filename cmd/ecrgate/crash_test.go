package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
	"github.com/ecrgate/ecrgate/report"
)

// A crashing transport panics at one ECR operation, in the goroutine that calls it.
type crashing struct {
	http.RoundTripper
	operation string
}

func (c crashing) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.Header.Get("X-Amz-Target"), c.operation) {
		panic("boom at http://joe:s3cret@host")
	}
	return c.RoundTripper.RoundTrip(req)
}

func TestACrashHasNoVerdict(t *testing.T) {
	for _, operation := range []string{"BatchGetImage", "DescribeImageScanFindings"} {
		registry, err := fakeecr.Parse([]byte(readyRegistry))
		if err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &log, stderr: &log, transport: crashing{fakeecr.Transport(registry), operation}}
		code := run(context.Background(), e, []string{"check", "team/app:1"})
		if code != exitNoVerdict || !strings.Contains(log.String(), "panic: boom") || strings.Contains(log.String(), "s3cret") {
			t.Errorf("%s: exit %d\n%s", operation, code, &log)
		}
	}
}

func TestACrashOfAReportHasNoVerdict(t *testing.T) {
	t.Chdir(t.TempDir())
	replaceFormat(t, "html", func(io.Writer, report.Run) error { panic(errors.New("boom")) })
	registry, err := fakeecr.Parse([]byte(readyRegistry))
	if err != nil {
		t.Fatal(err)
	}
	e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard, transport: fakeecr.Transport(registry)}
	if code := run(context.Background(), e, []string{"check", "team/app:1", "--html", "out.html", "--json", "out.json", "--mode", modeObserve}); code != exitNoVerdict {
		t.Errorf("exit %d", code)
	}
	if left, _ := os.ReadDir("."); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}
