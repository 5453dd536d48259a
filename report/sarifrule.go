package report

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
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
func securitySeverity(f *policy.Judged) string {
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
func (r *sarifRule) worst() *policy.Judged {
	worst := r.findings[0].Judged
	for _, f := range r.findings[1:] {
		if worse(f.Judged, worst) {
			worst = f.Judged
		}
	}
	return worst
}

// descriptor is the rule as SARIF writes it.
func (r *sarifRule) descriptor(s *sarifRun) *sarif.ReportingDescriptor {
	worst := r.worst()
	name := "OsPackageVulnerability"
	if slices.ContainsFunc(worst.Packages, func(p scan.Package) bool { return p.Manager != "OS" }) {
		name = "LanguagePackageVulnerability"
	}
	title, description := r.title(worst), describe(worst.Finding)
	properties := sarif.Properties{"precision": "very-high", "tags": r.tags(worst)}
	if severity := securitySeverity(worst); severity != "" {
		properties["security-severity"] = severity
	}
	d := &sarif.ReportingDescriptor{
		ID:                   r.id,
		Name:                 &name,
		ShortDescription:     sarif.NewMultiformatMessageString(cutText(title, maxTextLen)),
		FullDescription:      sarif.NewMultiformatMessageString(cutText(description, maxTextLen)),
		DefaultConfiguration: &sarif.ReportingConfiguration{Level: bucketOf(worst.Severity).level},
		Help:                 r.help(worst, s, title, description),
		Properties:           properties,
	}
	if isStrictURL(worst.URL) && hasURL(worst.URL) {
		link := worst.URL
		d.HelpURI = &link
	}
	return d
}

// tags are what alerts can be filtered by; GitHub keeps ten.
func (r *sarifRule) tags(worst *policy.Judged) []string {
	tags := []string{"security", "vulnerability", strings.ToLower(string(worst.Severity.Counted()))}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.FixAvailable.Fixable() }) {
		tags = append(tags, "fix-available")
	}
	if slices.ContainsFunc(r.findings, func(f located) bool { return f.ExploitAvailable == scan.Yes }) {
		tags = append(tags, "exploit-available")
	}
	return tags
}

// strictURL is what a validator of the schema takes for a URI; one that is none refuses the file.
// https://www.rfc-editor.org/rfc/rfc3986
var strictURL = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$`)

// isStrictURL tries what most addresses are before the whole rule.
func isStrictURL(s string) bool { return usualURL(s) || strictURL.MatchString(s) }

// usualURL tells addresses with nothing in them but letters, digits, points, hyphens and slashes.
func usualURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || rest == "" || rest[0] == '/' {
		return false
	}
	for i := range len(rest) {
		c := rest[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '-' || c > '9') {
			return false
		}
	}
	return true
}

// title is what the list of alerts shows of the rule.
func (r *sarifRule) title(worst *policy.Judged) string {
	var names []string
	for _, f := range r.findings {
		for _, p := range f.Packages {
			if name := term(p.Name); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	text := r.id + " (" + term(severityWord(worst.Finding)) + ")"
	switch n := len(names); {
	case n > 3:
		text += fmt.Sprintf(": %s and %d more", strings.Join(names[:3], ", "), n-3)
	case n > 0:
		text += ": " + strings.Join(names, ", ")
	}
	return text
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

// resultParts are a result with all that it points to, in one piece of memory: there are thousands.
type resultParts struct {
	result           sarif.Result
	location         sarif.Location
	place            sarif.PhysicalLocation
	artifact         sarif.ArtifactLocation
	region           sarif.Region
	locations        [1]*sarif.Location
	level, text, uri string
	rule             uint
	line, column     int
}

// result is one result as SARIF writes it.
func (s *sarifRun) result(r *sarifResult, o SARIFOptions) *sarif.Result {
	p := &resultParts{level: bucketOf(r.finding.Severity).level, text: s.message(r), rule: uint(r.rule), line: 1, column: 1}
	p.uri = pathSegments(s.repository + "/" + cmp.Or(term(r.pkg.Name), "unknown-package"))
	if o.Dockerfile != "" {
		p.uri, p.line = pathSegments(path.Clean(filepath.ToSlash(o.Dockerfile))), max(1, o.Line)
	}
	p.artifact.URI = &p.uri
	p.region = sarif.Region{StartLine: &p.line, StartColumn: &p.column, EndLine: &p.line, EndColumn: &p.column}
	p.place = sarif.PhysicalLocation{ArtifactLocation: &p.artifact, Region: &p.region}
	p.location.PhysicalLocation = &p.place
	p.locations[0] = &p.location
	p.result = sarif.Result{
		RuleID:              &r.key.ID,
		RuleIndex:           &p.rule,
		Level:               &p.level,
		Message:             sarif.Message{Text: &p.text},
		Locations:           p.locations[:],
		PartialFingerprints: map[string]any{"primaryLocationLineHash": hash(s.repository, r.key.ID, r.key.Package, r.key.Path)[:32] + ":1"},
	}
	return &p.result
}

// message is the alert's title: one sentence, and then what else there is to know.
func (s *sarifRun) message(r *sarifResult) string {
	p, f := r.pkg, r.finding
	what := strings.TrimSpace(cmp.Or(term(p.Name), "a package that ECR does not name") + " " + term(p.Version))
	text := what + " in " + s.repository + " is affected by " + r.key.ID + " (" + term(severityWord(f.Finding)) + ")"
	switch {
	case p.FixedIn != "":
		text += ", fixed in " + term(p.FixedIn)
	case f.FixAvailable != scan.Unknown:
		text += ", no fix is known"
	}
	text += "."
	if p.Path != "" {
		text += " It lies in " + term(p.Path) + "."
	}
	if len(r.images) > 0 {
		text += " Images: " + imageWords(r.images) + "."
	}
	if len(f.Platforms) > 0 {
		text += " Platforms: " + CleanLine(platformWords(f.Platforms)) + "."
	}
	if len(f.Rules) > 0 {
		text += " Counted by the policy: " + CleanLine(strings.Join(f.Rules, ", ")) + "."
	}
	if f.Disposition == policy.Known {
		text += " Known by the baseline."
	}
	return cutText(text, 2*maxTextLen)
}

func imageWords(images []*Image) string {
	var names []string
	for _, img := range images {
		names = append(names, term(img.Ref.String()))
	}
	return strings.Join(names, ", ")
}

// pathSegments makes a relative URI of a name: percent-encoded, without segments that climb.
func pathSegments(name string) string {
	if plainPath(name) {
		return name
	}
	segments := strings.Split(name, "/")
	for i, seg := range segments {
		switch seg {
		case "", ".", "..":
			segments[i] = "_"
		default:
			segments[i] = strings.ReplaceAll(url.PathEscape(seg), ":", "%3A")
		}
	}
	return strings.Join(segments, "/")
}

// plainPath tells names that are their own URI: of letters, digits and a few signs, and with no
// segment that is empty or begins with a point.
func plainPath(name string) bool {
	before := byte('/')
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '+':
		case (c == '.' || c == '/') && before != '/':
		default:
			return false
		}
		before = c
	}
	return before != '/'
}
