package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// pastedFor is how long an exception holds that somebody takes over as a report proposes it.
const pastedFor = 90

// until is the last day of an exception that is pasted on the day of the run, no later than the
// policy lets one end.
func until(r Run) string {
	days := pastedFor
	if r.Policy != nil && r.Policy.ExceptionRules.MaxDays > 0 {
		days = min(days, r.Policy.ExceptionRules.MaxDays)
	}
	return r.Ended.UTC().AddDate(0, 0, days).Format(time.DateOnly)
}

// appendPasteable appends an exception for the policy file, unless the policy lets none excuse the
// finding.
func (r *sarifRule) appendPasteable(md []byte, worst *scan.Finding, s *sarifRun) []byte {
	if s.policy != nil {
		if why := s.policy.ExceptionRules.Forbid(worst); why != "" {
			return fmt.Appendf(md, "\nThe policy lets no exception excuse it (%s).\n", mdTerm(why))
		}
	}
	text := exceptionText(worst, s.until)
	if text == "" {
		return md
	}
	md = append(md, "\nIf it does not concern this image, except it in the policy file, with the reason:\n\n```yaml\nexceptions:\n"...)
	return append(append(md, text...), "```\n"...)
}

// exceptionText is an exception for a finding as an element of a policy file's list: of its id, and
// of its package where there is only one, since an exception must cover all of them. It is empty when
// the finding has too little to be told by.
func exceptionText(f *scan.Finding, until string) string {
	pkg := ""
	if len(f.Packages) == 1 {
		pkg = f.Packages[0].Name
	}
	id, glob := globText(f.ID), globText(pkg)
	switch {
	case f.ID == "" && pkg == "", f.ID != "" && !tells(id), pkg != "" && !tells(glob), max(len(f.ID), len(pkg)) > maxTerm:
		return ""
	case f.ID == "":
		id = "'*'"
	}
	line := ""
	if pkg != "" {
		line = "    package: " + glob + "\n"
	}
	return "  - id: " + id + "\n" + line + "    reason: why it cannot be reached here\n    expires: " + until + "\n"
}

// tells reports whether a pattern names something, and is not all asterisks.
func tells(pattern string) bool { return strings.ContainsFunc(pattern, alphanumeric[rune]) }

// pastes is how many exceptions a report proposes.
const pastes = 5

// proposals are exceptions for the worst counted findings, as a policy file has them; empty when the
// policy lets none of them be excused.
func proposals(r Run, img *Image) string {
	var texts []string
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition != policy.Counted || len(texts) == pastes || r.Policy == nil {
			break
		}
		if text := exceptionText(f.Finding, until(r)); text != "" && r.Policy.ExceptionRules.Forbid(f.Finding) == "" {
			texts = append(texts, text)
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return "exceptions:\n" + strings.Join(texts, "")
}

// globText is a pattern of a policy file that matches a name and shows it as far as it can be shown:
// what is special in a pattern is put into a class, what is not plainly shown becomes an asterisk. It
// is quoted where YAML needs it.
func globText(name string) string {
	if plainName(name) {
		return yamlText(name)
	}
	var b strings.Builder
	b.Grow(len(name) + 2)
	last := rune(0) // -1: an asterisk of ours, which takes any number of characters
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

// yamlText quotes what is more than a plain word, as YAML 1.1 and 1.2 both read it.
func yamlText(s string) string {
	plain := !strings.ContainsFunc(s, func(r rune) bool {
		return !alphanumeric(r) && !strings.ContainsRune("-_./+", r)
	})
	if plain && s != "" && !strings.ContainsRune("-.+0123456789", rune(s[0])) && !slices.Contains(yamlWords, strings.ToLower(s)) {
		return s
	}
	return "'" + s + "'"
}
