package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
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
	if err := writeWhole(context.Background(), name, hello); err != nil {
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
	if err := writeWhole(context.Background(), link(t, "/dev/full"), hello); err == nil {
		t.Error("a report that went nowhere counts as written")
	}
}

func TestAnEarlierReportIsReplacedOrWithdrawn(t *testing.T) {
	name := filepath.Join(t.TempDir(), "report")
	if err := os.WriteFile(name, []byte("a much longer text of an earlier run"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(context.Background(), name, hello); err != nil {
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
