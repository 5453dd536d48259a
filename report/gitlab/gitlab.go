// Package gitlab writes GitLab's container scanning report.
//
// A vulnerability is an id in one package at one path of one image. Its name and identity contain nothing
// that changes between builds, so that GitLab recognizes it. Findings that are excepted or set aside are left
// out. If an image has no complete result, the scan's status is failure, so that missing findings do not look
// fixed.
package gitlab

import (
	"cmp"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/jsonw"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// schemaVersion is accepted by every GitLab since 15.2.
// https://gitlab.com/gitlab-org/security-products/security-report-schemas
const schemaVersion = "15.2.1"

// Write writes the report, one vulnerability at a time.
func Write(out io.Writer, r report.Run) error {
	w := jsonw.New(out)
	w.Token(jsontext.BeginObject)
	w.Member("version", schemaVersion)
	w.Member("scan", scanOf(r))
	w.Name("vulnerabilities")
	w.Token(jsontext.BeginArray)
	ids := map[string]bool{}
	for i := range r.Images {
		img := &r.Images[i]
		for _, g := range groups(img) {
			v := vulnerabilityOf(img, g)
			v.ID = unique(v.ID, img.Ref.Digest, ids)
			w.Value(v)
		}
	}
	w.Token(jsontext.EndArray)
	w.Token(jsontext.EndObject)
	return w.Err()
}

type scanInfo struct {
	Analyzer  tool      `json:"analyzer"`
	Scanner   tool      `json:"scanner"`
	Type      string    `json:"type"`
	Status    string    `json:"status"`
	StartTime string    `json:"start_time"`
	EndTime   string    `json:"end_time"`
	Messages  []message `json:"messages"`
	Options   []option  `json:"options"`
}

type tool struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Version string `json:"version"`
	Vendor  name   `json:"vendor"`
}

type name struct {
	Name string `json:"name"`
}

type message struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type option struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func scanOf(r report.Run) scanInfo {
	const form = "2006-01-02T15:04:05" // UTC, without a zone
	self := tool{"ecrgate", "ecrgate", report.ToolURI, cmp.Or(strings.TrimSpace(safe.Line(r.Version)), "unknown"), name{"ecrgate"}}
	s := scanInfo{
		Analyzer: self, Scanner: self, Type: "container_scanning", Status: "success",
		StartTime: r.Started.UTC().Format(form), EndTime: r.Ended.UTC().Format(form),
		Messages: []message{},
		Options:  []option{{"mode", r.Mode}, {"policy", safe.Cut(safe.Line(r.PolicyLine()), 1000)}},
	}
	if data := r.DataLine(); data != "" {
		s.Options = append(s.Options, option{"data", safe.Line(data)})
	}
	if r.Problem != "" {
		s.add("fatal", r.Problem)
	}
	for i := range r.Images {
		s.addImage(&r.Images[i])
	}
	return s
}

// addImage adds what the vulnerabilities of an image do not show.
func (s *scanInfo) addImage(img *report.Image) {
	level := map[report.Status]string{report.StatusPass: "info", report.StatusFail: "info", report.StatusNotJudged: "warn"}[img.Status()]
	if img.Reason() != nil {
		level = "fatal"
	}
	s.add(cmp.Or(level, "fatal"), img.Headline())
	s.add("info", img.BaseLine())
	if !img.Judged {
		s.Status = "failure"
	}
	for _, n := range img.AllNotes() {
		s.add("info", n)
	}
	s.add("info", img.Hint)
}

// add adds a message; the schema rejects an empty one.
func (s *scanInfo) add(level, text string) {
	if level == "fatal" {
		s.Status = "failure"
	}
	if text = strings.TrimSpace(safe.Line(text)); text != "" {
		s.Messages = append(s.Messages, message{level, text})
	}
}

// A group is a finding in one package at one path, with every vulnerable version of the package.
type group struct {
	key      scan.Key
	finding  *policy.JudgedFinding
	versions []scan.Package
}

// groups returns each key of an image once, worst first.
func groups(img *report.Image) []*group {
	var list []*group
	by := map[scan.Key]*group{}
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition == policy.Excepted || f.Disposition == policy.SetAside {
			continue
		}
		for _, p := range f.AffectedPackages() {
			key := scan.Key{ID: report.StableID(f.Finding), Package: p.Name, Path: p.Path}
			if by[key] == nil {
				by[key] = &group{key: key, finding: f}
				list = append(list, by[key])
			}
			by[key].versions = append(by[key].versions, p)
		}
	}
	return list
}

// unique returns an id that is unique even if an image is in the run twice.
func unique(id, digest string, ids map[string]bool) string {
	for ids[id] {
		id = uuid(id, digest)
	}
	ids[id] = true
	return id
}
