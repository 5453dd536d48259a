package junit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// maxFindings is how many findings the text of a case lists; it counts the rest. Test views show the text as
// it is, and long texts make them slow.
const maxFindings = 200

// casesOf returns the cases of an image: its rules, and one for the verdict if there is none.
func casesOf(img *report.Image) []testcase {
	var cases []testcase
	for _, rule := range img.Verdict.Rules {
		cases = append(cases, ruleCase(img, rule))
	}
	verdict := testcase{Name: "verdict", Class: safe.Line(img.Ref.String()), Time: "0"}
	switch err := img.Reason(); {
	case err != nil:
		verdict.Error = &outcome{Message: safe.Line(err.Error()), Type: "NoVerdict", Text: safe.Text(img.Hint)}
	case img.Accepted != "":
		verdict.Skipped = &outcome{Message: safe.Line("NOT JUDGED, because the policy accepts its status: " + img.Accepted)}
	default:
		return cases
	}
	return append(cases, verdict)
}

func ruleCase(img *report.Image, rule policy.RuleResult) testcase {
	c := testcase{Name: safe.Line(rule.Name), Class: safe.Line(img.Ref.String()), Time: "0"}
	var out []string
	if rule.SkippedUnknown > 0 {
		out = append(out, report.Number(rule.SkippedUnknown, "finding")+" skipped: data that the rule needs is unknown")
	}
	switch {
	case !rule.Breached:
	case rule.Action == policy.Warn:
		out = append(out, safe.Line(report.Breach(rule)), findingLines(img, rule))
	default:
		c.Failure = &outcome{Message: safe.Line(report.Breach(rule)), Type: "Breach", Text: findingLines(img, rule)}
	}
	c.Out = textOf(out...)
	return c
}

// findingLines returns the findings that a rule counted, and which platforms of an index have them.
func findingLines(img *report.Image, rule policy.RuleResult) string {
	var lines []string
	n := 0
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if !slices.Contains(f.Rules, rule.Name) {
			continue
		}
		if n++; n <= maxFindings {
			lines = append(lines, safe.Line(findingLine(f, rule.Name)))
		}
	}
	if n > maxFindings {
		lines = append(lines, fmt.Sprintf("… and %d more; see the full reports", n-maxFindings))
	}
	return strings.Join(report.Distinct(lines), "\n")
}

// findingLine describes a finding for a rule, with the data that ECR did not report.
func findingLine(f *policy.JudgedFinding, rule string) string {
	packages := strings.Join(report.PackageLabels(f.Finding), ", ")
	if len(f.Platforms) > 0 {
		packages += " (" + report.PlatformList(f.Platforms) + ")"
	}
	words := []string{report.SeverityLabel(f.Finding), report.ScoreLabel(f.Finding), report.ID(f.Finding), packages}
	text := strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " ")
	for _, what := range append(report.ExploitLabels(f.Finding), report.Unreported(f, rule)...) {
		text += ", " + what
	}
	return text
}
