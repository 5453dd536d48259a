package report_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/gitlab"
	"github.com/ecrgate/ecrgate/report/html"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/report/junit"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/report/text"
)

// formats are all formats, by the name of their files.
var formats = []struct {
	file   string
	format report.Format
}{
	{"report.txt", text.Options{}.Write},
	{"report.json", jsonreport.Write},
	{"report.sarif", sarif.Write},
	{"report.html", html.Write},
	{"report.xml", junit.Write},
	{"report-gitlab.json", gitlab.Write},
	{"report.md", markdown.Write},
	{"summary.md", markdown.WriteSummary},
	{"comment.md", markdown.WriteComment},
}

// TestWriteReports writes every fixture in every format for the validators of .ci/reports.sh, into the
// directory that ECRGATE_WRITE_REPORTS names. Without it, the formats must only succeed and write the same
// bytes twice.
func TestWriteReports(t *testing.T) {
	dir := os.Getenv("ECRGATE_WRITE_REPORTS")
	runs := reporttest.Runs()
	runs["large"] = reporttest.Large(2000)
	if dir != "" {
		runs["large"], runs["middle"], runs["two-images"] = reporttest.Large(25_000), reporttest.Large(5000), reporttest.TwoImages()
	}
	for name, r := range runs {
		for _, f := range formats {
			got := reporttest.Render(t, f.format, r)
			if reporttest.Render(t, f.format, r) != got {
				t.Errorf("%s of %s differs from time to time", f.file, name)
			}
			if dir == "" {
				continue
			}
			if err := os.WriteFile(filepath.Join(dir, name+"-"+f.file), []byte(got), 0o644); err != nil {
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
	picture := reporttest.Index()
	picture.Mode, picture.ExitCode = "enforce", 1
	columns := reporttest.OnBase()
	columns.ExploitData = []exploit.File{{Kind: exploit.KindKEV, Source: "kev.json"}}
	pages := map[string]string{"summary.md": reporttest.Render(t, markdown.WriteSummary, picture)}
	for name, r := range map[string]report.Run{"none": reporttest.Clean(), "thirty": reporttest.Large(30), "many": reporttest.Large(10_000), "rich": reporttest.Rich(), "index": picture, "hostile": reporttest.Hostile(), "columns": columns, "fleet": reporttest.Fleet(200)} {
		pages[name+".html"] = reporttest.Render(t, html.Write, r)
	}
	for name, text := range pages {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheRichRunHasOneOfEverything keeps the golden files from testing less than they seem to.
func TestTheRichRunHasOneOfEverything(t *testing.T) {
	dispositions, states, statuses := map[policy.Disposition]int{}, map[policy.ExceptionState]int{}, map[report.Status]int{}
	unknown, skipped, warned := 0, 0, 0
	rich, index := reporttest.Rich(), reporttest.Index()
	for _, img := range append(rich.Images, index.Images...) {
		statuses[img.Status()]++
		for _, f := range img.Verdict.Findings {
			dispositions[f.Disposition]++
			unknown += len(f.Unknown)
		}
		for _, x := range img.Verdict.Exceptions {
			states[x.State]++
		}
		for _, rule := range img.Verdict.Rules {
			skipped += rule.SkippedUnknown
			if rule.Breached && rule.Action == policy.Warn {
				warned++
			}
		}
	}
	if len(dispositions) != 5 || len(statuses) != 4 || unknown == 0 || skipped == 0 || warned == 0 {
		t.Errorf("dispositions %v, statuses %v, %d unknown, %d skipped, %d warnings", dispositions, statuses, unknown, skipped, warned)
	}
	if len(states) != 4 {
		t.Errorf("exceptions: %v", states)
	}
}

// BenchmarkReports writes every report of 25,000 findings.
func BenchmarkReports(b *testing.B) {
	r := reporttest.Large(25_000)
	for _, f := range formats {
		b.Run(f.file, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.format(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
