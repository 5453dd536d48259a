package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// refused runs check with invalid inputs, which must exit with 2 in any mode, before AWS is called.
func refused(t *testing.T, says string, args ...string) {
	t.Helper()
	registry, err := fakeecr.Parse([]byte("images: []"))
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []string{modeEnforce, modeReport, modeObserve} {
		var stderr bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, transport: fakeecr.Transport(registry)}
		code := run(context.Background(), e, append([]string{"check", "--mode", mode, "--policy", "built-in"}, args...))
		if code != exitUsage || !strings.Contains(stderr.String(), says) {
			t.Errorf("%s, mode %s: exit %d, want 2 and %q:\n%s", args, mode, code, says, &stderr)
		}
	}
	if n := len(registry.Requests()); n > 0 {
		t.Errorf("%s: AWS was called %d times", args, n)
	}
}

func TestRefusedInputs(t *testing.T) {
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
	refused(t, "no image given")
	refused(t, "start-scan: ", "team/app:1", "--start-scan", "always")
	refused(t, "inspector: ", "team/app:1", "--inspector", "always")
	refused(t, "baseline-missing: ", "team/app:1", "--baseline-missing", "ignore")
	refused(t, "baseline: not a file", "team/app:1", "--baseline", "team/app")
	refused(t, "baseline: not a file", "team/app:1", "--baseline", ":")
	refused(t, "none.json", "--findings", "none.json")
	refused(t, `epss: "none.csv" does not exist`, "team/app:1", "--epss", "none.csv")
	refused(t, `kev: cannot read ".": is a directory`, "team/app:1", "--kev", ".")
	refused(t, "epss: /dev/zero:1: not an EPSS file: a line is longer than 1024 bytes", "team/app:1", "--epss", "/dev/zero")
	refused(t, "kev: /dev/zero:1: the file is too large", "team/app:1", "--kev", "/dev/zero")
	refused(t, "is a directory", "team/app:1", "--json", ".")
	refused(t, "would both be written", "team/app:1", "--json", "out", "--html", "x/../out")
	refused(t, "would both be written", "team/app:1", "--json", "out", "--html", filepath.Join(dir, "out"))
	if err := os.Mkdir("real", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("real", "linked"); err != nil {
		t.Fatal(err)
	}
	write(t, "real/rules.yml", "version: 1")
	if err := os.Symlink("real/rules.yml", "rules.yml"); err != nil {
		t.Fatal(err)
	}
	refused(t, "would both be written", "team/app:1", "--json", "real/out", "--html", "linked/out")
	refused(t, "would both be written", "team/app:1", "--json", "real/new/out", "--html", "linked/new/out")
	refused(t, "which this run reads (ca-bundle)", "team/app:1", "--ca-bundle", "real/rules.yml", "--html", "linked/rules.yml")
	refused(t, "which this run reads (ca-bundle)", "team/app:1", "--ca-bundle", "rules.yml", "--html", "real/rules.yml")
	refused(t, "is not a path inside the checkout", "team/app:1", "--dockerfile", "../Dockerfile")
	refused(t, `"..image/Dockerfile" does not exist`, "team/app:1", "--dockerfile", "..image/Dockerfile")
	refused(t, "unknown flag", "team/app:1", "--time-out", "5m")
	refused(t, "endpoint-url", "team/app:1", "--endpoint-url", "localhost:5000")
	refused(t, "not a region", "team/app:1", "--region", "Europe")
}

func TestAcceptedDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{"90": 90 * time.Second, "90s": 90 * time.Second, "1h30m": 90 * time.Minute, "25h": 25 * time.Hour, "1": time.Second, "": 10 * time.Minute} {
		r := reader{values: values{text: map[string]string{"timeout": text}}}
		if got := r.duration("timeout", 10*time.Minute, time.Second); got != want || len(r.problems) > 0 {
			t.Errorf("%q: %s, %v", text, got, r.problems)
		}
	}
}

// TestTheSummaryOfAUsageErrorFits: GitHub drops a summary over 1 MiB.
func TestTheSummaryOfAUsageErrorFits(t *testing.T) {
	t.Chdir(t.TempDir())
	variables := map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_OUTPUT": "outputs"}
	for _, unit := range []string{"x", "<", "'", "\n", "\x01", "\u202e", "::", "##[", "\xff", "é", "|\n"} {
		variables["INPUT_MODE"] = strings.Repeat(unit, 2<<20/len(unit))
		e := env{getenv: func(name string) string { return variables[name] }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
		if code := run(t.Context(), e, []string{"check", "team/app:1"}); code != exitUsage {
			t.Fatalf("%q: exit %d", unit, code)
		}
		summary, err := os.ReadFile("summary")
		if err != nil || len(summary) == 0 || len(summary) > 900_000 {
			t.Errorf("%q: a summary of %d bytes, %v", unit, len(summary), err)
		}
		_ = os.Remove("summary")
	}
}
