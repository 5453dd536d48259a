package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// helpRows is how many packages a help text lists; the rest is counted.
const helpRows = 20

// help is what somebody who opens an alert reads: how bad it is, where, what mends it, what the
// policy says, and an exception to paste, should it be none of his concern.
func (r *sarifRule) help(worst *policy.Judged, s *sarifRun) *sarif.MultiformatMessageString {
	text := fmt.Sprintf("%s. %s", r.title(worst), fixSentence(r.findings))
	var md strings.Builder
	fmt.Fprintf(&md, "**%s**, severity %s%s, fix %s, exploit %s.\n\n", mdText(r.id), mdText(severityWord(worst.Finding)), scoreOf(worst), worst.FixAvailable, worst.ExploitAvailable)
	if !s.brief {
		fmt.Fprintf(&md, "%s\n\n", mdText(cutText(describe(worst.Finding), 2*maxTextLen)))
	}
	r.affected(&md)
	fmt.Fprintf(&md, "\n%s\n", mdText(decision(r.findings)))
	if !s.brief {
		pasteable(&md, r.id, worst.Finding)
		links(&md, worst.Finding)
	}
	markdown := md.String()
	return &sarif.MultiformatMessageString{Text: &text, Markdown: &markdown}
}

func scoreOf(f *policy.Judged) string {
	if f.Score == nil {
		return ", no score"
	}
	text := ", score " + scoreWord(f.Finding)
	if f.ScoreSource != "" {
		text += " (" + mdText(f.ScoreSource) + ")"
	}
	return text
}

// affected lists the packages, a line each.
func (r *sarifRule) affected(md *strings.Builder) {
	md.WriteString("| package | installed | fixed in | path |\n|---|---|---|---|\n")
	n := 0
	for _, f := range r.findings {
		for _, p := range f.Packages {
			if n++; n <= helpRows {
				fmt.Fprintf(md, "| %s | %s | %s | %s |\n", mdText(p.Name), mdText(p.Version), mdText(cmp.Or(p.FixedIn, "–")), mdText(p.Path))
			}
		}
	}
	if n > helpRows {
		fmt.Fprintf(md, "\n… and %d more\n", n-helpRows)
	}
}

// fixSentence says what mends a vulnerability.
func fixSentence(findings []*policy.Judged) string {
	var fixes []string
	for _, f := range findings {
		for _, p := range f.Packages {
			fix := CleanLine(p.Name + " " + p.FixedIn)
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

// decision says what the policy made of it.
func decision(findings []*policy.Judged) string {
	var rules []string
	known := false
	for _, f := range findings {
		known = known || f.Disposition == policy.Known
		for _, r := range f.Rules {
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
	}
	switch {
	case len(rules) > 0:
		return "The policy counts it: " + strings.Join(rules, ", ") + "."
	case known:
		return "The baseline knows it already: it does not count."
	}
	return "No rule of the policy counts it."
}

// pasteable is an exception for the policy file. Names are quoted as YAML and JSON both read them.
func pasteable(md *strings.Builder, id string, f *scan.Finding) {
	md.WriteString("\nIf it does not concern this image, except it in the policy file, with a reason and an end:\n\n```yaml\nexceptions:\n")
	fmt.Fprintf(md, "  - id: %s\n", yamlText(id))
	if len(f.Packages) == 1 && f.Packages[0].Name != "" {
		fmt.Fprintf(md, "    package: %s\n", yamlText(f.Packages[0].Name))
	}
	md.WriteString("    reason: why it cannot be reached here\n    expires: YYYY-MM-DD\n```\n")
}

// yamlText quotes what is more than a plain name. Glob characters are bracketed to mean themselves.
func yamlText(s string) string {
	s = strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(strings.ReplaceAll(CleanLine(s), "`", "'"))
	plain := !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("-_./+", r)
	})
	if plain && s != "" && !strings.ContainsRune("-.+0123456789", rune(s[0])) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", "''") + "'"
}

func links(md *strings.Builder, f *scan.Finding) {
	seen := map[string]bool{}
	for _, link := range append([]string{f.URL}, f.References...) {
		if hasURL(link) && !seen[link] && len(seen) < 10 {
			seen[link] = true
			fmt.Fprintf(md, "\n* <%s>", link)
		}
	}
	if len(seen) > 0 {
		md.WriteString("\n")
	}
}
