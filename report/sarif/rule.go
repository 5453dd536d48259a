package sarif

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// A rule is a vulnerability with all findings that name it.
type rule struct {
	id       string
	findings []located
	number   int // position among the rules, from 1; 0 when none of its results is kept
}

// A located finding knows its image.
type located struct {
	*policy.JudgedFinding
	image *report.Image
}

// A bucket is how code scanning shows a severity: a level, and the range of security-severity with
// the same word.
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
type bucket struct {
	level          string
	low, high, def float64
}

var buckets = map[scan.Severity]bucket{
	scan.Critical: {"error", 9.1, 10, 9.5},
	scan.High:     {"error", 7, 8.9, 8},
	scan.Medium:   {"warning", 4, 6.9, 5.5},
	scan.Low:      {"note", 0.1, 3.9, 2},
}

func bucketOf(s scan.Severity) bucket {
	if b, ok := buckets[s.Counted()]; ok {
		return b
	}
	return bucket{level: "note"}
}

// securitySeverity keeps the score inside the bucket of ECR's severity, so that code scanning and the
// gate show the same word. It is empty for an unrated finding.
func securitySeverity(f *policy.JudgedFinding) string {
	b := bucketOf(f.Severity)
	if b.def == 0 {
		return ""
	}
	score := b.def
	if f.Score != nil && *f.Score > 0 {
		score = min(max(*f.Score, b.low), b.high)
	}
	return strconv.FormatFloat(score, 'f', 1, 64)
}

// worst returns the finding that decides the rule's severity, which code scanning shows for every result.
func (r *rule) worst() *policy.JudgedFinding {
	worst := r.findings[0].JudgedFinding
	for _, f := range r.findings[1:] {
		if compareFindings(f.JudgedFinding, worst) > 0 {
			worst = f.JudgedFinding
		}
	}
	return worst
}

// descriptor returns the rule in SARIF's format.
func (r *rule) descriptor(s *run) *sarif.ReportingDescriptor {
	worst := r.worst()
	title := r.title(worst)
	d := sarif.NewRule(r.id).
		WithName("OsPackageVulnerability").
		WithDescription(safe.Cut(title, maxText)).
		WithFullDescription(sarif.NewMultiformatMessageString(safe.Cut(describe(worst.Finding), maxText))).
		WithDefaultConfiguration(&sarif.ReportingConfiguration{Level: bucketOf(worst.Severity).level}).
		WithHelp(sarif.NewMultiformatMessageString(title + ". " + r.fix(worst)).WithMarkdown(r.help(worst, s)))
	if slices.ContainsFunc(worst.Packages, func(p scan.Package) bool { return p.Manager != "OS" }) {
		d.WithName("LanguagePackageVulnerability")
	}
	if safe.StrictURL(worst.URL) {
		d.WithHelpURI(worst.URL)
	}
	d.WithProperties(sarif.Properties{"precision": "very-high", "tags": r.tags(worst)})
	if severity := securitySeverity(worst); severity != "" {
		d.Properties["security-severity"] = severity
	}
	return d
}

// tags returns the tags that alerts can be filtered by; GitHub keeps ten.
func (r *rule) tags(worst *policy.JudgedFinding) []string {
	tags := []string{"security", "vulnerability", strings.ToLower(string(worst.Severity.Counted()))}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.FixAvailable.Fixable() }) {
		tags = append(tags, "fix-available")
	}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.ExploitAvailable == scan.Yes }) {
		tags = append(tags, "exploit-available")
	}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.KnownExploited == scan.Yes }) {
		tags = append(tags, "known-exploited")
	}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.EPSS != nil && *f.EPSS >= report.HighEPSS }) {
		tags = append(tags, "epss-high")
	}
	if !slices.ContainsFunc(r.findings, func(f located) bool { return f.InBaseImage != scan.Yes }) {
		tags = append(tags, "base-image")
	}
	return tags
}

// title returns what the list of alerts shows.
func (r *rule) title(worst *policy.JudgedFinding) string {
	var names []string
	for _, f := range r.findings {
		for _, p := range f.Packages {
			if name := safe.Term(p.Name); name != "" {
				names = append(names, name)
			}
		}
	}
	text := displayID(r.id, worst.Finding) + " (" + safe.Term(report.SeverityLabel(worst.Finding)) + ")"
	if len(names) > 0 {
		text += ": " + report.Some(report.Distinct(names), 3)
	}
	return text
}

// fix returns a sentence on what fixes the vulnerability.
func (r *rule) fix(worst *policy.JudgedFinding) string {
	if worst.Malicious() {
		return "The package is malicious: remove it."
	}
	var fixes []string
	for _, f := range r.findings {
		for _, p := range f.Packages {
			if p.FixedIn != "" {
				fixes = append(fixes, safe.Term(p.Name)+" "+safe.Term(p.FixedIn))
			}
		}
	}
	if len(fixes) == 0 {
		return "No fixed version is known."
	}
	return "Fixed in " + report.Some(report.Distinct(fixes), 5) + "."
}

func describe(f *scan.Finding) string {
	return safe.Line(cmp.Or(f.Description, f.Title, report.ID(f)))
}

// Limits of a help text; what is left out is counted.
const (
	helpRows  = 20
	helpLinks = 10
)

// help returns the markdown on the page of an alert: how severe it is, where, what fixes it, what the
// policy decided, and an exception to paste.
func (r *rule) help(worst *policy.JudgedFinding, s *run) string {
	var md strings.Builder
	fmt.Fprintf(&md, "**%s**, severity %s, %s, fix %s, exploit %s%s.\n\n", safe.Markdown(r.id), term(report.SeverityLabel(worst.Finding)),
		scoreText(worst), term(string(worst.FixAvailable)), term(string(worst.ExploitAvailable)), exploitation(worst))
	md.WriteString(r.affected(len(s.images) > 1) + "\n")
	var findings []*policy.JudgedFinding
	for _, f := range r.findings {
		findings = append(findings, f.JudgedFinding)
	}
	md.WriteString(safe.Markdown(safe.Cut(report.Decision(findings...), maxText)) + "\n")
	if !s.brief {
		md.WriteString(snippet(worst.Finding, s))
		md.WriteString(links(worst.Finding))
	}
	return md.String()
}

// exploitation returns what the exploitation data says; it is empty without data.
func exploitation(f *policy.JudgedFinding) string {
	text := ""
	if f.KnownExploited != "" {
		text = ", known exploited " + term(string(f.KnownExploited))
	}
	if f.EPSS != nil {
		text += ", EPSS " + report.EPSSLabel(f.Finding)
	}
	return text
}

// term returns a short text that is safe in markdown.
func term(s string) string { return safe.Markdown(safe.Term(s)) }

func scoreText(f *policy.JudgedFinding) string {
	switch {
	case f.Score == nil:
		return "no score"
	case f.ScoreSource == "":
		return "score " + report.ScoreLabel(f.Finding)
	}
	return "score " + report.ScoreLabel(f.Finding) + " (" + term(f.ScoreSource) + ")"
}

// affected returns a table of the packages, with the images in a run of several.
func (r *rule) affected(several bool) string {
	head := "| package | installed | fixed in | path |\n|---|---|---|---|\n"
	if several {
		head = "| image | package | installed | fixed in | path |\n|---|---|---|---|---|\n"
	}
	var rows []string
	for _, f := range r.findings {
		for _, p := range f.Packages {
			row := fmt.Sprintf("| %s | %s | %s | %s |\n", term(p.Name), term(p.Version), term(cmp.Or(p.FixedIn, "–")), term(p.Path))
			if several {
				row = "| " + term(f.image.Ref.String()) + " " + row
			}
			rows = append(rows, row)
		}
	}
	rows = report.Distinct(rows)
	text := head + strings.Join(rows[:min(helpRows, len(rows))], "")
	if more := len(rows) - helpRows; more > 0 {
		text += fmt.Sprintf("\n… and %d more\n", more)
	}
	return text
}

// snippet returns an exception for the policy file, unless the policy forbids excepting the finding.
func snippet(f *scan.Finding, s *run) string {
	if s.policy != nil {
		if why := s.policy.ExceptionRules.Forbid(f); why != "" {
			return "\nThe policy forbids excepting it (" + term(why) + ").\n"
		}
	}
	text := report.ExceptionSnippet(f, s.expires)
	if text == "" {
		return ""
	}
	return "\nIf it does not apply to this image, add an exception to the policy file, with the reason:\n\n```yaml\nexceptions:\n" + text + "```\n"
}

func links(f *scan.Finding) string {
	var out []string
	for _, link := range report.Distinct(append([]string{f.URL}, f.References...)) {
		if safe.WebPage(link) && len(link) <= maxText && len(out) < helpLinks {
			out = append(out, "\n* <"+link+">")
		}
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "") + "\n"
}
