package outfile_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecrgate/ecrgate/internal/outfile"
)

var errBroken = errors.New("broken")

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
}

// broken writes more than a buffer holds before it fails.
func broken(w io.Writer) error {
	_, err := w.Write(make([]byte, 1<<20))
	return errors.Join(err, errBroken)
}

// folder returns an empty folder with files of these contents.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// holds checks that a folder has these files and no others.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := want[e.Name()]; !ok {
			t.Errorf("%s was left", e.Name())
		}
	}
	for name, content := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != content {
			t.Errorf("%s: %.20q, %v, want %q", name, got, err, content)
		}
	}
}

func TestADraftHasNoNameUntilItIsCommitted(t *testing.T) {
	dir := folder(t, map[string]string{"report": "a much longer text of an earlier run"})
	d, err := outfile.Create(t.Context(), filepath.Join(dir, "report"), text("hello"))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "report")); string(got) == "hello" {
		t.Error("it has its name before it is committed")
	}
	if err := d.Commit(); err != nil {
		t.Error(err)
	}
	holds(t, dir, map[string]string{"report": "hello"})
	if stat, err := os.Stat(filepath.Join(dir, "report")); err != nil || stat.Mode().Perm() != 0o644 {
		t.Errorf("%v, %v: other users cannot read it", stat, err)
	}
	d.Discard()
	holds(t, dir, map[string]string{"report": "hello"})
}

func TestADiscardedDraftLeavesNothing(t *testing.T) {
	dir := folder(t, map[string]string{"report": "earlier"})
	d, err := outfile.Create(t.Context(), filepath.Join(dir, "report"), text("hello"))
	if err != nil {
		t.Fatal(err)
	}
	d.Discard()
	holds(t, dir, map[string]string{"report": "earlier"})
}

func TestAnErrorLeavesTheEarlierFile(t *testing.T) {
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errBroken)
	for name, c := range map[string]struct {
		ctx     context.Context
		content func(io.Writer) error
	}{
		"of the content": {t.Context(), broken},
		"of the context": {ended, text("hello")},
	} {
		dir := folder(t, map[string]string{"report": "earlier"})
		if err := outfile.WriteFile(c.ctx, filepath.Join(dir, "report"), c.content); !errors.Is(err, errBroken) {
			t.Errorf("an error %s: %v", name, err)
		}
		holds(t, dir, map[string]string{"report": "earlier"})
	}
}

func TestAPanicLeavesTheEarlierFile(t *testing.T) {
	dir := folder(t, map[string]string{"report": "earlier"})
	func() {
		defer func() { _ = recover() }()
		_ = outfile.WriteFile(t.Context(), filepath.Join(dir, "report"), func(io.Writer) error { panic("broken") })
	}()
	holds(t, dir, map[string]string{"report": "earlier"})
}

func TestADraftWhoseNameIsTakenIsRemoved(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "report", "taken"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := outfile.WriteFile(t.Context(), filepath.Join(dir, "report"), text("hello")); err == nil {
		t.Error("a directory was replaced")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("%v was left", left)
	}
}

func TestMissingDirectoriesAreCreated(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := outfile.WriteFile(t.Context(), filepath.Join(dir, "report"), text("hello")); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{"report": "hello"})
}

func TestAppendAddsAllOrNothing(t *testing.T) {
	dir := folder(t, map[string]string{"outputs": "a\n"})
	file := filepath.Join(dir, "outputs")
	if err := outfile.Append(file, text("b\n")); err != nil {
		t.Error(err)
	}
	if err := outfile.Append(file, broken); !errors.Is(err, errBroken) {
		t.Errorf("%v, want %v", err, errBroken)
	}
	holds(t, dir, map[string]string{"outputs": "a\nb\n"})
}

func TestStreamsAreKnownByTheirKind(t *testing.T) {
	dir := folder(t, map[string]string{"file": ""})
	for name, want := range map[string]bool{
		"-": true, "/dev/null": true, "/dev/stdout": true, "/dev/fd/1": true, "/proc/self/fd/1": true,
		filepath.Join(dir, "file"): false, filepath.Join(dir, "none"): false, dir: false, "/dev/shm/none": false,
	} {
		if got := outfile.IsStream(name); got != want {
			t.Errorf("IsStream(%q) = %v", name, got)
		}
	}
}

// One file can have many names. A symbolic link is a file of its own: it is replaced, not what it points to.
func TestWhatAFileReplaces(t *testing.T) {
	dir := folder(t, map[string]string{"file": "", "other": ""})
	t.Chdir(dir)
	for link, to := range map[string]string{"link": "file", "here": "."} {
		if err := os.Symlink(to, link); err != nil {
			t.Skip(err)
		}
	}
	if err := os.Link("file", "hard"); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		file, other string
		want        bool
	}{
		{"file", "file", true}, {"./x/../file", "file", true}, {filepath.Join(dir, "file"), "file", true}, {"here/file", "file", true},
		{"hard", "file", true}, {"file", "link", true}, {"link", "link", true},
		{"link", "file", false}, {"other", "file", false}, {"new", "file", false}, {"none", "none", false},
	} {
		if got := outfile.Replaces(c.file, c.other); got != c.want {
			t.Errorf("Replaces(%q, %q) = %v", c.file, c.other, got)
		}
	}
	if outfile.Path("here/none/new") != outfile.Path("none/new") || outfile.Path("-") != "-" {
		t.Errorf("%s and %s are two paths", outfile.Path("here/none/new"), outfile.Path("none/new"))
	}
}
