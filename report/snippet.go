package report

import (
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// snippetDays is how long a proposed exception applies.
const snippetDays = 90

// SnippetExpiry returns the expiry date of an exception proposed on the day of the run, no later than the
// policy allows.
func (r *Run) SnippetExpiry() string {
	days := snippetDays
	if r.Policy != nil && r.Policy.ExceptionRules.MaxDays > 0 {
		days = min(days, r.Policy.ExceptionRules.MaxDays)
	}
	return r.Ended.UTC().AddDate(0, 0, days).Format(time.DateOnly)
}

// ExceptionSnippet returns an exception for a finding, as a list element of a policy file: for its id, and
// for its package if there is only one, because an exception must cover all of them. It is empty if the
// finding has no name that could identify it.
func ExceptionSnippet(f *scan.Finding, expires string) string {
	pkg := ""
	if len(f.Packages) == 1 {
		pkg = f.Packages[0].Name
	}
	id, glob := globText(f.ID), globText(pkg)
	switch {
	case f.ID == "" && pkg == "", f.ID != "" && !specific(id), pkg != "" && !specific(glob), max(len(f.ID), len(pkg)) > safe.MaxTerm:
		return ""
	case f.ID == "":
		id = "'*'"
	}
	line := ""
	if pkg != "" {
		line = "    package: " + glob + "\n"
	}
	return "  - id: " + id + "\n" + line + "    reason: why it cannot be reached here\n    expires: " + expires + "\n"
}

// specific reports whether a pattern is narrow enough: one with an inserted asterisk needs three plain
// characters, because a policy rejects exceptions that excuse everything.
func specific(pattern string) bool {
	n := 0
	for _, r := range pattern {
		if alphanumeric(r) {
			n++
		}
	}
	return n > 2 || n > 0 && !strings.Contains(strings.ReplaceAll(pattern, "[*]", ""), "*")
}

// maxSnippets is how many exceptions a report proposes.
const maxSnippets = 5

// Snippets returns exceptions for the worst counted findings in the format of a policy file. It is empty if
// the policy forbids excepting them.
func (r *Run) Snippets(img *Image) string {
	var texts []string
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition != policy.Counted || len(texts) == maxSnippets || r.Policy == nil {
			break
		}
		if text := ExceptionSnippet(f.Finding, r.SnippetExpiry()); text != "" && r.Policy.ExceptionRules.Forbid(f.Finding) == "" {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return "exceptions:\n" + strings.Join(texts, "")
}

// globText returns a pattern that matches a name: special characters become a class, and characters that
// cannot be shown an asterisk. It is quoted if YAML requires it.
func globText(name string) string {
	var b strings.Builder
	last := rune(0) // -1: an inserted asterisk, which matches any number of characters
	for _, r := range name {
		switch {
		case strings.ContainsRune("*?[(", r) || (r == ':' || r == '#') && last == r:
			b.WriteString("[" + string(r) + "]")
		case !strings.ContainsRune("`'<>", r) && ' ' <= r && r <= '~':
			b.WriteRune(r)
		default:
			if last != -1 {
				b.WriteByte('*')
			}
			r = -1
		}
		last = r
	}
	return yamlText(b.String())
}

// yamlWords mean something other than themselves.
var yamlWords = []string{"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

// yamlText quotes everything but plain words, in a form that YAML 1.1 and 1.2 both understand.
func yamlText(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool {
		return !alphanumeric(r) && !strings.ContainsRune("-_./+", r)
	})
	if plain && s != "" && !strings.ContainsRune("-.+0123456789", rune(s[0])) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return "'" + s + "'"
}

func alphanumeric(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
}
