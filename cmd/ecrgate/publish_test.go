package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// replaceFormat replaces the writer of a format.
func replaceFormat(t *testing.T, name string, write report.Format) {
	t.Helper()
	i := slices.IndexFunc(formats, func(f format) bool { return f.name == name })
	before := formats[i].write
	t.Cleanup(func() { formats[i].write = before })
	formats[i].write = write
}

// publishFiles publishes a passing run to files, and returns the exit code and the output.
func publishFiles(ctx context.Context, e env, files map[string]string, timeout time.Duration) (code int, stderr string) {
	var log bytes.Buffer
	e.stderr = &log
	if e.stdout == nil {
		e.stdout = io.Discard
	}
	if e.getenv == nil {
		e.getenv = func(string) string { return "" }
	}
	run := report.Run{Version: version, Policy: policy.BuiltIn(), Mode: modeEnforce, Verdict: policy.Passed}
	var done exit
	switch err := publish(ctx, e, &config{files: files, wait: ecr.Options{Timeout: timeout, Deadline: time.Now()}}, run); {
	case err == nil:
	case errors.As(err, &done):
		code = int(done)
	default:
		code = printError(ctx, e, "check", err)
	}
	return code, log.String()
}

// link returns a link to a device in an empty directory, so that no test can replace the device itself.
func link(t *testing.T, device string) string {
	t.Helper()
	if _, err := os.Stat(device); err != nil {
		t.Skipf("no %s here", device)
	}
	name := filepath.Join(t.TempDir(), "report")
	if err := os.Symlink(device, name); err != nil {
		t.Skip(err)
	}
	return name
}

func TestADeviceIsWrittenToAndStays(t *testing.T) {
	name := link(t, os.DevNull)
	if code, log := publishFiles(t.Context(), env{}, map[string]string{"json": name}, time.Minute); code != exitPass {
		t.Errorf("exit %d: %s", code, log)
	}
	if to, err := os.Readlink(name); err != nil || to != os.DevNull {
		t.Errorf("the device was replaced: %q, %v", to, err)
	}
}

func TestAFullDeviceIsAnError(t *testing.T) {
	name := link(t, "/dev/full")
	if code, log := publishFiles(t.Context(), env{}, map[string]string{"json": name}, time.Minute); code != exitNoVerdict {
		t.Errorf("a report that went nowhere counts as written: exit %d, %s", code, log)
	}
}

// TestAFileUnderDevIsAFile checks that a report is appended to devices, never to files.
func TestAFileUnderDevIsAFile(t *testing.T) {
	dir, err := os.MkdirTemp("/dev/shm", "ecrgate-test-")
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "out.json")
	for range 2 {
		if code, log := publishFiles(t.Context(), env{}, map[string]string{"json": name}, time.Minute); code != exitPass {
			t.Fatalf("exit %d: %s", code, log)
		}
	}
	if text, err := os.ReadFile(name); err != nil || !json.Valid(text) {
		t.Errorf("the file holds two reports: %q, %v", text, err)
	}
}

func TestAnEarlierReportIsReplacedOrRemoved(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(name, []byte("a much longer text of an earlier run"), 0o600); err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer, _ report.Run) error { _, err := io.WriteString(w, "hello"); return err }
	d := draft{format: format{name: "json", write: write}, file: name}
	d.write(t.Context(), report.Run{})
	d.name()
	if text, err := os.ReadFile(name); d.err != nil || err != nil || string(text) != "hello" {
		t.Fatalf("%q, %v, %v", text, err, d.err)
	}
	d.withdraws = true
	d.name()
	if _, err := os.Stat(name); d.err != nil || err == nil {
		t.Errorf("the file of an earlier run is still there: %v", d.err)
	}
}

// TestAnInterruptionLeavesAllReportsOrNone interrupts while the reports are being written.
func TestAnInterruptionLeavesAllReportsOrNone(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	replaceFormat(t, "html", func(w io.Writer, r report.Run) error { stop(); return nil })
	code, _ := publishFiles(ctx, env{}, map[string]string{"json": "out.json", "html": "out.html", "junit": "out.xml"}, time.Minute)
	if code != exitInterrupted {
		t.Errorf("exit %d", code)
	}
	if left, _ := os.ReadDir("."); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

// A lateFailure accepts only the probe.
type lateFailure struct{}

func (lateFailure) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return 0, syscall.EPIPE
}

// TestALateFailureIsInEveryReport checks that a failure after the reports were drafted changes the exit code
// in all of them.
func TestALateFailureIsInEveryReport(t *testing.T) {
	t.Chdir(t.TempDir())
	actions := func(name string) string {
		return map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary"}[name]
	}
	code, log := publishFiles(t.Context(), env{getenv: actions, stdout: lateFailure{}}, map[string]string{"json": "out.json"}, time.Minute)
	if code != exitNoVerdict || strings.Count(log, "broken pipe") != 1 {
		t.Errorf("exit %d:\n%s", code, log)
	}
	text, err := os.ReadFile("out.json")
	if err != nil || !strings.Contains(string(text), `"exitCode":3`) {
		t.Errorf("out.json, %v:\n%s", err, text)
	}
	text, err = os.ReadFile("outputs")
	if err != nil || !regexp.MustCompile(`exit-code<<(\S+)\n3\n`).Match(text) || strings.Count(string(text), "exit-code<<") != 1 {
		t.Errorf("outputs, %v:\n%s", err, text)
	}
}

// TestAReportThatLosesItsPlaceIsInEveryReport checks the same for a report that cannot be renamed.
func TestAReportThatLosesItsPlaceIsInEveryReport(t *testing.T) {
	t.Chdir(t.TempDir())
	replaceFormat(t, "html", func(w io.Writer, r report.Run) error { return os.MkdirAll("out.html/taken", 0o755) })
	code, log := publishFiles(t.Context(), env{}, map[string]string{"json": "out.json", "html": "out.html"}, time.Minute)
	text, err := os.ReadFile("out.json")
	if code != exitNoVerdict || err != nil || !strings.Contains(string(text), `"exitCode":3`) {
		t.Errorf("exit %d, %v: %s\n%s", code, err, text, log)
	}
	if left, _ := filepath.Glob(".ecrgate-*"); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

// TestAPipeWithoutReader checks that the timeout and a signal end a report to a pipe without a reader.
func TestAPipeWithoutReader(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := syscall.Mkfifo("pipe", 0o600); err != nil {
		t.Skip("no named pipes here:", err)
	}
	files := map[string]string{"html": "pipe", "json": "out.json"}
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, stop)
	if code, log := publishFiles(ctx, env{}, files, time.Minute); code != exitInterrupted {
		t.Errorf("exit %d: %s", code, log)
	}
	if _, err := os.Stat("out.json"); err == nil {
		t.Error("interrupted, and there is a report")
	}
	short := reportGrace
	reportGrace = 100 * time.Millisecond
	defer func() { reportGrace = short }()
	code, log := publishFiles(t.Context(), env{}, files, time.Second)
	text, err := os.ReadFile("out.json")
	if code != exitNoVerdict || !strings.Contains(log, "writing the html report") || err != nil || !strings.Contains(string(text), `"exitCode":3`) {
		t.Errorf("exit %d, %v: %s\n%s", code, err, text, log)
	}
	for range 2 {
		release("pipe", syscall.O_RDONLY)
	}
	actions := func(name string) string {
		return map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": "pipe"}[name]
	}
	code, log = publishFiles(t.Context(), env{getenv: actions}, map[string]string{"json": "out.json"}, time.Second)
	if code != exitNoVerdict || !strings.Contains(log, "GITHUB_OUTPUT") {
		t.Errorf("outputs: exit %d\n%s", code, log)
	}
	for range 2 {
		release("pipe", syscall.O_RDONLY)
	}
}
