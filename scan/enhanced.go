package scan

import (
	"strconv"
	"strings"
)

// enhancedFinding is an element of enhancedFindings.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html
type enhancedFinding struct {
	Description     string    `json:"description"`
	FindingArn      string    `json:"findingArn"`
	FirstObservedAt timestamp `json:"firstObservedAt"`
	Details         struct {
		ReferenceURLs          []string            `json:"referenceUrls"`
		RelatedVulnerabilities []string            `json:"relatedVulnerabilities"`
		SourceURL              string              `json:"sourceUrl"`
		VendorCreatedAt        timestamp           `json:"vendorCreatedAt"`
		VulnerabilityID        string              `json:"vulnerabilityId"`
		VulnerablePackages     []vulnerablePackage `json:"vulnerablePackages"`
	} `json:"packageVulnerabilityDetails"`
	Score        *float64      `json:"score"`
	ScoreDetails *scoreDetails `json:"scoreDetails"`
	Severity     string        `json:"severity"`
	Status       string        `json:"status"`
	Title        string        `json:"title"`
	Fix          string        `json:"fixAvailable"`
	Exploit      string        `json:"exploitAvailable"`
}

type scoreDetails struct {
	CVSS struct {
		ScoreSource   string `json:"scoreSource"`
		ScoringVector string `json:"scoringVector"`
	} `json:"cvss"`
}

type vulnerablePackage struct {
	Arch           string `json:"arch"`
	Epoch          int64  `json:"epoch"`
	FilePath       string `json:"filePath"`
	Name           string `json:"name"`
	PackageManager string `json:"packageManager"`
	Release        string `json:"release"`
	Version        string `json:"version"`
	FixedInVersion string `json:"fixedInVersion"`
}

func (e *enhancedFinding) finding() Finding {
	f := Finding{
		ID:               e.Details.VulnerabilityID,
		Title:            e.Title,
		Description:      e.Description,
		URL:              strings.TrimSpace(e.Details.SourceURL),
		Severity:         Severity(e.Severity),
		Score:            e.score(),
		FixAvailable:     availability(e.Fix, Yes, Partial, No),
		ExploitAvailable: availability(e.Exploit, Yes, No),
		Status:           e.Status,
		FirstObserved:    e.FirstObservedAt.Time,
		VendorCreated:    e.Details.VendorCreatedAt.Time,
		Related:          e.Details.RelatedVulnerabilities,
		References:       e.Details.ReferenceURLs,
		ARN:              e.FindingArn,
	}
	if e.ScoreDetails != nil {
		f.ScoreSource = e.ScoreDetails.CVSS.ScoreSource
		f.Vector = e.ScoreDetails.CVSS.ScoringVector
	}
	if n := len(e.Details.VulnerablePackages); n > 0 {
		f.Packages = make([]Package, n)
		for i := range f.Packages {
			f.Packages[i] = e.Details.VulnerablePackages[i].pkg()
		}
	}
	return f
}

// score is nil where ECR gave none. A finding that nobody has scored yet comes with 0.0 and
// without scoreDetails, or with nothing.
func (e *enhancedFinding) score() *float64 {
	switch {
	case e.Score == nil || !validScore(*e.Score):
		return nil
	case e.ScoreDetails == nil && (*e.Score == 0 || Severity(e.Severity) == Untriaged):
		return nil
	}
	return e.Score
}

// availability reads one of the words; any other, and none, is UNKNOWN.
func availability(word string, words ...Availability) Availability {
	for _, w := range words {
		if string(w) == word {
			return w
		}
	}
	return Unknown
}

func (v *vulnerablePackage) pkg() Package {
	p := Package{
		Name:    v.Name,
		Version: v.Version,
		FixedIn: v.FixedInVersion,
		Manager: v.PackageManager,
		Path:    v.FilePath,
		Arch:    v.Arch,
	}
	if v.Epoch != 0 {
		p.Version = strconv.FormatInt(v.Epoch, 10) + ":" + p.Version
	}
	if v.Release != "" {
		p.Version += "-" + v.Release
	}
	if p.FixedIn == "NotAvailable" {
		p.FixedIn = ""
	}
	return p
}
