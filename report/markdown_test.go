package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestMarkdownGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		golden(t, name+".md", render(t, Markdown, fixtures()[name]))
	}
	golden(t, "index-summary.md", render(t, Summary, indexRun()))
}

func TestMarkdownHeadSaysWhatCountsMost(t *testing.T) {
	observed := richRun()
	observed.Images = observed.Images[3:4]
	observed.Verdict, observed.Mode, observed.ExitCode = policy.Errored, "observe", 0
	for name, c := range map[string]struct {
		run  Run
		want []string
	}{
		"a breach, and an image that was not judged": {richRun(), []string{"## ecrgate: FAILED, 1 image NOT JUDGED\n", "### NOT JUDGED: tools/static:9\n", "Exit code 1."}},
		"a breach that does not fail the job":        {indexRun(), []string{"## ecrgate: FAILED (mode report: the job goes on)\n", "Exit code 0."}},
		"no verdict that does not fail the job":      {observed, []string{"## ecrgate: NO VERDICT (mode observe: the job goes on)\n", "**What to do**"}},
		"an image without findings":                  {cleanRun(), []string{"## ecrgate: passed\n", "\nNo findings.\n"}},
		"a run that judged nothing":                  {emptyRun(), []string{"## ecrgate: nothing was judged\n", "HIHG", "Exit code 2."}},
	} {
		for _, format := range []Format{Markdown, Summary} {
			text := render(t, format, c.run)
			for _, want := range c.want {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is missing in\n%.400s", name, want, text)
				}
			}
		}
	}
}

func TestMarkdownHasEveryFinding(t *testing.T) {
	r := largeRun(1000)
	text := render(t, Markdown, r)
	for _, f := range r.Images[0].Verdict.Findings {
		if row := "| " + f.Packages[0].Name + " 1.0-1 → 1.0-2 |"; strings.Count(text, row) != 1 {
			t.Fatalf("%q is there %d times", row, strings.Count(text, row))
		}
	}
}

// ourTags are the only elements that the report writes.
var ourTags = regexp.MustCompile(`<(?:details|details open|summary|/summary|/details|br|span|/span)>`)

// ourLinks are links to web pages and nowhere else.
var ourLinks = regexp.MustCompile(`\]\(<https?://[!-;=?-Z^-{}~]*>\)`)

// commands are what a CI runner takes for more than text, and what no text has.
var commands = regexp.MustCompile(`::|##\[|##vso|[\x00-\x1f\x7f-\x9f\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

func TestMarkdownStaysTextOfStrangers(t *testing.T) {
	for _, format := range []Format{Markdown, Summary} {
		columns := 0
		for n, line := range strings.Split(render(t, format, hostileRun()), "\n") {
			if found := commands.FindString(line); found != "" {
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

// monstrousRun has more of everything than a job summary can hold.
func monstrousRun() Run {
	long := strings.Repeat(hostileText, 5)
	day := fixtureNow.AddDate(0, 0, 5)
	glob, _ := policy.ParseGlob(long, false)
	var v policy.Verdict
	v.Outcome = policy.Failed
	for i := range 300 {
		x := &policy.Exception{Index: i, ID: glob, Package: glob, Reason: long, Expires: &day}
		v.Exceptions = append(v.Exceptions, policy.ExceptionResult{Exception: x, State: policy.StateExpiring, Used: 1})
		v.Rules = append(v.Rules, policy.RuleResult{Name: fmt.Sprint(i, long), Action: policy.Fail, Count: 1, Breached: true})
		v.Notes = append(v.Notes, long)
		f := &scan.Finding{ID: long, Severity: scan.High, URL: "https://a.example/" + strings.Repeat("x", 3000)}
		for range 50 {
			f.Packages = append(f.Packages, scan.Package{Name: long, Version: long, FixedIn: fmt.Sprint(i, long), Path: long})
		}
		v.Findings = append(v.Findings, policy.JudgedFinding{Finding: f, Disposition: policy.Counted, Rules: []string{long, v.Rules[i].Name}})
	}
	r := Run{Version: "1", Policy: &policy.Policy{Source: long, SHA256: strings.Repeat("a", 64)}, Mode: "enforce", Verdict: policy.Failed, ExitCode: 1, Ended: fixtureNow}
	for i := range 250 {
		img := image("team/app", fmt.Sprintf("passes%d", i), i)
		img.Judged, img.Complete, img.Verdict = true, true, policy.Verdict{Outcome: policy.Passed, Findings: v.Findings, Notes: v.Notes}
		r.Images = append(r.Images, img)
	}
	last := image("team/last", "fails", 7)
	last.Verdict, last.Judged, last.Complete = v, true, true
	for range 100 {
		last.Children = append(last.Children, Child{Platform: scan.Platform{OS: long, Arch: long}, Digest: digestOf(1), Verdict: policy.Failed, Judged: true})
	}
	r.Images = append(r.Images, last)
	return r
}

func TestSummaryFitsAndSaysWhatIsMissing(t *testing.T) {
	text := render(t, Summary, monstrousRun())
	if len(text) > summaryLimit {
		t.Fatalf("%d bytes, GitHub drops a summary over 1 MiB", len(text))
	}
	for _, want := range []string{"## ecrgate: FAILED\n", "Exit code 1.", "### FAIL: team/last:fails\n", " more, none of them worse", "<summary>Counted findings: 300</summary>", " more: the other reports have all of them", "* … and "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestTheSmallestSummaryFits(t *testing.T) {
	smallest := limits{}.half()
	if smallest != smallest.half() {
		t.Fatalf("%+v has a half", smallest)
	}
	if text, err := summary(monstrousRun(), smallest); err != nil || len(text) > summaryLimit/10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}

func TestSummaryOfManyFindingsCountsTheRowsThatAreCut(t *testing.T) {
	text := render(t, Summary, largeRun(3000))
	for _, want := range []string{"<summary>Counted findings: 1000</summary>", "… and 800 more: the other reports", "<summary>Findings that no rule counts: 2000</summary>", "… and 1950 more: the other reports"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestSummaryPutsTheWorstImagesFirstWhenThereIsNoRoom(t *testing.T) {
	r := richRun()
	got := ""
	for _, img := range (limits{images: 4}).shown(r) {
		got += standing(img) + " "
	}
	if want := "FAIL FAIL NO VERDICT NOT JUDGED "; got != want {
		t.Errorf("shown are %q, want %q", got, want)
	}
	if shown := (limits{images: 5}).shown(r); shown[2] != &r.Images[2] {
		t.Error("with room for all the order is that of the run")
	}
}

func TestMarkdownNamesPlatformsThatAFindingIsNotOn(t *testing.T) {
	text := render(t, Markdown, indexRun())
	if strings.Count(text, "only on linux/amd64") != 1 {
		t.Error("the finding of one platform does not say so")
	}
}

func BenchmarkMarkdown(b *testing.B) {
	r := largeRun(25_000)
	for b.Loop() {
		render(b, Markdown, r)
	}
}
