package report

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema (draft 2020-12) of the JSON report.
func Schema() []byte { return schema }

// JSON is the report for programs. Its members are a contract: schema.json describes them, and
// version tells when one changes its meaning. It is written finding by finding.
func JSON(w io.Writer, r Run) error {
	out := bufio.NewWriterSize(w, 1<<16)
	j := stream{out: out}
	j.text(`{"version":1`)
	j.member("tool", jsonTool{"ecrgate", r.Version})
	j.member("policy", jsonPolicyOf(r.Policy))
	j.member("verdict", r.Verdict)
	j.member("exitCode", r.ExitCode)
	j.text(`,"images":[`)
	for i := range r.Images {
		j.element(i)
		j.image(&r.Images[i])
	}
	j.text("]}\n")
	if j.err != nil {
		return j.err
	}
	return out.Flush()
}

type jsonTool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type jsonPolicy struct {
	Source string `json:"source"`
	SHA256 string `json:"sha256"`
}

func jsonPolicyOf(p *policy.Policy) *jsonPolicy {
	if p == nil {
		return nil
	}
	return &jsonPolicy{p.Source, p.SHA256}
}

// jsonImage is the head of an image, before its findings.
type jsonImage struct {
	Image      string         `json:"image"`
	RegistryID *string        `json:"registryId"`
	Region     *string        `json:"region"`
	Repository *string        `json:"repository"`
	Tag        *string        `json:"tag"`
	Digest     *string        `json:"digest"`
	Names      []string       `json:"platforms"`
	Children   []jsonChild    `json:"children"`
	Verdict    policy.Outcome `json:"verdict"`
	Judged     bool           `json:"judged"`
	Error      *string        `json:"error"`
	Scan       *jsonScan      `json:"scan"`
	Counts     jsonCounts     `json:"counts"`
	Rules      []jsonRule     `json:"rules"`
}

type jsonChild struct {
	Platform string         `json:"platform"`
	Digest   string         `json:"digest"`
	Scan     *jsonScan      `json:"scan"`
	Verdict  policy.Outcome `json:"verdict"`
	Error    *string        `json:"error"`
}

type jsonScan struct {
	Type        *string `json:"type"`
	Status      *string `json:"status"`
	Description *string `json:"description"`
	CompletedAt *string `json:"completedAt"`
}

type jsonCounts struct {
	Critical      int `json:"CRITICAL"`
	High          int `json:"HIGH"`
	Medium        int `json:"MEDIUM"`
	Low           int `json:"LOW"`
	Informational int `json:"INFORMATIONAL"`
	Undefined     int `json:"UNDEFINED"`
	Untriaged     int `json:"UNTRIAGED"`
	Total         int `json:"total"`
	Fixable       int `json:"fixable"`
	Counted       int `json:"counted"`
	Excepted      int `json:"excepted"`
	Known         int `json:"known"`
	SetAside      int `json:"setAside"`
	Unmatched     int `json:"unmatched"`
}

type jsonRule struct {
	Name           string        `json:"name"`
	Action         policy.Action `json:"action"`
	Max            int           `json:"max"`
	Count          int           `json:"count"`
	SkippedUnknown int           `json:"skippedUnknown"`
	Breached       bool          `json:"breached"`
}

type jsonFinding struct {
	ID               string             `json:"id"`
	Severity         *string            `json:"severity"`
	Score            *float64           `json:"score"`
	FixAvailable     scan.Availability  `json:"fixAvailable"`
	ExploitAvailable scan.Availability  `json:"exploitAvailable"`
	Packages         []jsonPackage      `json:"packages"`
	Platforms        []string           `json:"platforms"`
	Disposition      policy.Disposition `json:"disposition"`
	Rules            []string           `json:"rules"`
	Exception        *string            `json:"exception"`
	Title            *string            `json:"title"`
	URL              *string            `json:"url"`
	FirstObservedAt  *string            `json:"firstObservedAt"`
}

type jsonPackage struct {
	Name    string  `json:"name"`
	Version *string `json:"version"`
	FixedIn *string `json:"fixedIn"`
	Manager *string `json:"manager"`
	Path    string  `json:"path"`
}

type jsonException struct {
	ID      string                `json:"id"`
	Package *string               `json:"package"`
	Reason  string                `json:"reason"`
	Expires *string               `json:"expires"`
	State   policy.ExceptionState `json:"state"`
}

// given is null for an absent text.
func given[T ~string](s T) *string {
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
	return given(t.UTC().Format(time.RFC3339Nano))
}

func errorText(err error) *string {
	if err == nil {
		return nil
	}
	return given(err.Error())
}

func (j *stream) image(img *Image) {
	head, err := json.Marshal(imageHead(img))
	if err != nil {
		j.err = err
		return
	}
	j.text(string(jsonText(head[:len(head)-1])) + `,"findings":[`)
	j.elements(len(img.Verdict.Findings), func() element {
		return func(text []byte, i int) ([]byte, error) { return appendFinding(text, &img.Verdict.Findings[i]) }
	})
	j.text("]")
	exceptions := []jsonException{}
	for _, x := range img.Verdict.Exceptions {
		exceptions = append(exceptions, exceptionOf(x))
	}
	j.member("exceptions", exceptions)
	j.member("notes", append([]string{}, img.notes()...))
	j.text("}")
}

func imageHead(img *Image) jsonImage {
	head := jsonImage{
		Image: img.Ref.String(), RegistryID: given(img.Ref.RegistryID), Region: given(img.Ref.Region), Repository: given(img.Ref.Repository),
		Tag: given(img.Ref.Tag), Digest: given(img.Ref.Digest), Names: platformNames(img.Platforms), Children: []jsonChild{},
		Verdict: img.outcome(), Judged: img.Judged, Error: errorText(img.reason()), Scan: scanOf(img.Scan), Counts: countsOf(&img.Verdict), Rules: []jsonRule{},
	}
	for _, c := range img.Children {
		head.Children = append(head.Children, jsonChild{c.Platform.String(), c.Digest, scanOf(c.Scan), c.Verdict, errorText(c.Err)})
	}
	for _, r := range img.Verdict.Rules {
		head.Rules = append(head.Rules, jsonRule{r.Name, r.Action, r.Max, r.Count, r.SkippedUnknown, r.Breached})
	}
	return head
}

// outcome is never empty: an image that nobody judged has no verdict.
func (img *Image) outcome() policy.Outcome {
	if img.Verdict.Outcome == "" {
		return policy.Errored
	}
	return img.Verdict.Outcome
}

func platformNames(platforms []scan.Platform) []string {
	names := make([]string, len(platforms))
	for i, p := range platforms {
		names[i] = p.String()
	}
	return names
}

func scanOf(s Scan) *jsonScan {
	return &jsonScan{given(s.Type), given(s.Status), given(s.Description), timeText(s.CompletedAt)}
}

func countsOf(v *policy.Verdict) jsonCounts {
	c := v.Counts()
	return jsonCounts{
		c.Severities[scan.Critical], c.Severities[scan.High], c.Severities[scan.Medium], c.Severities[scan.Low],
		c.Severities[scan.Informational], c.Severities[scan.Undefined], c.Severities[scan.Untriaged],
		c.Total, c.Fixable, c.Counted, c.Excepted, c.Known, c.SetAside, c.Unmatched,
	}
}

func exceptionOf(x policy.ExceptionResult) jsonException {
	out := jsonException{ID: x.ID.String(), Package: given(x.Package.String()), Reason: x.Reason, State: x.State}
	if x.Expires != nil {
		out.Expires = given(x.Expires.Format(time.DateOnly))
	}
	return out
}

func newBuffer(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, 1<<16) }
