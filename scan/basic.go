package scan

import (
	"math"
	"strconv"
	"strings"
)

// basicFinding is an element of findings.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageScanFinding.html
type basicFinding struct {
	Name        string      `json:"name"`
	Description text        `json:"description"`
	URI         text        `json:"uri"`
	Severity    string      `json:"severity"`
	Attributes  []attribute `json:"attributes"`
}

type attribute struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func (b *basicFinding) finding() Finding {
	f := Finding{
		ID:               b.Name,
		Description:      string(b.Description),
		URL:              strings.TrimSpace(string(b.URI)),
		Severity:         severityOf(b.Severity),
		FixAvailable:     Unknown,
		ExploitAvailable: Unknown,
	}
	var pkg Package
	newest := -1
	for _, a := range b.Attributes {
		switch a.Key {
		case "package_name":
			pkg.Name = a.Value
		case "package_version":
			pkg.Version = withoutZeroEpoch(a.Value)
		default:
			if n, ok := cvssVersion(a.Key); ok && n > newest {
				if score, ok := parseScore(a.Value); ok {
					newest, f.Score = n, &score
					f.ScoreSource, f.Vector = "CVSS"+strconv.Itoa(n), b.attribute("CVSS"+strconv.Itoa(n)+"_VECTOR")
				}
			}
		}
	}
	if pkg != (Package{}) {
		pkg.Manager = "OS"
		f.Packages = []Package{pkg}
	}
	return f
}

func (b *basicFinding) attribute(key string) string {
	for _, a := range b.Attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return ""
}

// cvssVersion parses the version in an attribute key such as CVSS3_SCORE.
func cvssVersion(key string) (int, bool) {
	middle, ok := strings.CutPrefix(key, "CVSS")
	if !ok {
		return 0, false
	}
	if middle, ok = strings.CutSuffix(middle, "_SCORE"); !ok {
		return 0, false
	}
	n, err := strconv.Atoi(middle)
	return n, err == nil && n >= 0
}

// parseScore parses a score; anything but a number from 0 to 10 is not one.
func parseScore(text string) (float64, bool) {
	score, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	return score, err == nil && validScore(score)
}

func validScore(score float64) bool { return !math.IsNaN(score) && score >= 0 && score <= 10 }
