package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// What the text report shows of an image; the rest is counted.
const (
	textRows     = 100 // findings
	textPackages = 10  // of a finding
	textIndent   = 22  // column of what follows severity and score
)

// findings lists the counted ones: they come first in a verdict, worst first.
func (t *text) findings(img *Image) {
	shown, counted := 0, 0
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition != policy.Counted {
			continue
		}
		if counted++; counted == 1 {
			t.heading("Counted findings")
		}
		if shown < textRows {
			shown++
			t.finding(img, f)
		}
	}
	if counted > shown {
		t.line("  … and %d more: the other reports have all of them", counted-shown)
	}
}

// finding is severity, score and id; then packages, a line each where they do not fit beside the id;
// then why it counts.
func (t *text) finding(img *Image, f *policy.JudgedFinding) {
	severity := fmt.Sprintf("%-13s", cutText(CleanLine(severityTerm(f.Finding)), 13))
	line := fmt.Sprintf("%4s  %s", scoreWord(f.Finding), CleanLine(idOf(f.Finding)))
	packages := packageLines(f.Finding)
	if len(packages) == 1 && 16+utf8.RuneCountInString(line+packages[0])+2 <= t.Width {
		line, packages = line+"  "+packages[0], nil
	}
	t.line("  %s %s", t.color(string(f.Severity.Counted()), severity), line)
	indent := strings.Repeat(" ", textIndent)
	for _, p := range packages {
		t.wrapped(indent, p)
	}
	t.wrapped(indent, strings.Join(detailWords(img, f), "; "))
}

// packageLines are the packages of a finding, safe to print.
func packageLines(f *scan.Finding) []string {
	var lines []string
	for _, p := range f.Packages[:min(len(f.Packages), textPackages)] {
		lines = append(lines, CleanLine(placeWord(p)))
	}
	if n := len(f.Packages) - textPackages; n > 0 {
		lines = append(lines, "… and "+number(n, "more package"))
	}
	return lines
}

// detailWords say why a finding counts, and what a reader should know of it.
func detailWords(img *Image, f *policy.JudgedFinding) []string {
	words := []string{"rule " + strings.Join(ruleWords(&img.Verdict, f), ", ")}
	if f.Severity != "" && !f.Severity.Known() {
		words = append(words, "a severity that nobody knows counts as CRITICAL")
	}
	if w := exploitWord(f.Finding); w != "" {
		words = append(words, w)
	}
	if w := onlyOn(img, f); w != "" {
		words = append(words, w)
	}
	if x := f.Expired; x != nil && x.Expires != nil {
		words = append(words, "the exception for it ended on "+x.Expires.Format(time.DateOnly))
	}
	return words
}

// onlyOn names the platforms of a finding where it is not on all of them.
func onlyOn(img *Image, f *policy.JudgedFinding) string {
	if len(f.Platforms) == 0 || len(f.Platforms) >= len(img.Platforms) {
		return ""
	}
	return "only on " + platformWords(f.Platforms)
}

func packageWords(f *scan.Finding) []string {
	var words []string
	for _, p := range f.Packages {
		words = append(words, packageWord(p))
	}
	return words
}

// placeWord is a package with its versions, and the file that holds it.
func placeWord(p scan.Package) string {
	if p.Path == "" {
		return packageWord(p)
	}
	return packageWord(p) + " in " + p.Path
}

func platformWords(platforms []scan.Platform) string {
	var words []string
	for _, p := range platforms {
		words = append(words, p.String())
	}
	return strings.Join(words, ", ")
}
