package reporttest

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecrgate/ecrgate/report"
)

var update = flag.Bool("update", false, "write the golden files")

// Render returns a run in a format, and fails the test on an error.
func Render(t testing.TB, format report.Format, r report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := format(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Golden compares a text with testdata/NAME, byte by byte.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (write it with go test ./report/... -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (write it with go test ./report/... -update, and read the difference):\n%s", file, FirstDifference(got, string(want)))
	}
}

// FirstDifference returns the first line in which two texts differ.
func FirstDifference(got, want string) string {
	g, w := bytes.Split([]byte(got), []byte("\n")), bytes.Split([]byte(want), []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return "got  " + string(g[i]) + "\nwant " + string(w[i])
		}
	}
	return "one has more lines than the other"
}

// GoldenJSON is Golden for JSON, indented so that it can be read.
func GoldenJSON(t *testing.T, name, got string) {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(got), "", "  "); err != nil {
		t.Fatal(err)
	}
	Golden(t, name, b.String())
}
