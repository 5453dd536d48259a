package report

import (
	"cmp"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// resultParts are a result with all that it points to. They serve for one result after another: there
// are thousands.
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
	made             []byte // what texts are put together in
}

func newResultParts() *resultParts {
	p := &resultParts{line: 1, column: 1}
	p.artifact.URI = &p.uri
	p.region = sarif.Region{StartLine: &p.line, StartColumn: &p.column, EndLine: &p.line, EndColumn: &p.column}
	p.place = sarif.PhysicalLocation{ArtifactLocation: &p.artifact, Region: &p.region}
	p.location.PhysicalLocation = &p.place
	p.locations[0] = &p.location
	p.result = sarif.Result{
		RuleIndex:           &p.rule,
		Level:               &p.level,
		Message:             sarif.Message{Text: &p.text},
		Locations:           p.locations[:],
		PartialFingerprints: map[string]any{},
	}
	return p
}

// result is one result as SARIF writes it; it holds until the parts serve for the next one.
func (s *sarifRun) result(r *sarifResult, o SARIFOptions, p *resultParts) *sarif.Result {
	p.result.RuleID, p.rule, p.level = &r.rule.id, uint(r.rule.number-1), bucketOf(r.finding.Severity).level
	p.made = s.appendMessage(p.made[:0], r)
	p.text = cutText(string(p.made), 2*maxTextLen)
	p.uri = s.repository + "/" + cmp.Or(term(r.pkg.Name), "unknown-package")
	if o.Dockerfile != "" {
		p.uri, p.line = path.Clean(filepath.ToSlash(o.Dockerfile)), max(1, o.Line)
	}
	p.uri = pathSegments(p.uri)
	p.made = appendHash(p.made[:0], s.repository, r.rule.id, r.pkg.Name, r.pkg.Path)
	p.result.PartialFingerprints["primaryLocationLineHash"] = string(append(p.made[:32], ":1"...))
	return &p.result
}

// appendMessage appends the alert's title: one sentence, and then what else there is to know.
func (s *sarifRun) appendMessage(b []byte, r *sarifResult) []byte {
	p, f := r.pkg, r.finding
	b = append(b, strings.TrimSpace(cmp.Or(term(p.Name), "a package that ECR does not name")+" "+term(p.Version))...)
	b = append(append(b, " in "...), s.repository...)
	b = append(append(b, " is affected by "...), r.rule.id...)
	b = append(append(append(b, " ("...), term(severityWord(f.Finding))...), ')')
	switch {
	case p.FixedIn != "":
		b = append(append(b, ", fixed in "...), term(p.FixedIn)...)
	case f.FixAvailable != scan.Unknown:
		b = append(b, ", no fix is known"...)
	}
	b = append(b, '.')
	b = appendSentence(b, " It lies in ", term(p.Path))
	b = appendSentence(b, " Images: ", imageWords(r.images))
	b = appendSentence(b, " Platforms: ", CleanLine(platformWords(f.Platforms)))
	b = appendSentence(b, " Counted by the policy: ", CleanLine(strings.Join(f.Rules, ", ")))
	if f.Disposition == policy.Known {
		b = append(b, " Known by the baseline."...)
	}
	return b
}

// appendSentence appends what there is to tell, if anything.
func appendSentence(b []byte, beginning, what string) []byte {
	if what == "" {
		return b
	}
	return append(append(append(b, beginning...), what...), '.')
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
		case alphanumeric(c), c == '-', c == '_', c == '+':
		case (c == '.' || c == '/') && before != '/':
		default:
			return false
		}
		before = c
	}
	return before != '/'
}
