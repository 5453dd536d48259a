package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A policy file that exists but cannot be read must not be replaced by the built-in policy, which may be
// weaker.
func TestAPolicyFileThatCannotBeReadIsAnError(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Symlink("nowhere.yml", ".ecrgate.yml"); err != nil {
		t.Skip(err)
	}
	files, err := policyFiles(nil)
	if err != nil || len(files) != 1 {
		t.Fatalf("a dangling link is ignored: %q, %v", files, err)
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

func TestLastFrom(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"one stage":                                  {"# my image\nFROM debian:12\nRUN true\n", 2},
		"the last of two":                            {"FROM golang AS build\nRUN go build\n\nfrom\tscratch\nCOPY --from=build /x /x\n", 4},
		"a line end of Windows":                      {"FROM a\r\nFROM b\r\nCMD x\r\n", 2},
		"a byte-order mark":                          {"\ufeffFROM a\n", 1},
		"a word that only begins so":                 {"FROM a\nFROMAGE b\n", 1},
		"a comment":                                  {"FROM a\n# FROM b\n", 1},
		"an instruction that goes on":                {"FROM a\nRUN psql -c 'SELECT x \\\n  FROM y'\n", 1},
		"one that goes on after a comment":           {"FROM a\nRUN echo \\\n# why\n\n  FROM y\n", 1},
		"a text inside an instruction":               {"FROM a\nRUN <<EOF\nFROM x\nEOF\nCOPY <<-\"END\" /f\n  FROM y\n\tEND\nRUN true\n", 1},
		"a stage after a text":                       {"FROM a\nCOPY <<A <<B /d/\nFROM\nA\nFROM\nB\nFROM c\n", 7},
		"another escape":                             {"# escape=`\nFROM a\nRUN dir C:\\\nFROM b\nRUN x `\n  FROM y\n", 4},
		"an escape that is too late for a directive": {"FROM a\n# escape=`\nRUN x \\\n  FROM b\n", 1},
		"a file without a stage":                     {"RUN true\n", 1},
		"an empty file":                              {"", 1},
		"a last line without a line ending":          {"FROM a\nFROM b", 2},
	} {
		if got := lastFrom(c.text); got != c.want {
			t.Errorf("%s: line %d, want line %d", name, got, c.want)
		}
	}
	if n, err := readDockerfile(t.Context(), ""); n != 0 || err != nil {
		t.Error("no file has a line")
	}
	if _, err := readDockerfile(t.Context(), filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there has a line")
	}
}

func TestEveryUnreadableFileIsReported(t *testing.T) {
	_, err := readVEX(t.Context(), []string{"no-such-a", "-", "no-such-b", "-"}, strings.NewReader("{}"))
	want := "vex: \"no-such-a\" does not exist\nvex: \"no-such-b\" does not exist\nvex: \"-\" appears twice"
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A cancelingReader cancels the context when it reaches its end.
type cancelingReader struct {
	io.Reader
	cancel func()
}

func (r cancelingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil {
		r.cancel()
	}
	return n, err
}

// A file that was read when the timeout expired is not lost: it is in the result, or there is an error.
func TestNoFileIsForgottenWhenTheTimeRunsOut(t *testing.T) {
	for range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		files, err := readFiles(ctx, "findings: ", []string{"-"}, cancelingReader{strings.NewReader("{}"), cancel})
		if err == nil && len(files) != 1 {
			t.Fatal("the file is neither read nor an error")
		}
	}
}
