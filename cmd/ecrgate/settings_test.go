package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// refused runs check with inputs that are wrong: exit 2, whatever the mode, with AWS never asked.
func refused(t *testing.T, says string, args ...string) {
	t.Helper()
	registry, err := fakeecr.Parse([]byte("images: []"))
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{enforce, reports, observe} {
		var stderr bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, transport: fakeecr.Transport(registry)}
		code := run(context.Background(), e, append([]string{"check", "--mode", mode, "--policy", "built-in"}, args...))
		if code != exitUsage || !strings.Contains(stderr.String(), says) {
			t.Errorf("%s, mode %s: exit %d, want 2 and %q:\n%s", args, mode, code, says, &stderr)
		}
	}
	if n := len(registry.Requests()); n > 0 {
		t.Errorf("%s: AWS was asked %d times", args, n)
	}
}

func TestInputsThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, timeout := range []string{"0", "0s", "-1", "-5m", "500ms", "soon", "1e3", "10 m", "99999999999", "9999999999h", "NaN", "+Inf"} {
		refused(t, "timeout: ", "team/app:1", "--timeout="+timeout)
	}
	for _, interval := range []string{"0", "0s", "-1s", "never"} {
		refused(t, "poll-interval: ", "team/app:1", "--poll-interval="+interval)
	}
	for _, name := range []string{"missing-after", "settle"} {
		for _, d := range []string{"-1", "-1s", "x"} {
			refused(t, name+": ", "team/app:1", "--"+name+"="+d)
		}
	}
	refused(t, "neither tag nor digest", "team/app:1", "team/app")
	refused(t, "latest", "team/app:latest:latest")
	refused(t, "no image is given")
	refused(t, "start-scan: ", "team/app:1", "--start-scan", "always")
	refused(t, "baseline-missing: ", "team/app:1", "--baseline-missing", "ignore")
	refused(t, "baseline: no file of that name", "team/app:1", "--baseline", "team/app")
	refused(t, "baseline: no file of that name", "team/app:1", "--baseline", ":")
	refused(t, "none.json", "--findings", "none.json")
	refused(t, "is a directory", "team/app:1", "--json", ".")
	refused(t, "both to be written", "team/app:1", "--json", "out", "--html", "x/../out")
	refused(t, "both to be written", "team/app:1", "--json", "out", "--html", filepath.Join(dir, "out"))
	refused(t, "unknown flag", "team/app:1", "--time-out", "5m")
	refused(t, "endpoint-url", "team/app:1", "--endpoint-url", "localhost:5000")
	refused(t, "not a region", "team/app:1", "--region", "Europe")
}

func TestDurationsThatAreTaken(t *testing.T) {
	for text, want := range map[string]time.Duration{"90": 90 * time.Second, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "25h": 25 * time.Hour, "1": time.Second, "": 10 * time.Minute} {
		r := reader{values: values{text: map[string]string{"timeout": text}}}
		if got := r.duration("timeout", 10*time.Minute, time.Second); got != want || len(r.problems) > 0 {
			t.Errorf("%q: %s, %v", text, got, r.problems)
		}
	}
}
