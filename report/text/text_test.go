package text_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/text"
	"github.com/ecrgate/ecrgate/scan"
)

func TestTextGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		reporttest.Golden(t, name+".txt", reporttest.Render(t, text.Options{}.Write, reporttest.Runs()[name]))
	}
	reporttest.Golden(t, "index-color.txt", reporttest.Render(t, text.Options{Color: true}.Write, reporttest.Index()))
}

// TestTextFitsATerminal: only a name without a space may be longer than a line.
func TestTextFitsATerminal(t *testing.T) {
	for _, width := range []int{80, 120} {
		for name, r := range reporttest.Runs() {
			if name == "hostile" {
				continue
			}
			for _, line := range strings.Split(reporttest.Render(t, text.Options{Width: width}.Write, r), "\n") {
				if n := utf8.RuneCountInString(line); n > width && strings.ContainsAny(strings.TrimLeft(line, " -"), " ") && !strings.Contains(line, "sha256:") {
					t.Errorf("%s: %d columns: %s", name, n, line)
				}
			}
		}
	}
}

func TestTextColumnsAreAligned(t *testing.T) {
	column := regexp.MustCompile(`^  [A-Z]+ +[0-9. ]{3,4} ( )(CVE|\(no)`)
	for _, line := range strings.Split(reporttest.Render(t, text.Options{}.Write, reporttest.Rich()), "\n") {
		if m := column.FindStringSubmatchIndex(line); m != nil && m[4] != 22 {
			t.Errorf("the id begins in column %d, not 22: %s", m[4], line)
		}
	}
}

var sequence = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestTextColorAddsNothingButColor: without it the text is the same.
func TestTextColorAddsNothingButColor(t *testing.T) {
	for name, r := range reporttest.Runs() {
		plain, colored := reporttest.Render(t, text.Options{}.Write, r), reporttest.Render(t, text.Options{Color: true}.Write, r)
		if sequence.ReplaceAllString(colored, "") != plain {
			t.Errorf("%s says something else in color", name)
		}
		if strings.Count(colored, "\x1b[") != 2*strings.Count(colored, "\x1b[0m") {
			t.Errorf("%s: a color is not ended", name)
		}
	}
}

func TestTextStaysTextOfStrangers(t *testing.T) {
	for n, line := range strings.Split(reporttest.Render(t, text.Options{}.Write, reporttest.Hostile()), "\n") {
		if found := reporttest.Commands.FindString(line); found != "" || !utf8.ValidString(line) {
			t.Errorf("line %d has the command %q: %.100q", n+1, found, line)
		}
	}
}

func TestTextCountsWhatItLeavesOut(t *testing.T) {
	p := reporttest.MustLoad("version: 1\nrules:\n  - name: all\n")
	s := scan.Scan{Type: scan.Enhanced, CompletedAt: reporttest.At(19)}
	for i := range 130 {
		f := scan.Finding{ID: fmt.Sprint("CVE-", i), Severity: scan.Low}
		for k := range 13 {
			f.Packages = append(f.Packages, scan.Package{Name: fmt.Sprint("p", k)})
		}
		s.Findings = append(s.Findings, f)
	}
	got := reporttest.Render(t, text.Options{}.Write, reporttest.Concluded(p, []report.Image{reporttest.Judged(p, reporttest.Image("team/app", "1", 1), s)}))
	if strings.Count(got, "… and 3 more packages\n") != 100 || !strings.Contains(got, "\n  … and 30 more; see the full reports\n") {
		t.Errorf("what was left out is not counted:\n%.1500s", got)
	}
}

func TestTextSaysWhatHeadsAnImage(t *testing.T) {
	r := reporttest.Rich()
	for i, want := range []string{"FAIL  team/app:1.2\n", "FAIL  team/base:2026\n", "PASS  team/web:3\n  team/web:3 meets its policy, with a warning: ", "NO VERDICT  team/late@sha256:3333", "NOT JUDGED  tools/static:9\n"} {
		one := r
		one.Images = r.Images[i : i+1]
		if got := reporttest.Render(t, text.Options{}.Write, one); !strings.HasPrefix(got, want) {
			t.Errorf("%.100q does not begin with %q", got, want)
		}
	}
	half := reporttest.Index()
	half.Images[0].Judged, half.Images[0].Err = false, reporttest.Missing().Err
	half.Images[0].Children[1].Err, half.Images[0].Children[1].Verdict = reporttest.Missing().Err, policy.Verdict{Outcome: policy.Errored}
	if got := reporttest.Render(t, text.Options{}.Write, half); !strings.Contains(got, "  not complete: ") || !strings.Contains(got, "linux/arm64/v8 sha256:cccccccccccc: error") {
		t.Errorf("a platform without a verdict is not reported:\n%s", got)
	}
}

// TestTextOutsideATerminalIsNotWrapped: a sentence is a line, so that logs can be searched.
func TestTextOutsideATerminalIsNotWrapped(t *testing.T) {
	got := reporttest.Render(t, text.Options{}.Write, reporttest.Index())
	want := `  team/app:1.2 breaches its policy: "nothing critical": 1 finding, 0 allowed; "no fixable high": 3 findings, 0 allowed; ` +
		`"known exploits, one week of grace": 1 finding, 0 allowed` + "\n"
	if !strings.Contains(got, want) {
		t.Errorf("the headline is not one line:\n%.600s", got)
	}
}

func TestTextHasNoTwoEqualLinesOfAFinding(t *testing.T) {
	got := reporttest.Render(t, text.Options{}.Write, reporttest.TwoVersions())
	for _, line := range []string{"debug 2.6.8 → 2.6.9 in app/package-lock.json\n", "debug 3.0.1 → 3.1.0 in app/package-lock.json\n"} {
		if strings.Count(got, line) != 1 {
			t.Errorf("%q is there %d times", line, strings.Count(got, line))
		}
	}
	r := reporttest.TwoVersions()
	v := &r.Images[0].Verdict
	v.Findings = append(v.Findings, v.Findings[0])
	if got := reporttest.Render(t, text.Options{}.Write, r); strings.Count(got, "CVE-2026-1030\n") != 1 {
		t.Errorf("two findings that say the same are shown twice:\n%s", got)
	}
}

func TestTextNamesAFindingWithoutAnIDByItsTitle(t *testing.T) {
	if got := reporttest.Render(t, text.Options{}.Write, reporttest.Nameless()); !strings.Contains(got, "  Overflow in libfoo  libfoo 1\n") {
		t.Errorf("the title is missing:\n%s", got)
	}
}
