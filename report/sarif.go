package report

import (
	"bufio"
	"fmt"
	"io"
	"regexp"

	"github.com/owenrumney/go-sarif/v2/sarif"
)

const (
	sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"
	toolURI     = "https://github.com/ecrgate/ecrgate"
)

// Limits of GitHub code scanning; a file over one of them is refused as a whole.
// https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads
const (
	maxRuns     = 20
	maxResults  = 25_000 // in a run
	keptResults = 5_000  // of a run: code scanning takes the rest and drops it
	maxGzip     = 10_000_000
	maxTextLen  = 1024
)

// SARIF is the report for GitHub code scanning, SARIF 2.1.0: a rule for each vulnerability, a
// result for each vulnerability, package and path, and a run for each repository. Rules, places and
// fingerprints hold nothing that changes between builds, so that an alert stays the same alert.
//
// A repository with an image that was not judged, or not to the end, has no run: a run without its
// findings would close their alerts. The caller must not write a file when SARIFRuns is 0.
func SARIF(w io.Writer, r Run) error {
	runs := planRuns(r)
	if err := fit(runs, r, maxGzip); err != nil {
		return err
	}
	if r.SARIF.Warn != nil {
		for _, text := range leftOut(r, runs) {
			r.SARIF.Warn(text)
		}
	}
	j := stream{out: bufio.NewWriterSize(w, 1<<16)}
	writeRuns(&j, runs, r)
	if j.err != nil {
		return j.err
	}
	return j.out.Flush()
}

// SARIFRuns is the number of runs that the SARIF report of r would have.
func SARIFRuns(r Run) int {
	runs, _ := repositories(r)
	return min(len(runs), maxRuns)
}

// SARIFHoles says of each repository without a run why it has none.
func SARIFHoles(r Run) []string {
	_, holes := repositories(r)
	return holes
}

func writeRuns(j *stream, runs []*sarifRun, r Run) {
	j.text(`{"version":"2.1.0"`)
	j.member("$schema", sarifSchema)
	j.text(`,"runs":[`)
	for i, run := range runs {
		j.element(i)
		run.write(j, r)
	}
	j.text("]}\n")
}

// write writes a run, rule by rule and result by result.
func (s *sarifRun) write(j *stream, r Run) {
	j.text(`{"tool":{"driver":{"name":"ecrgate"`)
	j.member("informationUri", toolURI)
	j.member("version", term(r.Version))
	if semantic.MatchString(r.Version) {
		j.member("semanticVersion", r.Version)
	}
	j.text(`,"rules":[`)
	j.elements(len(s.rules), s.ruleWriter)
	j.text(`]}}`)
	j.member("automationDetails", map[string]string{"id": s.category})
	j.member("columnKind", "utf16CodeUnits")
	j.member("invocations", []*sarif.Invocation{s.invocation()})
	j.text(`,"results":[`)
	j.elements(len(s.results), func() element { return s.resultWriter(r.SARIF) })
	j.text("]")
	j.member("properties", s.properties(r))
	j.text("}")
}

func (s *sarifRun) ruleWriter() element {
	parts := newRuleParts()
	return func(text []byte, i int) ([]byte, error) {
		d := s.rules[i].descriptor(s, parts)
		return appendDescriptor(text, d, parts.markdown), nil
	}
}

func (s *sarifRun) resultWriter(o SARIFOptions) element {
	parts := newResultParts()
	return func(text []byte, i int) ([]byte, error) {
		return appendResult(text, s.result(&s.results[i], o, parts)), nil
	}
}

// https://semver.org
var semantic = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)

// invocation says whether anything was cut.
func (s *sarifRun) invocation() *sarif.Invocation {
	successful := true
	inv := &sarif.Invocation{ExecutionSuccessful: &successful}
	for _, text := range s.cuts {
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications,
			&sarif.Notification{Level: "warning", Message: sarif.NewTextMessage(text)})
	}
	return inv
}

// properties tell what the run is about, for readers of the file.
func (s *sarifRun) properties(r Run) map[string]any {
	digests := []string{}
	for _, img := range s.images {
		digests = append(digests, CleanLine(img.Ref.Pinned()))
	}
	p := map[string]any{"images": digests, "verdict": r.Verdict, "mode": r.Mode}
	if r.Policy != nil {
		p["policy"] = fmt.Sprintf("%s sha256:%s", cutText(CleanLine(r.Policy.Source), maxTextLen), r.Policy.SHA256[:min(12, len(r.Policy.SHA256))])
	}
	return p
}
