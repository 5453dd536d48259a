package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A standing is what became of an image, in the word that heads it.
func standing(img *Image) string {
	switch {
	case img.Verdict.Outcome == policy.Failed:
		return "FAIL"
	case img.Verdict.Outcome != policy.Passed:
		return "NO VERDICT"
	case img.Accepted != "" && !img.Judged:
		return "NOT JUDGED"
	}
	return "PASS"
}

// name is what people call an image: its reference, or the file that says nothing of it.
func (img *Image) name() string {
	switch img.Saved {
	case "":
		return img.Ref.String()
	case "-":
		return "saved response on standard input"
	}
	return "saved response " + img.Saved
}

// headline says in one sentence what became of an image and why. It is not yet made safe for any
// notation.
func headline(img *Image) string {
	name := img.name()
	switch standing(img) {
	case "FAIL":
		return name + " breaches its policy: " + breaches(&img.Verdict) + skipped(&img.Verdict)
	case "NO VERDICT":
		reason := fmt.Sprint(img.reason())
		if img.Saved != "" { // which the name says already
			reason = strings.TrimPrefix(reason, img.Saved+": ")
		}
		return name + " has no verdict: " + reason
	case "NOT JUDGED":
		return name + " passes NOT JUDGED, by a status that the policy accepts: " + img.Accepted
	}
	c := img.Verdict.Counts()
	text := fmt.Sprintf("%s meets its policy: %s, none over a limit", name, number(c.Total, "finding"))
	if c.Total == 0 {
		text = name + " meets its policy: no findings"
	}
	if w := breaches(&img.Verdict); w != "" {
		text = name + " meets its policy, with a warning: " + w
	}
	return text + skipped(&img.Verdict)
}

// skipped tells in the headline how many findings were left out for what ECR did not report.
func skipped(v *policy.Verdict) string {
	most := 0
	for _, r := range v.Rules {
		most = max(most, r.SkippedUnknown)
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s skipped, for which ECR did not report what a rule asks for)", number(most, "finding"))
}

// reason says why there is no verdict.
func (img *Image) reason() error {
	if img.Err != nil {
		return img.Err
	}
	return img.Verdict.Err
}

// breaches names the breached rules with what they counted; empty when there are none.
func breaches(v *policy.Verdict) string {
	var parts []string
	for _, r := range v.Breached() {
		parts = append(parts, breach(r))
	}
	return strings.Join(parts, "; ")
}

// breach says how a rule was breached.
func breach(r policy.RuleResult) string {
	text := fmt.Sprintf("rule %q counts %d, allowed are %d", r.Name, r.Count, r.Max)
	if r.Detail != "" {
		text = r.Name + ": " + r.Detail
	}
	if r.Action == policy.Warn {
		text += " (only a warning)"
	}
	return text
}

// judgeLine names the policy with the first of its hash, and the mode when it is not to enforce.
func judgeLine(r Run) string {
	var b strings.Builder
	if r.Policy != nil {
		fmt.Fprintf(&b, "Policy: %s (sha256 %s).", r.Policy.Source, r.Policy.SHA256[:min(12, len(r.Policy.SHA256))])
	}
	switch r.Mode {
	case "report":
		b.WriteString(" Mode report: a breach does not fail the job.")
	case "observe":
		b.WriteString(" Mode observe: neither a breach nor a missing verdict fails the job.")
	}
	return strings.TrimSpace(b.String())
}

// notes are everything that a report must not leave out about an image.
func (img *Image) notes() []string {
	notes := slices.Concat(img.Notes, img.Verdict.Notes)
	for _, r := range img.Verdict.Rules {
		if r.Detail != "" {
			notes = append(notes, r.Name+": "+r.Detail)
		}
	}
	if img.Err != nil && img.Verdict.Outcome == policy.Failed {
		notes = append(notes, "not complete: "+img.Err.Error())
	}
	return notes
}

// A tally is a line of the severity table. Set aside findings are in none of its numbers.
type tally struct {
	Severity                          scan.Severity
	Total, Fixable, Excepted, Counted int
}

// tallies are the lines of the severities that occur, worst first, and the sum of them.
func tallies(v *policy.Verdict) (lines []tally, sum tally) {
	by := map[scan.Severity]*tally{}
	for _, s := range scan.Severities {
		by[s] = &tally{Severity: s}
	}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition != policy.SetAside {
			by[f.Severity.Counted()].add(f)
			sum.add(f)
		}
	}
	for _, s := range scan.Severities {
		if by[s].Total > 0 {
			lines = append(lines, *by[s])
		}
	}
	return lines, sum
}

func (t *tally) add(f *policy.JudgedFinding) {
	t.Total++
	if f.FixAvailable.Fixable() {
		t.Fixable++
	}
	switch f.Disposition {
	case policy.Excepted:
		t.Excepted++
	case policy.Counted:
		t.Counted++
	}
}

// severityWord is a finding's severity as people read it.
func severityWord(f *scan.Finding) string {
	if f.Severity != "" && !f.Severity.Known() {
		return string(f.Severity) + " (unknown, counts as CRITICAL)"
	}
	return severityTerm(f)
}

// severityTerm is ECR's word alone.
func severityTerm(f *scan.Finding) string { return cmp.Or(string(f.Severity), "no severity") }

// scoreWord is the score with one digit, empty when there is none.
func scoreWord(f *scan.Finding) string {
	if f.Score == nil {
		return ""
	}
	return strconv.FormatFloat(*f.Score, 'f', 1, 64)
}

// packageWord is a package with its version and the one that mends it.
func packageWord(p scan.Package) string {
	text := strings.TrimSpace(cmp.Or(p.Name, "(no package)") + " " + p.Version)
	if p.FixedIn != "" {
		text += " → " + p.FixedIn
	}
	return text
}

// idOf is the name of a finding, also of one that has none.
func idOf(f *scan.Finding) string { return cmp.Or(f.ID, f.Title, "(no id)") }

// ruleWords are the rules that count a finding, each with what ECR did not report to it, and with
// why it fails nothing where that is so.
func ruleWords(v *policy.Verdict, f *policy.JudgedFinding) []string {
	words := slices.Clone(f.Rules)
	for i, rule := range words {
		var marks []string
		for _, u := range f.Unknown {
			if what, ok := strings.CutPrefix(u, rule+": "); ok {
				marks = append(marks, what)
			}
		}
		if w := harmlessWord(v, rule); w != "" {
			marks = append(marks, w)
		}
		if len(marks) > 0 {
			words[i] += " (" + strings.Join(marks, ", ") + ")"
		}
	}
	return words
}

// harmlessWord says why a rule that counts findings does not fail the gate; empty when it does.
func harmlessWord(v *policy.Verdict, rule string) string {
	for _, r := range v.Rules {
		switch {
		case r.Name != rule:
		case !r.Breached:
			return fmt.Sprintf("%d of %d allowed", r.Count, r.Max)
		case r.Action == policy.Warn:
			return "only warns"
		}
	}
	return ""
}

// number writes a count with its word.
func number(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
