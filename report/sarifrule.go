package report

import (
	"cmp"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A bucket is what code scanning makes of a severity: a level, and the range of security-severity
// that it shows under the same word. https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
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

// securitySeverity keeps the score inside the bucket of ECR's severity, so that code scanning and
// the gate show the same word. It is empty for what nobody has rated.
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

// worst is the finding that gives a rule its severity: in code scanning that is the rule's.
func (r *sarifRule) worst() *policy.JudgedFinding {
	worst := r.findings[0].JudgedFinding
	for _, f := range r.findings[1:] {
		if worse(f.JudgedFinding, worst) {
			worst = f.JudgedFinding
		}
	}
	return worst
}

// ruleParts are a rule with all that it points to. They serve for one rule after another: there are
// thousands.
type ruleParts struct {
	rule                           sarif.ReportingDescriptor
	level                          sarif.ReportingConfiguration
	short, full, help              sarif.MultiformatMessageString
	name, title, description, link string
	text                           string
	tags                           []string
	markdown                       []byte   // of the help: the longest text of all, which is not copied
	names                          distinct // what the lists in texts are made of
}

func newRuleParts() *ruleParts {
	p := &ruleParts{}
	p.short.Text, p.full.Text, p.help.Text = &p.title, &p.description, &p.text
	p.rule = sarif.ReportingDescriptor{
		Name:                 &p.name,
		ShortDescription:     &p.short,
		FullDescription:      &p.full,
		DefaultConfiguration: &p.level,
		Help:                 &p.help,
		Properties:           sarif.Properties{"precision": "very-high"},
	}
	return p
}

// packages are all vulnerable packages, each with its finding.
func (r *sarifRule) packages() iter.Seq2[*located, *scan.Package] {
	return func(yield func(*located, *scan.Package) bool) {
		for i := range r.findings {
			f := &r.findings[i]
			for n := range f.Packages {
				if !yield(f, &f.Packages[n]) {
					return
				}
			}
		}
	}
}

// descriptor is the rule as SARIF writes it, but for the markdown of its help, which is in the parts.
// It holds until the parts serve for the next one.
func (r *sarifRule) descriptor(s *sarifRun, p *ruleParts) *sarif.ReportingDescriptor {
	worst := r.worst()
	p.name = "OsPackageVulnerability"
	if slices.ContainsFunc(worst.Packages, func(p scan.Package) bool { return p.Manager != "OS" }) {
		p.name = "LanguagePackageVulnerability"
	}
	p.put(r, worst, s)
	p.rule.ID, p.level.Level = r.id, bucketOf(worst.Severity).level
	if p.link, p.rule.HelpURI = worst.URL, nil; isStrictURL(p.link) {
		p.rule.HelpURI = &p.link
	}
	p.tags = r.appendTags(p.tags[:0], worst)
	p.rule.Properties["tags"] = p.tags
	delete(p.rule.Properties, "security-severity")
	if severity := securitySeverity(worst); severity != "" {
		p.rule.Properties["security-severity"] = severity
	}
	return &p.rule
}

// put puts the texts together.
func (p *ruleParts) put(r *sarifRule, worst *policy.JudgedFinding, s *sarifRun) {
	description := describe(worst.Finding)
	text := r.appendTitle(p.markdown[:0], worst, &p.names)
	length := len(text)
	text = r.appendFix(append(text, ". "...), &p.names)
	p.text = string(text)
	p.markdown = r.appendHelp(text[:0], worst, s, description)
	p.title, p.description = cutText(p.text[:length], maxTextLen), cutText(description, maxTextLen)
}

// appendTags appends what alerts can be filtered by; GitHub keeps ten.
func (r *sarifRule) appendTags(tags []string, worst *policy.JudgedFinding) []string {
	tags = append(tags, "security", "vulnerability", strings.ToLower(string(worst.Severity.Counted())))
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.FixAvailable.Fixable() }) {
		tags = append(tags, "fix-available")
	}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.ExploitAvailable == scan.Yes }) {
		tags = append(tags, "exploit-available")
	}
	return tags
}

// appendTitle appends what the list of alerts shows of the rule.
func (r *sarifRule) appendTitle(b []byte, worst *policy.JudgedFinding, names *distinct) []byte {
	names.clear()
	for _, p := range r.packages() {
		if name := term(p.Name); name != "" {
			names.add(name)
		}
	}
	b = append(append(b, r.id...), " ("...)
	b = append(append(b, term(severityWord(worst.Finding))...), ')')
	if len(names.list) > 0 {
		b = names.append(append(b, ": "...), 3)
	}
	return b
}

// appendFix appends what mends a vulnerability.
func (r *sarifRule) appendFix(b []byte, fixes *distinct) []byte {
	fixes.clear()
	for _, p := range r.packages() {
		if p.FixedIn != "" {
			fixes.add(term(p.Name) + " " + term(p.FixedIn))
		}
	}
	if len(fixes.list) == 0 {
		return append(b, "No fixed version is known."...)
	}
	return append(fixes.append(append(b, "Fixed in "...), 5), '.')
}

func describe(f *scan.Finding) string {
	return CleanLine(cmp.Or(f.Description, f.Title, idOf(f)))
}

// cutText keeps a text inside a limit of UTF-16 units, which is how GitHub's limits count.
func cutText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	units, end := 0, 0 // end is where the last text that leaves room for the mark ends
	for i, r := range s {
		if units < limit {
			end = i
		}
		if units += utf16.RuneLen(r); units > limit {
			return s[:end] + "…"
		}
	}
	return s
}
