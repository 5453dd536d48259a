package scan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// An Availability is whether a fix or an exploit exists.
type Availability string

// The values of fixAvailable (all four) and exploitAvailable (all but PARTIAL). UNKNOWN is not a value of
// ECR: it is for basic scans, which report neither.
const (
	Yes     Availability = "YES"
	Partial Availability = "PARTIAL"
	No      Availability = "NO"
	Unknown Availability = "UNKNOWN"
)

// Fixable reports whether some or all of the packages have a fixed version.
func (a Availability) Fixable() bool { return a == Yes || a == Partial }

// A Finding is one element of ECR's findings (basic) or enhancedFindings (enhanced).
type Finding struct {
	// ID is the vulnerability, such as CVE-2024-3094 or ALAS2-2023-1908. It can be empty.
	ID          string
	Title       string
	Description string
	URL         string
	Severity    Severity
	// Score is a CVSS base score from 0 to 10; nil if ECR reports none.
	Score *float64
	// ScoreSource is the author of the score (NVD, …) and Vector its CVSS vector; empty when unknown.
	ScoreSource string
	Vector      string

	FixAvailable     Availability
	ExploitAvailable Availability

	// EPSS is the probability, from 0 to 1, that the vulnerability is exploited in the next 30 days; nil
	// without data. KnownExploited is YES when CISA's KEV catalog lists it. Neither comes from ECR.
	EPSS           *float64
	KnownExploited Availability
	// InBaseImage is YES if all vulnerable packages come from the base image, NO if one does not. Empty means
	// UNKNOWN, as it does for KnownExploited.
	InBaseImage Availability

	// Status is ACTIVE, SUPPRESSED or CLOSED in enhanced findings, empty in basic ones.
	Status string
	// FirstObserved is when Inspector first saw the finding in this digest, VendorCreated when the
	// vendor published the vulnerability. Nil when absent.
	FirstObserved *time.Time
	VendorCreated *time.Time

	Packages []Package
	// Platforms lists the platforms of an index that have the finding; empty for a single image.
	Platforms []Platform
	// Related lists other ids of the same vulnerability.
	Related    []string
	References []string
	// ARN is Inspector's name for the finding, empty in basic ones.
	ARN string
}

// A Package is a vulnerable package.
type Package struct {
	Name string
	// Version is [epoch:]version[-release], without an epoch of 0.
	Version string
	// FixedIn is the version that fixes it, without an epoch of 0; empty when none is known.
	FixedIn string
	// Manager is Inspector's packageManager (OS, NPM, JAR, GOBINARY, …); OS for basic findings.
	Manager string
	// Path is the file in the image that contains the package; empty for OS packages.
	Path string
	Arch string
	// Layer is the digest of the compressed layer that contains the package; empty if ECR reports none.
	Layer string
}

// A Key identifies a finding across builds: two findings with the same key are the same one, whatever
// their version or severity.
type Key struct{ ID, Package, Path string }

// Keys returns one key per package of the finding, sorted and without duplicates. A finding without packages
// has one key, with only its id.
func (f *Finding) Keys() []Key {
	packages := f.AffectedPackages()
	keys := make([]Key, len(packages))
	for i := range packages {
		keys[i] = Key{f.ID, packages[i].Name, packages[i].Path}
	}
	if len(keys) > 1 {
		slices.SortFunc(keys, Key.Compare)
		keys = slices.Compact(keys)
	}
	return keys
}

// AffectedPackages returns the packages of the finding. A finding without packages has one, without a name.
func (f *Finding) AffectedPackages() []Package {
	if len(f.Packages) == 0 {
		return []Package{{}}
	}
	return f.Packages
}

// Compare orders keys by id, package and path.
func (k Key) Compare(o Key) int {
	return cmp.Or(strings.Compare(k.ID, o.ID), strings.Compare(k.Package, o.Package), strings.Compare(k.Path, o.Path))
}

// SetAside reports whether Inspector has suppressed or closed the finding.
func (f *Finding) SetAside() bool { return f.Status == "SUPPRESSED" || f.Status == "CLOSED" }

// RankedSeverity returns the severity that minSeverity compares: ECR's, or for an UNDEFINED or UNTRIAGED
// finding with a score, the qualitative rating of the score.
// https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
func (f *Finding) RankedSeverity() Severity {
	if f.Score == nil || f.Severity != Undefined && f.Severity != Untriaged {
		return f.Severity
	}
	switch score := *f.Score; {
	case score >= 9:
		return Critical
	case score >= 7:
		return High
	case score >= 4:
		return Medium
	case score > 0:
		return Low
	}
	return Informational
}

// Malicious reports whether the finding is a malicious package, which must be removed: there is nothing to
// upgrade to. OpenSSF's ids begin with MAL-. https://github.com/ossf/malicious-packages
func (f *Finding) Malicious() bool {
	return slices.ContainsFunc(append([]string{f.ID}, f.Related...), func(id string) bool { return strings.HasPrefix(id, "MAL-") })
}
