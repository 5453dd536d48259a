package report

import (
	"cmp"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// gitlabVersion is the version of the schema that the report keeps to.
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
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	URL     string       `json:"url"`
	Version string       `json:"version"`
	Vendor  gitlabVendor `json:"vendor"`
}

type gitlabVendor struct {
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

type gitlabVulnerability struct {
	ID          string             `json:"id"`
	Name        string             `json:"name"`
	Description string             `json:"description"`
	Severity    string             `json:"severity"`
	Solution    string             `json:"solution,omitempty"`
	Identifiers []gitlabIdentifier `json:"identifiers"`
	CVSS        []gitlabVector     `json:"cvss_vectors,omitempty"`
	Links       []gitlabLink       `json:"links"`
	Location    gitlabLocation     `json:"location"`
}

type gitlabIdentifier struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	URL   string `json:"url,omitempty"`
}

type gitlabVector struct {
	Vendor string `json:"vendor"`
	Vector string `json:"vector"`
}

type gitlabLink struct {
	URL string `json:"url"`
}

type gitlabLocation struct {
	Dependency         gitlabDependency `json:"dependency"`
	OperatingSystem    string           `json:"operating_system"`
	Image              string           `json:"image"`
	DefaultBranchImage string           `json:"default_branch_image"`
}

type gitlabDependency struct {
	Package gitlabVendor `json:"package"`
	Version string       `json:"version"`
}

// GitLab is the container scanning report of GitLab, schema 15.2.1. A vulnerability is an id in one
// package at one path of one image; its name and identity hold nothing that changes between builds.
// Excepted findings and those set aside are left out. When an image has no complete result the scan
// has the status failure, so that nobody takes what is missing for mended.
func GitLab(w io.Writer, r Run) error {
	j := stream{out: newBuffer(w)}
	j.text(`{"version":"` + gitlabVersion + `"`)
	j.member("scan", gitlabScanOf(r))
	j.text(`,"vulnerabilities":[`)
	n := 0
	for i := range r.Images {
		for _, v := range gitlabVulnerabilities(&r.Images[i]) {
			j.element(n)
			j.value(v)
			n++
		}
	}
	j.text("]}\n")
	if j.err != nil {
		return j.err
	}
	return j.out.Flush()
}

func gitlabScanOf(r Run) gitlabScan {
	const form = "2006-01-02T15:04:05"
	tool := gitlabTool{"ecrgate", "ecrgate", toolURI, cmp.Or(r.Version, "unknown"), gitlabVendor{"ecrgate"}}
	s := gitlabScan{Analyzer: tool, Scanner: tool, Type: "container_scanning", Status: "success", StartTime: r.Started.UTC().Format(form), EndTime: r.Ended.UTC().Format(form), Messages: []gitlabMessage{}, Options: []gitlabOption{}}
	if r.Policy != nil {
		s.Options = append(s.Options, gitlabOption{"policy", cutText(judgeLine(r), 1000)})
	}
	for i := range r.Images {
		img := &r.Images[i]
		level := "info"
		switch {
		case img.reason() != nil:
			level, s.Status = "fatal", "failure"
		case !img.Complete:
			level, s.Status = "warn", "failure"
		}
		for _, text := range append([]string{headline(img)}, img.notes()...) {
			s.Messages = append(s.Messages, gitlabMessage{level, CleanLine(text)})
		}
	}
	return s
}

// gitlabVulnerabilities are the results of an image, each key once, worst first.
func gitlabVulnerabilities(img *Image) []gitlabVulnerability {
	out := []gitlabVulnerability{}
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
				out = append(out, gitlabVulnerabilityOf(img, f, p, key))
			}
		}
	}
	return out
}

func gitlabVulnerabilityOf(img *Image, f *policy.Judged, p scan.Package, key scan.Key) gitlabVulnerability {
	name := cmp.Or(CleanLine(p.Name), "unknown")
	v := gitlabVulnerability{
		ID:          uuid(hash(img.Ref.Repository, img.Ref.Tag, key.ID, key.Package, key.Path)),
		Name:        cutText(cmp.Or(CleanLine(f.Title), key.ID), 255),
		Description: cutText(describe(f.Finding), 100_000),
		Severity:    gitlabSeverity(f.Severity),
		Identifiers: []gitlabIdentifier{{Type: identifierType(key.ID), Name: key.ID, Value: key.ID}},
		Links:       []gitlabLink{},
		Location: gitlabLocation{
			Dependency:         gitlabDependency{gitlabVendor{strings.TrimSuffix(name+" "+bracketed(p.Path), " ")}, CleanLine(p.Version)},
			OperatingSystem:    "not reported by ECR",
			Image:              cmp.Or(CleanLine(img.Ref.String()), "unknown"),
			DefaultBranchImage: cutText(cmp.Or(img.Ref.Repository, "unknown"), 255),
		},
	}
	if p.FixedIn != "" {
		v.Solution = cutText("Upgrade "+name+" to "+CleanLine(p.FixedIn), 7000)
	}
	if vector.MatchString(f.Vector) {
		v.CVSS = []gitlabVector{{cmp.Or(CleanLine(f.ScoreSource), "unknown"), f.Vector}}
	}
	if hasURL(f.URL) {
		v.Identifiers[0].URL = f.URL
	}
	for _, link := range append([]string{f.URL}, f.References...) {
		if hasURL(link) && !slices.Contains(v.Links, gitlabLink{link}) && len(v.Links) < 20 {
			v.Links = append(v.Links, gitlabLink{link})
		}
	}
	return v
}

func bracketed(path string) string {
	if path == "" {
		return ""
	}
	return "(" + CleanLine(path) + ")"
}

// The base metrics of CVSS 3, the only vectors that both ECR gives and the schema takes.
var vector = regexp.MustCompile(`^CVSS:3[.][01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]$`)

func gitlabSeverity(s scan.Severity) string {
	words := map[scan.Severity]string{scan.Critical: "Critical", scan.High: "High", scan.Medium: "Medium", scan.Low: "Low", scan.Informational: "Info"}
	return cmp.Or(words[s.Counted()], "Unknown")
}

// identifierType is the kind of database that an id is of.
func identifierType(id string) string {
	kind, _, ok := strings.Cut(id, "-")
	switch kind = strings.ToLower(kind); {
	case ok && slices.Contains([]string{"cve", "ghsa", "rhsa", "elsa", "alas", "dsa", "usn"}, kind):
		return kind
	}
	return "ecr"
}

// uuid puts a hash into the form that the schema asks for, version 8: made of anything.
func uuid(hash string) string {
	return hash[:8] + "-" + hash[8:12] + "-8" + hash[13:16] + "-8" + hash[17:20] + "-" + hash[20:32]
}
