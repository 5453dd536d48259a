package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
	"github.com/ecrgate/ecrgate/report"
)

// A tripwire stops a run at the n-th write to a report or to standard output.
type tripwire struct {
	left atomic.Int64
	stop func()
}

func (t *tripwire) over(w io.Writer) io.Writer { return tripping{w, t} }

type tripping struct {
	io.Writer
	*tripwire
}

func (t tripping) Write(p []byte) (int, error) {
	if t.left.Add(-1) == 0 {
		t.stop()
	}
	return t.Writer.Write(p)
}

const readyRegistry = `
scanType: ENHANCED
images:
  - repository: team/app
    name: app
    tags: ["1"]
    scan: [{at: 0s, type: basic, status: COMPLETE, completed: -1h, pageSize: 100, findings: [{count: 300, severity: LOW}]}]
`

// TestASignalAtAnyWriteLeavesNoHalfReportAndNoPass stops runs that need no waiting.
func TestASignalAtAnyWriteLeavesNoHalfReportAndNoPass(t *testing.T) {
	t.Chdir(t.TempDir())
	var wire *tripwire
	for _, f := range formats {
		replaceFormat(t, f.name, func(w io.Writer, r report.Run) error { return f.write(wire.over(w), r) })
	}
	codes := map[int]int{}
	for n := 1; codes[exitPass] == 0; n += 1 + n/8 {
		ctx, stop := context.WithCancel(context.Background())
		wire = &tripwire{stop: stop}
		wire.left.Store(int64(n))
		dir := t.TempDir()
		args := []string{"check", "team/app:1"}
		for _, format := range formats {
			args = append(args, "--"+format.name, filepath.Join(dir, "out."+format.name))
		}
		registry, err := fakeecr.Parse([]byte(readyRegistry))
		if err != nil {
			t.Fatal(err)
		}
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: wire.over(io.Discard), stderr: io.Discard, transport: fakeecr.Transport(registry)}
		code := run(ctx, e, args)
		stop()
		codes[code]++
		if code != exitInterrupted && code != exitPass {
			t.Fatalf("signal at write %d: exit %d", n, code)
		}
		whole(t, dir, n)
		if left, _ := os.ReadDir(dir); code == exitInterrupted && len(left) > 0 {
			t.Fatalf("signal at write %d: %v was left", n, left)
		}
	}
	if codes[exitInterrupted] < 20 {
		t.Errorf("exit codes %v: the signals came nowhere", codes)
	}
}

// whole checks that every file in a directory is complete.
func whole(t *testing.T, dir string, n int) {
	t.Helper()
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		end := strings.TrimSpace(string(text))
		ok := map[string]bool{
			"out.json": json.Valid(text), "out.sarif": json.Valid(text), "out.gitlab": json.Valid(text), "out.attestation": json.Valid(text),
			"out.html": strings.HasSuffix(end, "</html>"), "out.junit": strings.HasSuffix(end, "</testsuites>"), "out.markdown": len(text) > 0, "out.comment": strings.Contains(end, "Exit code"),
		}[f.Name()]
		if err != nil || !ok {
			t.Fatalf("signal at write %d: %s is not whole, %v", n, f.Name(), err)
		}
	}
}

func TestEndlessStandardInput(t *testing.T) {
	for name, c := range map[string]struct {
		stop time.Duration
		args []string
		code int
		says string
	}{
		"a signal":                  {10 * time.Second, []string{"--findings", "-"}, exitInterrupted, "interrupted"},
		"the timeout":               {time.Hour, []string{"--findings", "-", "--timeout", "1m"}, exitNoVerdict, "reading standard input: no end of input: timed out after 1m"},
		"the same, in mode observe": {time.Hour, []string{"--findings", "-", "--timeout", "1m", "--mode", "observe"}, exitNoVerdict, "no end of input"},
		"of references":             {time.Hour, []string{"-", "--timeout", "1m"}, exitNoVerdict, "reading standard input: no end of input: timed out after 1m"},
		"of a policy":               {time.Hour, []string{"team/app:1", "--policy", "-", "--timeout", "1m"}, exitNoVerdict, "policy: reading standard input: no end of input: timed out after 1m"},
		"of EPSS scores":            {time.Hour, []string{"team/app:1", "--epss", "-", "--timeout", "1m"}, exitNoVerdict, "epss: reading standard input: no end of input: timed out after 1m"},
		"of the KEV catalog":        {time.Hour, []string{"team/app:1", "--kev", "-", "--timeout", "1m"}, exitNoVerdict, "kev: reading standard input: no end of input: timed out after 1m"},
		"of a policy, a signal":     {10 * time.Second, []string{"team/app:1", "--policy", "-"}, exitInterrupted, "interrupted"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var stderr bytes.Buffer
				in, out := io.Pipe()
				defer out.Close()
				ctx, stop := context.WithCancel(t.Context())
				defer time.AfterFunc(c.stop, stop).Stop()
				defer stop()
				e := env{getenv: func(string) string { return "" }, stdin: in, stdout: io.Discard, stderr: &stderr}
				code := run(ctx, e, append([]string{"check"}, c.args...))
				if code != c.code || !strings.Contains(stderr.String(), c.says) {
					t.Errorf("exit %d, want %d:\n%s", code, c.code, &stderr)
				}
			})
		})
	}
}

// TestAPipeWithoutWriter checks that reading an input never outlasts a signal.
func TestAPipeWithoutWriter(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	write(t, "saved.json", `{"repositoryName": "team/app", "imageId": {"imageDigest": "sha256:0"}, "imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"imageScanCompletedAt": 1767323045, "findings": []}}`)
	for name, args := range map[string][]string{
		"findings":   {"check", "--findings", "pipe"},
		"policy":     {"check", "team/app:1", "--policy", "pipe"},
		"baseline":   {"check", "--findings", "saved.json", "--baseline", "pipe"},
		"dockerfile": {"check", "--findings", "saved.json", "--dockerfile", "pipe"},
		"ca-bundle":  {"check", "team/app:1", "--region", "us-east-1", "--ca-bundle", "pipe"},
		"epss":       {"check", "team/app:1", "--epss", "pipe"},
		"kev":        {"check", "team/app:1", "--kev", "pipe"},
		"validate":   {"policy", "validate", "pipe"},
		"explain":    {"policy", "explain", "--findings", "pipe", "CVE-1"},
	} {
		t.Run(name, func(t *testing.T) {
			defer release("pipe", syscall.O_WRONLY)
			ctx, stop := context.WithCancel(t.Context())
			stop()
			e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
			if code := run(ctx, e, args); code != exitInterrupted {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// release ends everything that still waits for the other end of a pipe.
func release(pipe string, end int) {
	if fd, err := syscall.Open(pipe, end|syscall.O_NONBLOCK, 0); err == nil {
		_ = syscall.Close(fd)
	}
}

// TestSignalsEndAProcessThatHangs blocks a process on a pipe without a writer.
func TestSignalsEndAProcessThatHangs(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	c := exec.Command(buildBinary(t), "check", "team/app:1", "--region", "us-east-1", "--dockerfile", "pipe")
	c.Dir, c.Env = dir, fakeKeys()
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for {
		select {
		case err := <-ended:
			var exited *exec.ExitError
			if !errors.As(err, &exited) {
				t.Errorf("it ended with %v", err)
			}
			return
		case <-time.After(20 * time.Millisecond):
			_ = c.Process.Signal(os.Interrupt)
		}
	}
}

// TestAClosedOutputIsNotAPass checks that a closed or full standard output is not a pass, and that reports agree.
func TestAClosedOutputIsNotAPass(t *testing.T) {
	registry, err := fakeecr.Parse([]byte(readyRegistry))
	if err != nil {
		t.Fatal(err)
	}
	url, stop, err := fakeecr.Listen(registry)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	binary := buildBinary(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = read.Close()
	defer write.Close()
	outputs := map[string]*os.File{"closed": write}
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil {
		defer full.Close()
		outputs["full"] = full
	}
	for name, out := range outputs {
		for _, mode := range []string{"enforce", "observe"} {
			c := exec.Command(binary, "check", "team/app:1", "--mode", mode, "--json", "out.json", "--endpoint-url", url)
			c.Dir, c.Env, c.Stdout = t.TempDir(), fakeKeys(), out
			_ = c.Run()
			text, err := os.ReadFile(filepath.Join(c.Dir, "out.json"))
			if code := c.ProcessState.ExitCode(); code != exitNoVerdict || err != nil || !strings.Contains(string(text), `"exitCode":3`) {
				t.Errorf("%s output, mode %s: exit %d, %v\n%s", name, mode, code, err, text)
			}
		}
	}
}
