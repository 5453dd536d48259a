package markdown_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/markdown"
)

func TestMarkdownGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		reporttest.Golden(t, name+".md", reporttest.Render(t, markdown.Write, reporttest.Runs()[name]))
	}
	reporttest.Golden(t, "index-summary.md", reporttest.Render(t, markdown.WriteSummary, reporttest.Index()))
}

func TestMarkdownHeadSaysWhatCountsMost(t *testing.T) {
	observed := reporttest.Rich()
	observed.Images = observed.Images[3:4]
	observed.Verdict, observed.Mode, observed.ExitCode = policy.Errored, "observe", 0
	for name, c := range map[string]struct {
		run  report.Run
		want []string
	}{
		"a breach, and an image that was not judged": {reporttest.Rich(), []string{"## ecrgate: FAILED, 1 image NOT JUDGED\n", "### NOT JUDGED: tools/static:9\n", "Exit code 1."}},
		"a breach that does not fail the job":        {reporttest.Index(), []string{"## ecrgate: FAILED (mode report: the job continues)\n", "Exit code 0."}},
		"no verdict that does not fail the job":      {observed, []string{"## ecrgate: NO VERDICT (mode observe: the job continues)\n", "**What to do**"}},
		"an image without findings":                  {reporttest.Clean(), []string{"## ecrgate: passed\n", "\nNo findings.\n"}},
		"a run that judged nothing":                  {reporttest.Usage(), []string{"## ecrgate: nothing was checked\n", "HIHG", "Exit code 2."}},
	} {
		for _, format := range []report.Format{markdown.Write, markdown.WriteSummary} {
			text := reporttest.Render(t, format, c.run)
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is missing in\n%.400s", name, want, text)
				}
			}
		}
	}
}

func TestMarkdownHasEveryFinding(t *testing.T) {
	r := reporttest.Large(1000)
	text := reporttest.Render(t, markdown.Write, r)
	for _, f := range r.Images[0].Verdict.Findings {
		if row := "| " + f.Packages[0].Name + " 1.0-1 → 1.0-2 |"; strings.Count(text, row) != 1 {
			t.Fatalf("%q is there %d times", row, strings.Count(text, row))
		}
	}
}

// ourTags matches the only elements that the report writes.
var ourTags = regexp.MustCompile(`<(?:details|details open|summary|/summary|/details|br|span|/span)>`)

// ourLinks matches links to web pages, the only ones allowed.
var ourLinks = regexp.MustCompile(`\]\(<https?://[!-;=?-Z^-{}~]*>\)`)

func TestMarkdownStaysTextOfStrangers(t *testing.T) {
	for _, format := range []report.Format{markdown.Write, markdown.WriteSummary} {
		columns := 0
		for n, line := range strings.Split(reporttest.Render(t, format, reporttest.Hostile()), "\n") {
			if found := reporttest.Commands.FindString(line); found != "" {
				t.Errorf("line %d has the command %q: %.100q", n+1, found, line)
			}
			rest := ourLinks.ReplaceAllString(ourTags.ReplaceAllString(line, ""), "]")
			rest = regexp.MustCompile(`\\[[:punct:]]`).ReplaceAllString(rest, "")
			if strings.ContainsAny(rest, "<>") || strings.Contains(rest, "](") {
				t.Errorf("line %d has markup: %.100q", n+1, rest)
			}
			if !strings.HasPrefix(line, "|") {
				columns = 0
				continue
			}
			got := strings.Count(rest, "|")
			if columns != 0 && got != columns {
				t.Errorf("line %d has %d columns, the head of its table %d: %.100q", n+1, got-1, columns-1, line)
			}
			columns = got
		}
	}
}

func TestSummaryFitsAndSaysWhatIsMissing(t *testing.T) {
	text := reporttest.Render(t, markdown.WriteSummary, reporttest.Monstrous())
	if len(text) > 1<<20 {
		t.Fatalf("%d bytes, GitHub drops a summary over 1 MiB", len(text))
	}
	for _, want := range []string{"## ecrgate: FAILED\n", "Exit code 1.", "### FAIL: team/last:fails\n", " more images, none more severe", "<summary>Counted findings: 300</summary>", " more; see the full reports", "* … and "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestSummaryHasTheVerdictOnEveryImage: of a thousand images and more, whatever the details of a hundred take.
func TestSummaryHasTheVerdictOnEveryImage(t *testing.T) {
	for n, left := range map[int]string{100: "", 1000: "… and 900 more images, none more severe; see the full reports.\n"} {
		text := reporttest.Render(t, markdown.WriteSummary, reporttest.Fleet(n))
		if rows := len(regexp.MustCompile(`(?m)^\| team/app\d{4}:1 \| (FAIL|NO VERDICT|PASS) \|`).FindAllString(text, -1)); rows != n {
			t.Errorf("%d images: %d rows", n, rows)
		}
		if _, after, _ := strings.Cut(text, "### "); strings.Contains(after, "more images") != (left != "") || !strings.Contains(after, left) {
			t.Errorf("%d images: the summary does not end with %q:\n%s", n, left, text[len(text)-500:])
		}
	}
}

func TestSummaryOfManyFindingsCountsTheRowsThatAreCut(t *testing.T) {
	text := reporttest.Render(t, markdown.WriteSummary, reporttest.Large(3000))
	for _, want := range []string{"<summary>Counted findings: 1150</summary>", "… and 950 more; see the full reports", "<summary>Findings not counted by any rule: 1850</summary>", "… and 1800 more; see the full reports"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// TestMarkdownOfAFleetLeavesOutWhatNoRuleCounts: for more than 20 images; the JSON report keeps them.
func TestMarkdownOfAFleetLeavesOutWhatNoRuleCounts(t *testing.T) {
	for n, kept := range map[int]bool{20: true, 21: false} {
		r := reporttest.Fleet(n)
		for _, format := range []report.Format{markdown.Write, markdown.WriteSummary, markdown.WriteComment} {
			text := reporttest.Render(t, format, r)
			if strings.Contains(text, "not counted by any rule") != kept || strings.Contains(text, "are left out; the JSON report has them") == kept {
				t.Errorf("%d images: wrong findings:\n%.1500s", n, text)
			}
			for _, want := range []string{"**Vulnerabilities in most images**", "* CRITICAL CVE-2026-0002 in ", "**Upgrades that fix most**", "* upgrade openssl to 3.0.9: "} {
				if !strings.Contains(text, want) {
					t.Errorf("%d images: %q is missing", n, want)
				}
			}
		}
	}
}

func TestMarkdownNamesPlatformsThatAFindingIsNotOn(t *testing.T) {
	text := reporttest.Render(t, markdown.Write, reporttest.Index())
	if strings.Count(text, "only on linux/amd64") != 1 {
		t.Error("the finding of one platform does not say so")
	}
}

func BenchmarkMarkdown(b *testing.B) {
	r := reporttest.Large(25_000)
	for b.Loop() {
		reporttest.Render(b, markdown.Write, r)
	}
}
