package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

const slowRegistry = `
images:
  - repository: team/app
    name: app
    tags: ["1"]
    scan:
      - {at: 0s, status: IN_PROGRESS}
      - {at: 60s, status: COMPLETE, findings: [{count: 300, severity: LOW, last: CRITICAL}]}
`

func TestAnInterruptionAtAnyMomentLeavesNoReportAndNoPass(t *testing.T) {
	for at := time.Duration(0); at < 75*time.Second; at += 730 * time.Millisecond {
		file := filepath.Join(t.TempDir(), "out.json")
		var stderr bytes.Buffer
		var code int
		synctest.Test(t, func(t *testing.T) {
			registry, err := fakeecr.Parse([]byte(slowRegistry))
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			time.AfterFunc(at, stop)
			e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, transport: fakeecr.Transport(registry)}
			code = run(ctx, e, []string{"check", "team/app:1", "--json", file})
		})
		switch _, err := os.Stat(file); {
		case code == exitInterrupted && err == nil:
			t.Errorf("after %s: interrupted, and there is a report", at)
		case code == exitInterrupted && !strings.Contains(stderr.String(), "undecided: team/app:1"):
			t.Errorf("after %s: it does not say what was not decided:\n%s", at, &stderr)
		case code != exitInterrupted && (code != exitBreach || at < 60*time.Second):
			t.Errorf("after %s: exit %d", at, code)
		}
		left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), ".ecrgate-*"))
		if len(left) > 0 {
			t.Errorf("after %s: %v was left", at, left)
		}
	}
}

func TestAnInterruptionListsWhatWasDecided(t *testing.T) {
	var stderr bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse([]byte(slowRegistry + `
  - repository: team/app
    name: done
    tags: ["2"]
    scan: [{at: 0s, status: COMPLETE, findings: [{id: CVE-2024-1, severity: CRITICAL}]}]
`))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		time.AfterFunc(20*time.Second, stop)
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, transport: fakeecr.Transport(registry)}
		if code := run(ctx, e, []string{"check", "team/app:1", "team/app:2"}); code != exitInterrupted {
			t.Errorf("exit %d", code)
		}
	})
	for _, want := range []string{"ecrgate: undecided: team/app:1\n", "ecrgate: decided but not reported: team/app:2: fail\n"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("it does not say %q:\n%s", want, &stderr)
		}
	}
}

func TestAnInterruptedCommandSaysWhatIsMissing(t *testing.T) {
	for command, want := range map[string]string{
		"check team/app:1":  "ecrgate: interrupted before a verdict was reached; no reports were written\n",
		"list":              "ecrgate: interrupted before the listing was complete; nothing was printed\n",
		"doctor team/app:1": "ecrgate: interrupted\n",
	} {
		var stdout, stderr bytes.Buffer
		synctest.Test(t, func(t *testing.T) {
			registry, err := fakeecr.Parse([]byte(slowRegistry + "latency: 20s\n"))
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			defer stop()
			time.AfterFunc(10*time.Second, stop)
			e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, transport: fakeecr.Transport(registry)}
			if code := run(ctx, e, strings.Fields(command)); code != exitInterrupted {
				t.Errorf("%s: exit %d", command, code)
			}
		})
		if !strings.HasSuffix(stderr.String(), want) || command == "list" && stdout.Len() > 0 {
			t.Errorf("%s: want %q\nstdout:\n%s\nstderr:\n%s", command, want, &stdout, &stderr)
		}
	}
}

// TestSignals checks with a real process that a signal leads to exit code 130.
func TestSignals(t *testing.T) {
	binary := buildBinary(t)
	registry, err := fakeecr.Parse([]byte(slowRegistry))
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := fakeecr.Listen(registry)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir := t.TempDir()
		c := exec.Command(binary, "check", "team/app:1", "--json", "out.json", "--sarif", "out.sarif", "--endpoint-url", url)
		c.Dir, c.Env = dir, fakeKeys()
		var stderr bytes.Buffer
		c.Stderr = &stderr
		asked := len(registry.Requests())
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		for len(registry.Requests()) == asked {
			time.Sleep(time.Millisecond)
		}
		if err := c.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		var exited *exec.ExitError
		if err := c.Wait(); !errors.As(err, &exited) || exited.ExitCode() != exitInterrupted {
			t.Errorf("%v: %v\n%s", signal, err, &stderr)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%v: %v was left", signal, left)
		}
	}
}

// TestProcess checks that a real process over a socket reaches the verdict that the stories do.
func TestProcess(t *testing.T) {
	registry, err := fakeecr.Parse([]byte(strings.Replace(slowRegistry, "IN_PROGRESS", "COMPLETE, completed: -1h, findings: [{id: CVE-1, severity: HIGH, package: p}]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := fakeecr.Listen(registry)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	c := exec.Command(buildBinary(t), "check", "team/app:1", "--json", "deep/out.json", "--endpoint-url", url)
	c.Dir, c.Env = t.TempDir(), fakeKeys()
	out, err := c.CombinedOutput()
	var exited *exec.ExitError
	if !errors.As(err, &exited) || exited.ExitCode() != exitBreach {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(c.Dir, "deep/out.json"))
	if err != nil || !json.Valid(text) {
		t.Errorf("the report is not JSON: %v", err)
	}
	if stat, err := os.Stat(filepath.Join(c.Dir, "deep/out.json")); err != nil || stat.Mode().Perm() != 0o644 {
		t.Errorf("the report has mode %v, %v", stat.Mode(), err)
	}
}

// built returns the command, built once for all tests; TestMain removes it.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ecrgate-test-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "ecrgate")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		return binary, fmt.Errorf("%w\n%s", err, out)
	}
	return binary, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if wasBuilt.Load() {
		binary, _ := built()
		_ = os.RemoveAll(filepath.Dir(binary))
	}
	os.Exit(code)
}

var wasBuilt atomic.Bool

func buildBinary(t *testing.T) string {
	t.Helper()
	wasBuilt.Store(true)
	binary, err := built()
	if err != nil {
		t.Fatalf("building: %v", err)
	}
	return binary
}

// fakeKeys returns an environment that reaches only what a test configures.
func fakeKeys() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "AWS_EC2_METADATA_DISABLED=true", "AWS_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=fake", "AWS_CONFIG_FILE=/nonexistent", "AWS_SHARED_CREDENTIALS_FILE=/nonexistent",
	}
}
