package main

import (
	"os"
	"strings"
	"testing"
	"time"
)

// A policy file that is there and cannot be read must not make way for the built-in policy, which
// may be the weaker one.
func TestAPolicyFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Symlink("nowhere.yml", ".ecrgate.yml"); err != nil {
		t.Skip(err)
	}
	files, err := policyFiles(nil)
	if err != nil || len(files) != 1 {
		t.Fatalf("a link to nowhere is passed over: %q, %v", files, err)
	}
	if _, _, err := readPolicy(t.Context(), files, env{}, time.Now()); err == nil || !strings.Contains(err.Error(), ".ecrgate.yml") {
		t.Errorf("reading it returns %v", err)
	}
}

func TestAFileInPlaceOfAFolderIsNotAPolicy(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile(".github", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if files, err := policyFiles(nil); len(files) > 0 || err != nil {
		t.Errorf("%q, %v", files, err)
	}
}
