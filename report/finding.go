package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// ID returns the name of a finding for people, even if it has no id.
func ID(f *scan.Finding) string { return cmp.Or(f.ID, f.Title, "(no id)") }

// StableID returns the name by which platforms recognize a vulnerability: its id. A finding without an id, or
// with an overlong one, gets a name that does not change between builds.
func StableID(f *scan.Finding) string {
	id := strings.TrimSpace(safe.Line(f.ID))
	switch {
	case len(id) > safe.MaxTerm:
		return safe.Cut(id, safe.MaxTerm-20) + "-" + safe.Hash(f.ID)[:12]
	case id != "":
		return id
	}
	var names []string
	for _, p := range f.Packages {
		names = append(names, p.Name)
	}
	return "unnamed-" + safe.Hash(f.Title, strings.Join(names, " "))[:12]
}

// SeverityLabel returns the severity of a finding for people.
func SeverityLabel(f *scan.Finding) string {
	if f.Severity != "" && !f.Severity.Known() {
		return string(f.Severity) + " (unknown, counts as CRITICAL)"
	}
	return SeverityWord(f)
}

// SeverityWord returns only ECR's word for a severity.
func SeverityWord(f *scan.Finding) string { return cmp.Or(string(f.Severity), "no severity") }

// ScoreLabel returns the score with one decimal; empty if there is none.
func ScoreLabel(f *scan.Finding) string {
	if f.Score == nil {
		return ""
	}
	return strconv.FormatFloat(*f.Score, 'f', 1, 64)
}

// PackageLabel returns a package with its version and the version that fixes it.
func PackageLabel(p scan.Package) string {
	text := strings.TrimSpace(cmp.Or(p.Name, "(no package)") + " " + p.Version)
	if p.FixedIn != "" {
		text += " → " + p.FixedIn
	}
	return text
}

// PackageLabels returns the packages of a finding, each once: with versions, and with the file that contains
// it.
func PackageLabels(f *scan.Finding) []string {
	var labels []string
	for _, p := range f.Packages {
		label := PackageLabel(p)
		if p.Path != "" {
			label += " in " + p.Path
		}
		labels = append(labels, label)
	}
	return Distinct(labels)
}

// OnlyOn returns the platforms of a finding that is not on all platforms of the image; else it is empty.
func OnlyOn(img *Image, f *policy.JudgedFinding) string {
	if len(f.Platforms) == 0 || len(f.Platforms) >= len(img.Platforms) {
		return ""
	}
	return "only on " + PlatformList(f.Platforms)
}

// PlatformList joins platforms with commas.
func PlatformList(platforms []scan.Platform) string {
	var names []string
	for _, p := range platforms {
		names = append(names, p.String())
	}
	return strings.Join(names, ", ")
}

// RuleLabels returns the rules that count a finding, each with the data that ECR did not report, and with the
// reason if the rule does not fail the gate.
func RuleLabels(v *policy.Verdict, f *policy.JudgedFinding) []string {
	labels := slices.Clone(f.Rules)
	for i, rule := range labels {
		marks := Unreported(f, rule)
		if w := harmless(v, rule); w != "" {
			marks = append(marks, w)
		}
		if len(marks) > 0 {
			labels[i] += " (" + strings.Join(marks, ", ") + ")"
		}
	}
	return labels
}

// Unreported returns the data that ECR did not report for a finding and that a rule counted as if its
// condition were met.
func Unreported(f *policy.JudgedFinding, rule string) []string {
	var out []string
	for _, u := range f.Unknown {
		if what, ok := strings.CutPrefix(u, rule+": "); ok {
			out = append(out, what)
		}
	}
	return out
}

// harmless returns why a rule that counts findings does not fail the gate; empty if it does.
func harmless(v *policy.Verdict, rule string) string {
	for _, r := range v.Rules {
		switch {
		case r.Name != rule:
		case !r.Breached:
			return fmt.Sprintf("%d of %d allowed", r.Count, r.Max)
		case r.Action == policy.Warn:
			return "warning only"
		}
	}
	return ""
}

// ExpiredLabel returns when the exception for a finding expired; empty if there was none.
func ExpiredLabel(f *policy.JudgedFinding) string {
	if x := f.Expired; x != nil && x.Expires != nil {
		return "its exception expired on " + x.Expires.Format(time.DateOnly)
	}
	return ""
}

// DispositionLabels name the dispositions.
var DispositionLabels = map[policy.Disposition]string{
	policy.Counted: "counted", policy.Unmatched: "not counted by any rule", policy.Excepted: "excepted",
	policy.Known: "known (in the baseline)", policy.SetAside: "set aside",
}

// Decision returns what the policy decided about a vulnerability with these findings.
func Decision(findings ...*policy.JudgedFinding) string {
	var rules, notes []string
	known := false
	for _, f := range findings {
		known = known || f.Disposition == policy.Known
		rules = append(rules, f.Rules...)
		notes = append(notes, f.Unknown...)
		if expired := ExpiredLabel(f); expired != "" {
			notes = append(notes, expired)
		}
	}
	text := "No rule of the policy counts it."
	switch {
	case len(rules) > 0:
		text = "The policy counts it: " + strings.Join(Distinct(rules), ", ") + "."
	case known:
		text = "It is in the baseline and does not count."
	}
	slices.Sort(notes)
	if notes = slices.Compact(notes); len(notes) > 0 {
		text += " Note: " + strings.Join(notes, "; ") + "."
	}
	return text
}
