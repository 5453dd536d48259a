package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// render writes a run in a format, and fails the test when that does.
func render(t testing.TB, format Format, r Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := format(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden holds a text against testdata/NAME, byte by byte.
func golden(t *testing.T, name, got string) {
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
		t.Fatalf("%v (write it with go test ./report -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (write it anew with go test ./report -update, and read the difference):\n%s", file, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	g, w := bytes.Split([]byte(got), []byte("\n")), bytes.Split([]byte(want), []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return "got  " + string(g[i]) + "\nwant " + string(w[i])
		}
	}
	return "one has more lines than the other"
}

// formats are all of them, by the name of their files.
var formats = []struct {
	file   string
	format Format
}{
	{"report.txt", Text(TextOptions{})},
	{"report.json", JSON},
	{"report.sarif", SARIF},
	{"report.html", HTML},
	{"report.xml", JUnit},
	{"report-gitlab.json", GitLab},
	{"report.md", Markdown},
	{"summary.md", Summary},
}

// TestWriteReports writes every fixture in every format for the validators of .ci/reports.sh, into
// the directory that ECRGATE_WRITE_REPORTS names. Without it the formats only have to end well, and
// to give the same bytes twice.
func TestWriteReports(t *testing.T) {
	dir := os.Getenv("ECRGATE_WRITE_REPORTS")
	runs := fixtures()
	runs["large"] = largeRun(2000)
	if dir != "" {
		runs["large"], runs["middle"], runs["two-images"] = largeRun(25_000), largeRun(5000), twoImages()
	}
	for name, r := range runs {
		for _, f := range formats {
			text := render(t, f.format, r)
			if render(t, f.format, r) != text {
				t.Errorf("%s of %s differs from time to time", f.file, name)
			}
			if dir == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+f.file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestWritePages writes pages for .ci/browser.sh, into the directory that ECRGATE_WRITE_PAGES names:
// HTML with none, few, many and hostile findings, and a job summary.
func TestWritePages(t *testing.T) {
	dir := os.Getenv("ECRGATE_WRITE_PAGES")
	if dir == "" {
		t.Skip("ECRGATE_WRITE_PAGES names no directory")
	}
	picture := indexRun()
	picture.Mode, picture.ExitCode = "enforce", 1
	pages := map[string]string{"summary.md": render(t, Summary, picture)}
	for name, r := range map[string]Run{"none": cleanRun(), "thirty": largeRun(30), "many": largeRun(10_000), "rich": richRun(), "index": picture, "hostile": hostileRun()} {
		pages[name+".html"] = render(t, HTML, r)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
