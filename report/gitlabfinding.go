package report

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

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
	Details     gitlabDetails      `json:"details"`
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
	Package gitlabName `json:"package"`
	Version string     `json:"version"`
}

// gitlabDetails are shown on the page of a vulnerability.
type gitlabDetails struct {
	Policy    *gitlabText `json:"policy,omitempty"`
	Platforms *gitlabText `json:"platforms,omitempty"`
	Fix       *gitlabText `json:"fix,omitempty"`
	Exploit   *gitlabText `json:"exploit,omitempty"`
}

type gitlabText struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Value string `json:"value"`
}

// Limits of the schema, and of our own where it has none or a very wide one.
const (
	gitlabNameLen        = 255
	gitlabSolutionLen    = 7000
	gitlabDescriptionLen = 100_000
	gitlabListLen        = 20
)

// gitlabVulnerabilityOf is a finding in one package. ECR does not tell the operating system.
func gitlabVulnerabilityOf(img *Image, f *policy.JudgedFinding, p scan.Package, key scan.Key) gitlabVulnerability {
	name := cmp.Or(CleanLine(p.Name), "unknown")
	if path := CleanLine(p.Path); path != "" {
		name += " (" + path + ")"
	}
	return gitlabVulnerability{
		ID:          uuid(hash(img.Ref.Repository, img.Ref.Tag, key.ID, key.Package, key.Path)),
		Name:        cutText(cmp.Or(CleanLine(f.Title), key.ID), gitlabNameLen),
		Description: cutText(describe(f.Finding), gitlabDescriptionLen),
		Severity:    gitlabSeverity(f.Severity),
		Solution:    solution(p),
		Identifiers: identifiers(f.Finding, key.ID),
		CVSS:        vectors(f.Finding),
		Links:       gitlabLinks(f.Finding),
		Location: gitlabLocation{
			Dependency:         gitlabDependency{gitlabName{name}, CleanLine(p.Version)},
			OperatingSystem:    "unknown",
			Image:              cmp.Or(CleanLine(img.Ref.String()), "unknown"),
			DefaultBranchImage: cutText(cmp.Or(CleanLine(img.Ref.Repository), "unknown"), gitlabNameLen),
		},
		Details: gitlabDetails{
			Policy:    gitlabTextOf("Policy", decision([]located{{JudgedFinding: f}})),
			Platforms: gitlabTextOf("Platforms", platformWords(f.Platforms)),
			Fix:       gitlabTextOf("Fix available", string(f.FixAvailable)),
			Exploit:   gitlabTextOf("Exploit available", string(f.ExploitAvailable)),
		},
	}
}

func gitlabTextOf(name, value string) *gitlabText {
	if value == "" {
		return nil
	}
	return &gitlabText{name, "text", CleanLine(value)}
}

func solution(p scan.Package) string {
	if p.FixedIn == "" {
		return ""
	}
	return cutText(CleanLine("Upgrade "+cmp.Or(p.Name, "it")+" to "+p.FixedIn), gitlabSolutionLen)
}

// identifiers begin with the one that GitLab knows the vulnerability by; related ids come after.
func identifiers(f *scan.Finding, id string) []gitlabIdentifier {
	out := []gitlabIdentifier{{Type: identifierType(id), Name: id, Value: id}}
	if webPage.MatchString(f.URL) && hasURL(f.URL) {
		out[0].URL = f.URL
	}
	for _, other := range f.Related {
		other = strings.TrimSpace(CleanLine(other))
		known := slices.ContainsFunc(out, func(i gitlabIdentifier) bool { return i.Value == other })
		if other != "" && !known && len(out) < gitlabListLen {
			out = append(out, gitlabIdentifier{Type: identifierType(other), Name: other, Value: other})
		}
	}
	return out
}

// identifierType is the kind of database that an id is of.
func identifierType(id string) string {
	kind, _, ok := strings.Cut(id, "-")
	switch kind = strings.ToLower(kind); {
	case ok && slices.Contains([]string{"cve", "ghsa", "rhsa", "elsa", "dsa", "usn"}, kind):
		return kind
	case ok && strings.HasPrefix(kind, "alas"): // also ALAS2 and ALAS2023
		return "alas"
	}
	return "ecr"
}

// webPage is what the schema takes for an address.
var webPage = regexp.MustCompile(`^https?://.`)

func gitlabLinks(f *scan.Finding) []gitlabLink {
	out := []gitlabLink{}
	for _, address := range append([]string{f.URL}, f.References...) {
		ok := webPage.MatchString(address) && hasURL(address) && !slices.Contains(out, gitlabLink{address})
		if ok && len(out) < gitlabListLen {
			out = append(out, gitlabLink{address})
		}
	}
	return out
}

// The base metrics of CVSS 2 and 3. The schema knows no version 4.
var baseVector = regexp.MustCompile(`^(?:CVSS:3[.][01]/AV:[NALP]/AC:[LH]/PR:[NLH]/UI:[NR]/S:[UC]/C:[NLH]/I:[NLH]/A:[NLH]` +
	`|AV:[NAL]/AC:[LMH]/Au:[MSN]/C:[NPC]/I:[NPC]/A:[NPC])$`)

func vectors(f *scan.Finding) []gitlabVector {
	if !baseVector.MatchString(f.Vector) {
		return nil
	}
	return []gitlabVector{{cmp.Or(strings.TrimSpace(CleanLine(f.ScoreSource)), "unknown"), f.Vector}}
}

func gitlabSeverity(s scan.Severity) string {
	switch s.Counted() {
	case scan.Critical:
		return "Critical"
	case scan.High:
		return "High"
	case scan.Medium:
		return "Medium"
	case scan.Low:
		return "Low"
	case scan.Informational:
		return "Info"
	}
	return "Unknown"
}

// uuid puts a hash into the form that the schema asks for: version 8, which may be made of anything.
// https://www.rfc-editor.org/rfc/rfc9562#section-5.8
func uuid(hash string) string {
	return hash[:8] + "-" + hash[8:12] + "-8" + hash[13:16] + "-8" + hash[17:20] + "-" + hash[20:32]
}
