package text

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// How much the report shows of an image; it counts the rest.
const (
	maxFindings = 100
	maxPackages = 10 // of a finding
	// The same for an image of a fleet.
	fleetFindings = 10
	maxListed     = 10 // lines of a list
	indentWidth   = 22 // column of what follows severity and score
)

// A block is the text about one finding.
type block struct {
	severity, id, details string
	packages              string // one per line
}

// findings lists the counted findings, which come first in a verdict, worst first. Of findings with the same
// text, it shows only the first.
func (t *text) findings(img *report.Image) {
	seen, most := map[block]bool{}, maxFindings
	if t.fleet {
		most = fleetFindings
	}
	left := 0
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition != policy.Counted {
			continue
		}
		b := blockOf(img, f)
		if seen[b] {
			continue
		}
		if len(seen) == most {
			left++
			continue
		}
		if len(seen) == 0 {
			t.heading("Counted findings")
		}
		seen[b] = true
		t.finding(b, f.Severity.Counted())
	}
	if left > 0 {
		t.line("  … and %d more; see the full reports", left)
	}
}

// due lists the findings that no rule counts today and that will count within 30 days.
func (t *text) due(due []*policy.JudgedFinding) {
	if len(due) == 0 {
		return
	}
	most := maxFindings
	if t.fleet {
		most = fleetFindings
	}
	t.heading(report.DueHeading(due))
	for _, f := range due[:min(len(due), most)] {
		t.sentence("  - ", report.DueLine(f))
	}
	if left := len(due) - most; left > 0 {
		t.line("  … and %d more; see the full reports", left)
	}
}

func blockOf(img *report.Image, f *policy.JudgedFinding) block {
	packages := report.PackageLabels(f.Finding)
	n := len(packages) - maxPackages
	packages = packages[:min(len(packages), maxPackages)]
	for i, p := range packages {
		packages[i] = safe.Line(p)
	}
	if n > 0 {
		packages = append(packages, "… and "+report.Number(n, "more package"))
	}
	return block{
		severity: safe.Cut(safe.Line(report.SeverityWord(f.Finding)), 13),
		id:       fmt.Sprintf("%4s  %s", report.ScoreLabel(f.Finding), safe.Line(report.ID(f.Finding))),
		packages: strings.Join(packages, "\n"),
		details:  strings.Join(details(img, f), "; "),
	}
}

// finding prints severity, score and id; then the packages, one per line if they do not fit beside the id;
// then why the finding counts.
func (t *text) finding(b block, severity scan.Severity) {
	var packages []string
	if b.packages != "" {
		packages = strings.Split(b.packages, "\n")
	}
	line := b.id
	if len(packages) == 1 && (t.Width == 0 || 16+utf8.RuneCountInString(line+packages[0])+2 <= t.Width) {
		line, packages = line+"  "+packages[0], nil
	}
	t.line("  %s %s", t.color(string(severity), fmt.Sprintf("%-13s", b.severity)), line)
	indent := strings.Repeat(" ", indentWidth)
	for _, p := range packages {
		t.sentence(indent, p)
	}
	t.sentence(indent, b.details)
}

// details returns why a finding counts, and what else a reader should know.
func details(img *report.Image, f *policy.JudgedFinding) []string {
	words := []string{"rule " + strings.Join(report.RuleLabels(&img.Verdict, f), ", ")}
	if f.Severity != "" && !f.Severity.Known() {
		words = append(words, "an unknown severity counts as CRITICAL")
	}
	words = append(words, report.ExploitLabels(f.Finding)...)
	for _, w := range []string{report.OnlyOn(img, f), report.ExpiredLabel(f), report.BaseLabel(f.Finding)} {
		if w != "" {
			words = append(words, w)
		}
	}
	return words
}
