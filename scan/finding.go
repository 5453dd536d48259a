package scan

import (
	"slices"
	"strings"
	"time"
)

// An Availability answers whether a fix or an exploit exists.
type Availability string

// The words for fixAvailable (all four) and exploitAvailable (all but PARTIAL). UNKNOWN is ours:
// a basic scan tells neither.
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
	// ID is the vulnerability, e.g. CVE-2024-3094 or ALAS2-2023-1908. It can be empty.
	ID          string
	Title       string
	Description string
	URL         string
	Severity    Severity
	// Score is a CVSS base score from 0 to 10, nil when ECR gave none.
	Score *float64
	// ScoreSource says who scored (NVD, …) and Vector how; both empty when unknown.
	ScoreSource string
	Vector      string

	FixAvailable     Availability
	ExploitAvailable Availability

	// Status is ACTIVE, SUPPRESSED or CLOSED in enhanced findings, empty in basic ones.
	Status string
	// FirstObserved is when Inspector first saw the finding in this image (it starts anew with
	// every digest), VendorCreated when the vendor published it. Nil when absent.
	FirstObserved *time.Time
	VendorCreated *time.Time

	Packages []Package
	// Platforms are those of the images inside an index that have the finding; empty outside one.
	Platforms []Platform
	// Related are other ids of the same vulnerability.
	Related    []string
	References []string
	// ARN is Inspector's name of the finding, empty in basic ones.
	ARN string
}

// A Package is a vulnerable package.
type Package struct {
	Name string
	// Version is [epoch:]version[-release], an epoch of 0 left out.
	Version string
	// FixedIn is the version that mends it, empty when there is none or none is known.
	FixedIn string
	// Manager is Inspector's packageManager (OS, NPM, JAR, GOBINARY, …); OS for basic findings.
	Manager string
	// Path is the file inside the image that holds the package, empty for OS packages.
	Path string
	Arch string
}

// A Key is what makes two findings the same, whatever build, version or severity they come with.
type Key struct{ ID, Package, Path string }

// Keys gives a key for each package of the finding, sorted and without repeats; for a finding
// without packages the one key of its id.
func (f *Finding) Keys() []Key {
	if len(f.Packages) == 0 {
		return []Key{{ID: f.ID}}
	}
	keys := make([]Key, len(f.Packages))
	for i, p := range f.Packages {
		keys[i] = Key{f.ID, p.Name, p.Path}
	}
	if len(keys) > 1 {
		slices.SortFunc(keys, Key.Compare)
		keys = slices.Compact(keys)
	}
	return keys
}

// Compare orders keys by id, package and path.
func (k Key) Compare(o Key) int {
	if c := strings.Compare(k.ID, o.ID); c != 0 {
		return c
	}
	if c := strings.Compare(k.Package, o.Package); c != 0 {
		return c
	}
	return strings.Compare(k.Path, o.Path)
}

// SetAside reports whether the finding is one that Inspector suppresses or has closed.
func (f *Finding) SetAside() bool { return f.Status == "SUPPRESSED" || f.Status == "CLOSED" }
