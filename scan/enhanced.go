package scan

import (
	"slices"
	"strconv"
	"strings"
)

// enhancedFinding is an element of enhancedFindings.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html
type enhancedFinding struct {
	Description     text            `json:"description"`
	FindingArn      string          `json:"findingArn"`
	FirstObservedAt date            `json:"firstObservedAt"`
	Details         enhancedDetails `json:"packageVulnerabilityDetails"`
	Score           *float64        `json:"score"`
	ScoreDetails    *scoreDetails   `json:"scoreDetails"`
	Severity        string          `json:"severity"`
	Status          string          `json:"status"`
	Title           text            `json:"title"`
	Fix             string          `json:"fixAvailable"`
	Exploit         string          `json:"exploitAvailable"`
}

type enhancedDetails struct {
	CVSS                   []cvssScore         `json:"cvss"`
	ReferenceURLs          []text              `json:"referenceUrls"`
	RelatedVulnerabilities []string            `json:"relatedVulnerabilities"`
	SourceURL              text                `json:"sourceUrl"`
	VendorCreatedAt        date                `json:"vendorCreatedAt"`
	VulnerabilityID        string              `json:"vulnerabilityId"`
	VulnerablePackages     []vulnerablePackage `json:"vulnerablePackages"`
}

type scoreDetails struct {
	CVSS struct {
		ScoreSource   text `json:"scoreSource"`
		ScoringVector text `json:"scoringVector"`
	} `json:"cvss"`
}

type cvssScore struct {
	BaseScore     *float64 `json:"baseScore"`
	ScoringVector text     `json:"scoringVector"`
	Source        text     `json:"source"`
	Version       text     `json:"version"`
}

type vulnerablePackage struct {
	Arch           text   `json:"arch"`
	Epoch          epoch  `json:"epoch"`
	FilePath       string `json:"filePath"`
	Name           string `json:"name"`
	PackageManager string `json:"packageManager"`
	Release        string `json:"release"`
	Version        string `json:"version"`
	FixedInVersion string `json:"fixedInVersion"`
	SourceLayer    text   `json:"sourceLayerHash"`
}

func (e *enhancedFinding) finding() Finding {
	f := Finding{
		ID:               e.Details.VulnerabilityID,
		Title:            string(e.Title),
		Description:      string(e.Description),
		URL:              e.Details.url(),
		Severity:         severityOf(e.Severity),
		FixAvailable:     availability(e.Fix, Yes, Partial, No),
		ExploitAvailable: availability(e.Exploit, Yes, No),
		Status:           e.Status,
		FirstObserved:    e.FirstObservedAt.Time,
		VendorCreated:    e.Details.VendorCreatedAt.Time,
		Related:          e.Details.RelatedVulnerabilities,
		ARN:              e.FindingArn,
	}
	for _, u := range e.Details.ReferenceURLs {
		if u != "" {
			f.References = append(f.References, string(u))
		}
	}
	e.setScore(&f)
	for i := range e.Details.VulnerablePackages {
		if p := e.Details.VulnerablePackages[i].pkg(); p != (Package{}) {
			f.Packages = append(f.Packages, p)
		}
	}
	return f
}

// setScore sets the finding's own score, else the highest base score of the newest CVSS version with which a
// source rated it. A finding rated only in CVSS 4.0 has no score of its own.
func (e *enhancedFinding) setScore(f *Finding) {
	if e.ScoreDetails != nil {
		f.ScoreSource = string(e.ScoreDetails.CVSS.ScoreSource)
		f.Vector = string(e.ScoreDetails.CVSS.ScoringVector)
	}
	if f.Score = e.score(); f.Score != nil {
		return
	}
	newest := -1
	for _, c := range e.Details.CVSS {
		if c.BaseScore == nil || !validScore(*c.BaseScore) {
			continue
		}
		if v := c.version(); v > newest || v == newest && *c.BaseScore > *f.Score {
			newest, f.Score = v, c.BaseScore
			f.ScoreSource, f.Vector = string(c.Source), string(c.ScoringVector)
		}
	}
}

// score returns the score; nil if ECR reports none. A finding without a score comes with 0.0 and without
// scoreDetails, or with nothing.
func (e *enhancedFinding) score() *float64 {
	switch {
	case e.Score == nil || !validScore(*e.Score):
		return nil
	case e.ScoreDetails == nil && (*e.Score == 0 || severityOf(e.Severity) == Untriaged):
		return nil
	}
	return e.Score
}

// version returns the number before the point; 0 if there is none.
func (c *cvssScore) version() int {
	major, _, _ := strings.Cut(string(c.Version), ".")
	n, _ := strconv.Atoi(major)
	return n
}

// url returns a web page for people. For Amazon Linux, sourceUrl is a JSON document, and the page is among
// the references.
func (d *enhancedDetails) url() string {
	source := strings.TrimSpace(string(d.SourceURL))
	if !strings.HasSuffix(source, ".json") {
		return source
	}
	page := source
	for _, r := range d.ReferenceURLs {
		u := strings.TrimSpace(string(r))
		switch {
		case !strings.HasPrefix(u, "https://") || strings.HasSuffix(u, ".json"):
		case d.VulnerabilityID != "" && strings.Contains(u, d.VulnerabilityID):
			return u
		case page == source:
			page = u
		}
	}
	return page
}

// availability returns one of the words; UNKNOWN for any other word or none.
func availability(word string, words ...Availability) Availability {
	if a := Availability(word); slices.Contains(words, a) {
		return a
	}
	return Unknown
}

func (v *vulnerablePackage) pkg() Package {
	p := Package{
		Name:    v.Name,
		Version: withoutZeroEpoch(v.Version),
		FixedIn: withoutZeroEpoch(v.FixedInVersion),
		Manager: v.PackageManager,
		Path:    v.FilePath,
		Arch:    string(v.Arch),
	}
	if v.Epoch != 0 {
		p.Version = strconv.FormatInt(int64(v.Epoch), 10) + ":" + p.Version
	}
	if v.Release != "" {
		p.Version += "-" + v.Release
	}
	if p.FixedIn == "NotAvailable" {
		p.FixedIn = ""
	}
	if p != (Package{}) {
		p.Layer = string(v.SourceLayer)
	}
	return p
}

func withoutZeroEpoch(version string) string { return strings.TrimPrefix(version, "0:") }
