package scan

import (
	"slices"
	"strings"
)

// A Severity is ECR's rating of a finding, in upper case. It is empty if ECR reports none.
type Severity string

// The severities, worst first. An unrated finding is UNDEFINED in a basic scan and UNTRIAGED in an
// enhanced one.
const (
	Critical      Severity = "CRITICAL"
	High          Severity = "HIGH"
	Medium        Severity = "MEDIUM"
	Low           Severity = "LOW"
	Informational Severity = "INFORMATIONAL"
	Undefined     Severity = "UNDEFINED"
	Untriaged     Severity = "UNTRIAGED"
)

// Severities lists the known severities, worst first, in the order of every report.
var Severities = []Severity{Critical, High, Medium, Low, Informational, Undefined, Untriaged}

// ParseSeverity parses a known severity in any case. It returns false for any other word.
func ParseSeverity(word string) (Severity, bool) {
	s := Severity(strings.ToUpper(word))
	return s, s.Known()
}

// severityOf returns the severity in a response: a known one in any case, any other as it is.
func severityOf(word string) Severity {
	if s, ok := ParseSeverity(word); ok {
		return s
	}
	return Severity(word)
}

// Known reports whether s is one of Severities.
func (s Severity) Known() bool { return slices.Contains(Severities, s) }

// Rank returns the order of severities: 0 for UNDEFINED, UNTRIAGED and none, up to 5 for CRITICAL. An unknown
// word ranks as CRITICAL, so that a new one can never let an image pass.
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

// Rated reports whether the severity is a rating: UNDEFINED, UNTRIAGED and none are not.
func (s Severity) Rated() bool { return s.Rank() > 0 }

// Counted returns the severity as which a finding counts: CRITICAL for an unknown word, UNDEFINED for none.
func (s Severity) Counted() Severity {
	switch {
	case s == "":
		return Undefined
	case !s.Known():
		return Critical
	}
	return s
}
