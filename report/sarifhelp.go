package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// helpRows is how many packages a help text lists; the rest is counted.
const helpRows = 20

// help is what somebody who opens an alert reads: how bad it is, where, what mends it, what the
// policy says, and an exception to paste, should it be none of his concern.
func (r *sarifRule) help(worst *policy.Judged, s *sarifRun, title, description string) *sarif.MultiformatMessageString {
	text := title + ". " + r.fixSentence()
	var md strings.Builder
	md.Grow(2 << 10)
	md.WriteString("**" + mdText(r.id) + "**, severity " + mdTerm(severityWord(worst.Finding)) + scoreOf(worst) +
		", fix " + mdTerm(string(worst.FixAvailable)) + ", exploit " + mdTerm(string(worst.ExploitAvailable)) + ".\n\n")
	if !s.brief {
		md.WriteString(mdText(cutText(description, 2*maxTextLen)) + "\n\n")
	}
	r.affected(&md, len(s.images) > 1)
	md.WriteString("\n" + mdText(cutText(r.decision(), maxTextLen)) + "\n")
	if !s.brief {
		r.pasteable(&md, worst.Finding, s)
		links(&md, worst.Finding)
	}
	markdown := md.String()
	return &sarif.MultiformatMessageString{Text: &text, Markdown: &markdown}
}

// mdTerm is a short text from strangers, safe in markdown.
func mdTerm(s string) string { return mdText(term(s)) }

func scoreOf(f *policy.Judged) string {
	if f.Score == nil {
		return ", no score"
	}
	text := ", score " + scoreWord(f.Finding)
	if f.ScoreSource != "" {
		text += " (" + mdTerm(f.ScoreSource) + ")"
	}
	return text
}

// affected lists the packages, a line each; of a run of several images the image, too.
func (r *sarifRule) affected(md *strings.Builder, several bool) {
	if several {
		md.WriteString("| image | package | installed | fixed in | path |\n|---|---|---|---|---|\n")
	} else {
		md.WriteString("| package | installed | fixed in | path |\n|---|---|---|---|\n")
	}
	more, rows := 0, []string{}
	for _, f := range r.findings {
		for _, p := range f.Packages {
			row := "| " + mdTerm(p.Name) + " | " + mdTerm(p.Version) + " | " + mdTerm(cmp.Or(p.FixedIn, "–")) + " | " + mdTerm(p.Path) + " |\n"
			if several {
				row = "| " + mdTerm(f.image.Ref.String()) + " " + row
			}
			switch {
			case slices.Contains(rows, row):
			case len(rows) < helpRows:
				rows = append(rows, row)
			default:
				more++
			}
		}
	}
	for _, row := range rows {
		md.WriteString(row)
	}
	if more > 0 {
		fmt.Fprintf(md, "\n… and %d more\n", more)
	}
}

// fixSentence says what mends a vulnerability.
func (r *sarifRule) fixSentence() string {
	var fixes []string
	for _, f := range r.findings {
		for _, p := range f.Packages {
			fix := term(p.Name) + " " + term(p.FixedIn)
			if p.FixedIn != "" && !slices.Contains(fixes, fix) {
				fixes = append(fixes, fix)
			}
		}
	}
	switch n := len(fixes); {
	case n == 0:
		return "No fixed version is known."
	case n > 5:
		return fmt.Sprintf("Fixed in %s and %d more.", strings.Join(fixes[:5], ", "), n-5)
	}
	return "Fixed in " + strings.Join(fixes, ", ") + "."
}

func (r *sarifRule) decision() string {
	findings := make([]*policy.Judged, len(r.findings))
	for i, f := range r.findings {
		findings[i] = f.Judged
	}
	return decision(findings)
}

// decision says what the policy made of it.
func decision(findings []*policy.Judged) string {
	var rules, more []string
	known := false
	for _, f := range findings {
		known = known || f.Disposition == policy.Known
		for _, r := range f.Rules {
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
		more = append(more, f.Unknown...)
		if x := f.Expired; x != nil && x.Expires != nil {
			more = append(more, "an exception for it ended on "+x.Expires.Format(time.DateOnly))
		}
	}
	text := "No rule of the policy counts it."
	switch {
	case len(rules) > 0:
		text = "The policy counts it: " + strings.Join(rules, ", ") + "."
	case known:
		text = "The baseline knows it already: it does not count."
	}
	slices.Sort(more)
	if more = slices.Compact(more); len(more) > 0 {
		text += " Note: " + strings.Join(more, "; ") + "."
	}
	return text
}

func links(md *strings.Builder, f *scan.Finding) {
	var seen []string
	for _, link := range append([]string{f.URL}, f.References...) {
		if hasURL(link) && len(link) <= maxTextLen && !slices.Contains(seen, link) && len(seen) < 10 {
			seen = append(seen, link)
			md.WriteString("\n* <" + link + ">")
		}
	}
	if len(seen) > 0 {
		md.WriteString("\n")
	}
}
