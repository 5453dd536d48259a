package scan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// enhancedFinding is an element of enhancedFindings.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_EnhancedImageScanFinding.html
type enhancedFinding struct {
	Description     string          `json:"description"`
	FindingArn      string          `json:"findingArn"`
	FirstObservedAt timestamp       `json:"firstObservedAt"`
	Details         enhancedDetails `json:"packageVulnerabilityDetails"`
	Score           *float64        `json:"score"`
	ScoreDetails    *scoreDetails   `json:"scoreDetails"`
	Severity        string          `json:"severity"`
	Status          string          `json:"status"`
	Title           string          `json:"title"`
	Fix             string          `json:"fixAvailable"`
	Exploit         string          `json:"exploitAvailable"`
}

type enhancedDetails struct {
	ReferenceURLs          []string            `json:"referenceUrls"`
	RelatedVulnerabilities []string            `json:"relatedVulnerabilities"`
	SourceURL              string              `json:"sourceUrl"`
	VendorCreatedAt        timestamp           `json:"vendorCreatedAt"`
	VulnerabilityID        string              `json:"vulnerabilityId"`
	VulnerablePackages     []vulnerablePackage `json:"vulnerablePackages"`
}

type scoreDetails struct {
	CVSS cvss `json:"cvss"`
}

type cvss struct {
	ScoreSource   string `json:"scoreSource"`
	ScoringVector string `json:"scoringVector"`
}

type vulnerablePackage struct {
	Arch           string `json:"arch"`
	Epoch          epoch  `json:"epoch"`
	FilePath       string `json:"filePath"`
	Name           string `json:"name"`
	PackageManager string `json:"packageManager"`
	Release        string `json:"release"`
	Version        string `json:"version"`
	FixedInVersion string `json:"fixedInVersion"`
}

// An epoch is the number before the colon of a version. It is whole; a tool that has had the
// response in its hands may have put a point and a zero behind it.
type epoch int64

func (e *epoch) UnmarshalJSON(raw []byte) error {
	if string(raw) == "null" {
		return nil
	}
	n, err := parseEpoch(string(raw))
	*e = epoch(n)
	return err
}

func parseEpoch(text string) (int64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > math.MaxInt32 {
		return 0, fmt.Errorf("%s is no epoch (want a whole number)", text)
	}
	return int64(n), nil
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
		p.Version = strconv.FormatInt(int64(v.Epoch), 10) + ":" + p.Version
	}
	if v.Release != "" {
		p.Version += "-" + v.Release
	}
	if p.FixedIn == "NotAvailable" {
		p.FixedIn = ""
	}
	return p
}
