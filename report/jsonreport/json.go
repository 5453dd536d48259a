// Package jsonreport writes and reads the JSON report, the gate's interface for programs. Its fields are a
// contract: schema.json describes them, and the version changes if the meaning of one does.
package jsonreport

import (
	"cmp"
	_ "embed"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/jsonw"
	"github.com/ecrgate/ecrgate/scan"
)

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the report.
func Schema() []byte { return schema }

// version is the version of the report's fields.
const version = 1

// Write writes the report, one finding at a time.
func Write(out io.Writer, r report.Run) error {
	w := jsonw.New(out)
	w.Token(jsontext.BeginObject)
	w.Member("version", version)
	w.Member("tool", tool{"ecrgate", r.Version})
	w.Member("policy", policyOf(r.Policy))
	w.Member("verdict", string(r.Verdict))
	w.Member("exitCode", r.ExitCode)
	w.Name("images")
	w.Token(jsontext.BeginArray)
	for i := range r.Images {
		writeImage(w, &r.Images[i])
	}
	w.Token(jsontext.EndArray)
	w.Member("vex", statementsOf(r.VEX))
	w.Member("exploitData", exploitDataOf(r.ExploitData))
	w.Member("asOf", optional(r.AsOfDay()))
	w.Token(jsontext.EndObject)
	return w.Err()
}

func writeImage(w *jsonw.Writer, img *report.Image) {
	w.Token(jsontext.BeginObject)
	for _, m := range members(img) {
		w.Member(m.name, m.value)
	}
	w.Name("findings")
	w.Token(jsontext.BeginArray)
	for i := range img.Verdict.Findings {
		w.Value(findingOf(&img.Verdict.Findings[i]))
	}
	w.Token(jsontext.EndArray)
	w.Member("exceptions", exceptionsOf(&img.Verdict))
	w.Member("notes", append([]string{}, img.AllNotes()...))
	w.Token(jsontext.EndObject)
}

type member struct {
	name  string
	value any
}

// members returns the fields of an image that come before its findings.
func members(img *report.Image) []member {
	return []member{
		{"image", img.Ref.String()},
		{"registryId", optional(img.Ref.RegistryID)},
		{"region", optional(img.Ref.Region)},
		{"repository", optional(img.Ref.Repository)},
		{"tag", optional(img.Ref.Tag)},
		{"digest", optional(img.Ref.Digest)},
		{"platforms", platformNames(img.Platforms)},
		{"children", childrenOf(img.Children)},
		{"verdict", string(img.Outcome())},
		{"judged", img.Judged},
		{"error", errorText(img.Reason())},
		{"scan", scanOf(img.Scan)},
		{"counts", countsOf(&img.Verdict)},
		{"rules", rulesOf(&img.Verdict)},
		{"base", baseOf(img)},
	}
}

func baseOf(img *report.Image) *baseImage {
	b := img.Base
	if b == nil {
		return nil
	}
	c := report.CountBase(&img.Verdict)
	out := &baseImage{Image: b.Image, Digest: optional(b.Digest), Fits: b.Fits, Findings: c.Findings, Counted: c.Counted}
	if n := b.New; n != nil {
		out.NewBase = &newBaseImage{n.Image, optional(n.Digest), n.Removes, n.Adds}
	}
	return out
}

func policyOf(p *policy.Policy) *policySource {
	if p == nil {
		return nil
	}
	return &policySource{p.Source, p.SHA256}
}

func childrenOf(list []report.Manifest) []child {
	out := []child{}
	for _, c := range list {
		out = append(out, child{c.Platform.String(), c.Digest, scanOf(c.Scan), string(c.Verdict.Outcome), errorText(c.Err)})
	}
	return out
}

func rulesOf(v *policy.Verdict) []rule {
	out := []rule{}
	for _, r := range v.Rules {
		out = append(out, rule{r.Name, string(r.Action), r.Max, r.Count, r.SkippedUnknown, r.Breached})
	}
	return out
}

func findingOf(f *policy.JudgedFinding) finding {
	out := finding{
		ID: f.ID, Severity: optional(f.Severity), Score: f.Score,
		FixAvailable: string(f.FixAvailable), ExploitAvailable: string(f.ExploitAvailable),
		Packages: []pkg{}, Platforms: platformNames(f.Platforms),
		Disposition: string(f.Disposition), Rules: append([]string{}, f.Rules...),
		Title: optional(f.Title), URL: optional(f.URL), FirstObservedAt: timeText(f.FirstObserved),
		EPSS: f.EPSS, KnownExploited: string(cmp.Or(f.KnownExploited, scan.Unknown)), InBaseImage: report.BaseWord(f.Finding),
	}
	for _, p := range f.Packages {
		out.Packages = append(out.Packages, pkg{p.Name, optional(p.Version), optional(p.FixedIn), optional(p.Manager), p.Path, optional(p.Layer)})
	}
	if f.Due != nil {
		out.Due = &due{report.DueDate(f), f.Due.Reason}
	}
	if f.Exception != nil {
		out.Exception = optional(f.Exception.ID.String())
	}
	return out
}

func exceptionsOf(v *policy.Verdict) []exception {
	out := []exception{}
	for _, x := range v.Exceptions {
		one := exception{ID: x.ID.String(), Package: optional(x.Package.String()), Reason: x.Reason, State: string(x.State), Source: optional(x.Source)}
		if x.Expires != nil {
			one.Expires = optional(x.Expires.Format(time.DateOnly))
		}
		out = append(out, one)
	}
	return out
}

func statementsOf(uses []vex.Use) []statement {
	out := []statement{}
	for _, u := range uses {
		out = append(out, statement{u.Source, u.Author, u.ID, u.Product, u.Used, optional(u.Reason)})
	}
	return out
}

func exploitDataOf(files []exploit.File) []dataFile {
	out := []dataFile{}
	for _, f := range files {
		out = append(out, dataFile{string(f.Kind), f.Source, optional(report.DataDay(f)), optional(f.SHA256)})
	}
	return out
}

func scanOf(s report.Scan) scanState {
	return scanState{optional(s.Type), optional(s.Status), optional(s.Description), timeText(s.CompletedAt), optional(s.SettledBy), timeText(s.LastScannedAt)}
}

func countsOf(v *policy.Verdict) counts {
	c := v.Counts()
	return counts{
		c.Severities[scan.Critical], c.Severities[scan.High], c.Severities[scan.Medium], c.Severities[scan.Low],
		c.Severities[scan.Informational], c.Severities[scan.Undefined], c.Severities[scan.Untriaged],
		c.Total, c.Fixable, c.Counted, c.Excepted, c.Known, c.SetAside, c.Unmatched,
	}
}

func platformNames(platforms []scan.Platform) []string {
	names := make([]string, len(platforms))
	for i, p := range platforms {
		names[i] = p.String()
	}
	return names
}

// optional returns nil, which is null in JSON, for an empty text.
func optional[T ~string](s T) *string {
	if s == "" {
		return nil
	}
	text := string(s)
	return &text
}

func timeText(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return optional(t.UTC().Format(time.RFC3339Nano))
}

func errorText(err error) *string {
	if err == nil {
		return nil
	}
	return optional(err.Error())
}
