package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

func hello(w io.Writer) error { _, err := io.WriteString(w, "hello"); return err }

// link gives a name in an empty folder that leads to a device, which nobody's test can then break.
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
	if err := draftOf(context.Background(), name, hello).place(); err != nil {
		t.Error(err)
	}
	if err := withdraw(name); err != nil {
		t.Error(err)
	}
	if to, err := os.Readlink(name); err != nil || to != os.DevNull {
		t.Errorf("the device was replaced: %q, %v", to, err)
	}
}

func TestAFullDeviceIsAnError(t *testing.T) {
	if err := draftOf(context.Background(), link(t, "/dev/full"), hello).place(); err == nil {
		t.Error("a report that went nowhere counts as written")
	}
}

func TestAnEarlierReportIsReplacedOrWithdrawn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(name, []byte("a much longer text of an earlier run"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := draftOf(context.Background(), name, hello).place(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(name); err != nil || string(text) != "hello" {
		t.Errorf("%q, %v", text, err)
	}
	if err := withdraw(name); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); err == nil {
		t.Error("the file of an earlier run is still there")
	}
}

// TestAnInterruptionLeavesAllReportsOrNone interrupts while the reports are being written.
func TestAnInterruptionLeavesAllReportsOrNone(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	files := map[string]string{"json": "out.json", "html": "out.html", "junit": "out.xml"}
	before := writers["html"]
	defer func() { writers["html"] = before }()
	writers["html"] = func(w io.Writer, r report.Run) error { stop(); return before(w, r) }
	paths, _, err := writeReports(ctx, env{}, files, report.Run{Version: version, Policy: policy.BuiltIn()})
	if paths != nil || err == nil {
		t.Errorf("it gives %v, %v", paths, err)
	}
	if left, _ := os.ReadDir("."); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}
