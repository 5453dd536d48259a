package report

import (
	"cmp"
	"io"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// gitlabVersion of the container scanning report: one that every GitLab since 15.2 takes.
// https://gitlab.com/gitlab-org/security-products/security-report-schemas
const gitlabVersion = "15.2.1"

type gitlabScan struct {
	Analyzer  gitlabTool      `json:"analyzer"`
	Scanner   gitlabTool      `json:"scanner"`
	Type      string          `json:"type"`
	Status    string          `json:"status"`
	StartTime string          `json:"start_time"`
	EndTime   string          `json:"end_time"`
	Messages  []gitlabMessage `json:"messages"`
	Options   []gitlabOption  `json:"options"`
}

type gitlabTool struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	URL     string     `json:"url"`
	Version string     `json:"version"`
	Vendor  gitlabName `json:"vendor"`
}

type gitlabName struct {
	Name string `json:"name"`
}

type gitlabMessage struct {
	Level string `json:"level"`
	Value string `json:"value"`
}

type gitlabOption struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// GitLab is the container scanning report of GitLab. A vulnerability is an id in one package at one
// path of one image; its name and identity hold nothing that changes between builds, so that GitLab
// knows it again. Excepted findings and those set aside are left out. When an image has no complete
// result the scan has the status failure, so that nobody takes what is missing for mended.
func GitLab(w io.Writer, r Run) error {
	j := stream{out: newBuffer(w)}
	j.text(`{"version":"` + gitlabVersion + `"`)
	j.member("scan", gitlabScanOf(r))
	j.text(`,"vulnerabilities":[`)
	n, ids := 0, map[string]bool{}
	for i := range r.Images {
		eachVulnerability(&r.Images[i], func(v gitlabVulnerability) {
			v.ID = unique(v.ID, r.Images[i].Ref.Digest, ids)
			j.element(n)
			j.value(v)
			n++
		})
	}
	j.text("]}\n")
	if j.err != nil {
		return j.err
	}
	return j.out.Flush()
}

func gitlabScanOf(r Run) gitlabScan {
	const form = "2006-01-02T15:04:05" // UTC, and no zone
	tool := gitlabTool{"ecrgate", "ecrgate", toolURI, cmp.Or(strings.TrimSpace(CleanLine(r.Version)), "unknown"), gitlabName{"ecrgate"}}
	s := gitlabScan{
		Analyzer: tool, Scanner: tool, Type: "container_scanning", Status: "success",
		StartTime: r.Started.UTC().Format(form), EndTime: r.Ended.UTC().Format(form),
		Messages: []gitlabMessage{}, Options: []gitlabOption{{"mode", r.Mode}, {"policy", cutText(CleanLine(judgeLine(r)), 1000)}},
	}
	if r.Problem != "" {
		s.say("fatal", r.Problem)
	}
	for i := range r.Images {
		s.image(&r.Images[i])
	}
	return s
}

// image tells of an image what its vulnerabilities do not.
func (s *gitlabScan) image(img *Image) {
	level := map[string]string{"PASS": "info", "FAIL": "info", "NOT JUDGED": "warn"}[standing(img)]
	if img.reason() != nil {
		level = "fatal"
	}
	s.say(cmp.Or(level, "fatal"), headline(img))
	if !img.Complete {
		s.Status = "failure"
	}
	for _, n := range img.notes() {
		s.say("info", n)
	}
	s.say("info", img.Advice)
}

// say adds a message; an empty one is not valid.
func (s *gitlabScan) say(level, text string) {
	if level == "fatal" {
		s.Status = "failure"
	}
	if text = strings.TrimSpace(CleanLine(text)); text != "" {
		s.Messages = append(s.Messages, gitlabMessage{level, text})
	}
}

// eachVulnerability gives the results of an image, each key once, worst first.
func eachVulnerability(img *Image, yield func(gitlabVulnerability)) {
	seen := map[scan.Key]bool{}
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition == policy.Excepted || f.Disposition == policy.SetAside {
			continue
		}
		for _, p := range packagesOf(f.Finding) {
			key := scan.Key{ID: ruleID(f.Finding), Package: p.Name, Path: p.Path}
			if !seen[key] {
				seen[key] = true
				yield(gitlabVulnerabilityOf(img, f, p, key))
			}
		}
	}
}

// unique keeps the same image, asked for twice in one run, from giving the same id twice.
func unique(id, digest string, ids map[string]bool) string {
	for ids[id] {
		id = uuid(hash(id, digest))
	}
	ids[id] = true
	return id
}
