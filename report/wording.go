package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// ToolURI is the address of the project.
const ToolURI = "https://github.com/ecrgate/ecrgate"

// CleanLine returns text from outside, safe to print within one line of a log: see safe.Line.
func CleanLine(s string) string { return safe.Line(s) }

// CleanText is CleanLine for text of several lines.
func CleanText(s string) string { return safe.Text(s) }

// Name returns the image's reference, or the saved response if that names no image.
func (img *Image) Name() string {
	switch img.Saved {
	case "":
		return img.Ref.String()
	case "-":
		return "saved response on standard input"
	}
	return "saved response " + img.Saved
}

// Outcome returns the outcome of the verdict; an image that was never judged has no verdict.
func (img *Image) Outcome() policy.Outcome { return cmp.Or(img.Verdict.Outcome, policy.Errored) }

// Reason returns why there is no verdict, or not a complete one; else nil.
func (img *Image) Reason() error {
	if img.Err != nil {
		return img.Err
	}
	return img.Verdict.Err
}

// Headline returns a sentence, without a period, with the verdict on an image and the reason. Like all
// wording, it must still be escaped for a notation.
func (img *Image) Headline() string {
	name := img.Name()
	switch img.Status() {
	case StatusFail:
		return name + " breaches its policy: " + breaches(&img.Verdict) + skipped(&img.Verdict)
	case StatusNoVerdict:
		reason := fmt.Sprint(img.Reason())
		if img.Saved != "" { // the name already says it
			reason = strings.TrimPrefix(reason, img.Saved+": ")
		}
		return name + " has no verdict: " + reason
	case StatusNotJudged:
		return name + " passes NOT JUDGED, because the policy accepts its status: " + img.Accepted
	}
	c := img.Verdict.Counts()
	text := fmt.Sprintf("%s meets its policy: %s, none over a limit", name, Number(c.Total, "finding"))
	if c.Total == 0 {
		text = name + " meets its policy: no findings"
	}
	if w := breaches(&img.Verdict); w != "" {
		text = name + " meets its policy, with a warning: " + w
	}
	return text + skipped(&img.Verdict)
}

// Sentence returns the headline with its period. A reason from AWS has one of its own.
func (img *Image) Sentence() string { return strings.TrimSuffix(img.Headline(), ".") + "." }

// skipped returns how many findings a rule skipped because data that it needs is unknown.
func skipped(v *policy.Verdict) string {
	most := 0
	for _, r := range v.Rules {
		most = max(most, r.SkippedUnknown)
	}
	if most == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s skipped: data that a rule needs is unknown)", Number(most, "finding"))
}

// breaches describes every breached rule; empty if there is none.
func breaches(v *policy.Verdict) string {
	var parts []string
	for _, r := range v.Breached() {
		parts = append(parts, Breach(r))
	}
	return strings.Join(parts, "; ")
}

// Breach describes how a rule was breached.
func Breach(r policy.RuleResult) string {
	text := fmt.Sprintf("%q: %s, %d allowed", r.Name, Number(r.Count, "finding"), r.Max)
	if r.Detail != "" {
		text = r.Name + ": " + r.Detail
	}
	if r.Action == policy.Warn {
		text += " (warning only)"
	}
	return text
}

// Title returns the title of the report, which sums up the run.
func (r *Run) Title() string {
	if r.Problem != "" {
		return "nothing was checked"
	}
	text := map[policy.Outcome]string{policy.Passed: "passed", policy.Failed: "FAILED"}[r.Verdict]
	text = cmp.Or(text, "NO VERDICT")
	n := 0
	for i := range r.Images {
		if r.Images[i].Status() == StatusNotJudged {
			n++
		}
	}
	if n > 0 {
		text += fmt.Sprintf(", %s NOT JUDGED", Number(n, "image"))
	}
	if day := r.AsOfDay(); day != "" {
		text += ", as of " + day
	}
	if r.Verdict != policy.Passed && r.ExitCode == 0 {
		text += fmt.Sprintf(" (mode %s: the job continues)", r.Mode)
	}
	return text
}

// PolicyLine returns the policy with the start of its hash, and the mode unless it is enforce.
func (r *Run) PolicyLine() string {
	var parts []string
	if r.Policy != nil {
		parts = append(parts, fmt.Sprintf("Policy: %s (sha256 %s).", r.Policy.Source, r.Policy.SHA256[:min(12, len(r.Policy.SHA256))]))
	}
	switch r.Mode {
	case "report":
		parts = append(parts, "Mode report: a breach does not fail the job.")
	case "observe":
		parts = append(parts, "Mode observe: neither a breach nor a missing verdict fails the job.")
	}
	return strings.Join(parts, " ")
}

// TimeNotes returns the notes that time alone settled a result, and why. Every report has them, even a comment,
// which has no other notes.
func (img *Image) TimeNotes() []string {
	return slices.DeleteFunc(slices.Clone(img.Notes), func(note string) bool { return !strings.Contains(note, scan.ByTimeAlone) })
}

// AllNotes returns everything that a report must not omit about an image.
func (img *Image) AllNotes() []string {
	notes := slices.Concat(img.Notes, img.Verdict.Notes)
	for _, r := range img.Verdict.Rules {
		if r.Detail != "" {
			notes = append(notes, r.Name+": "+r.Detail)
		}
	}
	if img.Err != nil && img.Verdict.Outcome == policy.Failed {
		notes = append(notes, "not complete: "+img.Err.Error())
	}
	return Distinct(notes)
}

// NextSteps returns what to do about an image that does not pass.
func (img *Image) NextSteps() []string {
	lines := img.Verdict.Advice()
	if img.Hint != "" {
		lines = append(lines, img.Hint)
	}
	return Distinct(lines)
}

// String returns a description of a scan on one line.
func (s Scan) String() string {
	text := "scan"
	if s.Type != "" {
		text = string(s.Type) + " scan"
	}
	text += ", status " + string(s.Status)
	if s.CompletedAt != nil {
		text += ", completed " + s.CompletedAt.UTC().Format(time.RFC3339)
	}
	if s.LastScannedAt != nil {
		text += ", last scanned by Amazon Inspector " + s.LastScannedAt.UTC().Format(time.RFC3339)
	}
	return text + settled[s.SettledBy]
}

// settled describes the evidence that late findings have arrived.
var settled = map[string]string{
	"age":       ", settled by its age",
	"inspector": ", settled by Amazon Inspector",
	"time":      ", settled by time alone",
}

// String returns a description of a child of an index, without the reason for a missing verdict.
func (m *Manifest) String() string {
	text := fmt.Sprintf("%s %s: %s", m.Platform, ShortDigest(m.Digest), m.Verdict.Outcome)
	if m.Err == nil && !m.Judged() {
		text += ", NOT JUDGED"
	}
	return text
}

// Describe returns String with the reason for a missing verdict.
func (m *Manifest) Describe() string {
	if m.Err != nil {
		return m.String() + ", " + m.Err.Error()
	}
	return m.String()
}

// ShortDigest returns the start of a digest.
func ShortDigest(digest string) string { return digest[:min(len(digest), len("sha256:")+12)] }

// Number returns a count with its noun.
func Number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Distinct returns each text once, in the order of its first occurrence.
func Distinct(texts []string) []string {
	seen := make(map[string]bool, len(texts))
	var out []string
	for _, s := range texts {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// Some returns the first n texts, joined with commas, and the number of the rest.
func Some(texts []string, n int) string {
	text := strings.Join(texts[:min(n, len(texts))], ", ")
	if more := len(texts) - n; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
