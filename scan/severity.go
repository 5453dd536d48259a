package scan

import "strings"

// A Severity is ECR's word for how bad a finding is. The empty word means that ECR gave none.
type Severity string

// The severities, worst first. UNDEFINED is basic scanning's word for a finding that nobody has
// rated, UNTRIAGED enhanced scanning's.
const (
	Critical      Severity = "CRITICAL"
	High          Severity = "HIGH"
	Medium        Severity = "MEDIUM"
	Low           Severity = "LOW"
	Informational Severity = "INFORMATIONAL"
	Undefined     Severity = "UNDEFINED"
	Untriaged     Severity = "UNTRIAGED"
)

// Severities lists the known words, worst first, in the order of every report.
var Severities = []Severity{Critical, High, Medium, Low, Informational, Undefined, Untriaged}

// ParseSeverity reads one of the known words, in any case. An unknown word is not ok.
func ParseSeverity(word string) (Severity, bool) {
	s := Severity(strings.ToUpper(word))
	return s, s.Known()
}

// Known reports whether s is one of Severities.
func (s Severity) Known() bool {
	switch s {
	case Critical, High, Medium, Low, Informational, Undefined, Untriaged:
		return true
	}
	return false
}

// Rank orders severities: 0 for UNDEFINED, UNTRIAGED and none, up to 5 for CRITICAL. A word that
// nobody knows ranks as CRITICAL, so that a new word can never let an image through.
func (s Severity) Rank() int {
	switch s {
	case Critical:
		return 5
	case High:
		return 4
	case Medium:
		return 3
	case Low:
		return 2
	case Informational:
		return 1
	case Undefined, Untriaged, "":
		return 0
	}
	return 5
}

// Rated reports whether somebody has rated the finding: UNDEFINED, UNTRIAGED and no word are not.
func (s Severity) Rated() bool { return s.Rank() > 0 }

// Counted gives the word under which a finding is counted: an unknown word as CRITICAL, none as
// UNDEFINED.
func (s Severity) Counted() Severity {
	switch {
	case s == "":
		return Undefined
	case !s.Known():
		return Critical
	}
	return s
}
