package policy

import (
	"fmt"
	"slices"
)

// notes are sentences on what a reader of the verdict could miss.
func (j *judge) notes() []string {
	var notes []string
	unrated, scored, strange := 0, 0, map[string]bool{}
	for i := range j.scan.Findings {
		f := &j.scan.Findings[i]
		if j.setAside(f) {
			continue
		}
		if !f.Severity.Rated() {
			unrated++
		}
		if f.RankedSeverity() != f.Severity {
			scored++
		}
		if f.Severity != "" && !f.Severity.Known() {
			strange[string(f.Severity)] = true
		}
	}
	if unrated > 0 {
		notes = append(notes, fmt.Sprintf("%s without a severity (UNDEFINED, UNTRIAGED or none)", plural(unrated, "finding")))
	}
	if scored > 0 {
		notes = append(notes, fmt.Sprintf("%s rated UNDEFINED or UNTRIAGED: minSeverity compares the severity of the CVSS score instead", plural(scored, "finding")))
	}
	for _, r := range j.counts {
		if r.SkippedUnknown > 0 {
			notes = append(notes, fmt.Sprintf("rule %q skipped %s for which ECR did not report what it asks for", r.Name, plural(r.SkippedUnknown, "finding")))
		}
	}
	for i := range j.exceptions {
		if r := j.exceptions[i].refused; r != "" {
			notes = append(notes, r)
		}
	}
	for _, s := range sortedKeys(strange) {
		notes = append(notes, fmt.Sprintf("unknown severity %q counts as CRITICAL", s))
	}
	return notes
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

func sortedKeys(set map[string]bool) []string {
	keys := make([]string, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
