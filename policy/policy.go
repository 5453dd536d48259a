// Package policy decides whether an image may ship. A Policy comes from YAML files, from inputs, or is
// built in. Evaluate applies it to the findings of one scan and returns a Verdict with the disposition of
// every finding and the reason for it.
//
// The package is pure: it reads no clock, network, environment or files. Everything it needs is passed as
// values.
package policy

import (
	_ "embed"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A Policy is one or several policy files, the quick inputs, or the built-in policy.
type Policy struct {
	// Source is the origin: the names of the files separated by spaces, "inputs" or "built-in". SHA256 is the
	// hexadecimal hash of the files' bytes, one after another (for inputs and built-in, of an equivalent
	// policy file).
	Source string
	SHA256 string

	Rules      []Rule
	Exceptions []Exception
	Scan       ScanRules
	// ExceptionRules limit the exceptions; a policy that breaks them does not load.
	ExceptionRules   ExceptionRules
	UnusedExceptions Unused
	// ExploitMaxAge is the oldest exploitation data (EPSS, KEV) that may decide; 0 for any age.
	ExploitMaxAge time.Duration
	// Notes are sentences that every report must show: what a later file sets without effect.
	Notes []string
	// Warnings are about content that is valid but probably a mistake, in the order of the files.
	Warnings []Error
}

// An Action is what a breached rule does.
type Action string

// A rule fails the gate, or only warns.
const (
	Fail Action = "fail"
	Warn Action = "warn"
)

// An Unknowns is how a rule treats a condition on unreported data.
type Unknowns string

// The finding counts as if the condition were met, or is skipped and reported as skipped.
const (
	Count Unknowns = "count"
	Skip  Unknowns = "skip"
)

// An Unused is how to treat exceptions that excuse nothing.
type Unused string

// The three choices; UnusedWarn is the default.
const (
	UnusedWarn  Unused = "warn"
	UnusedFail  Unused = "fail"
	UnusedAllow Unused = "allow"
)

// A Rule counts findings and is breached when there are more than Max. A finding must meet every condition;
// an empty field means no condition.
type Rule struct {
	Name    string
	Max     int
	Action  Action
	Unknown Unknowns

	MinSeverity      scan.Severity
	Severities       []scan.Severity
	MinScore         *float64
	MinEPSS          *float64
	KnownExploited   []scan.Availability
	FixAvailable     []scan.Availability
	ExploitAvailable []scan.Availability
	InBaseImage      []scan.Availability
	OlderThan        time.Duration
	IDs              []Glob
	Packages         []Glob
	PackageManagers  []Glob
	// Images are patterns for the repositories that the rule applies to; empty for all.
	Images []Glob

	// unknownFixCounts overrides Unknown: Skip for fixAvailable. Basic scans never report fixes, and without
	// it the input only-fixed would pass all their findings.
	unknownFixCounts bool
	// unrankedIsUnknown treats UNDEFINED and UNTRIAGED as unreported, so that the input fail-on reports how
	// many of them it skips.
	unrankedIsUnknown bool
}

// An Exception excuses findings, with a reason and usually until a date.
type Exception struct {
	// Index is the index in Policy.Exceptions; negative and unique for an exception from outside the policy.
	Index   int
	ID      Glob
	Package Glob // zero: any
	Path    Glob // zero: any
	Images  []Glob
	Reason  string
	// Expires is the last UTC day (midnight at its start) on which the exception applies; nil for no end.
	Expires    *time.Time
	UntilFixed bool
	// Source is the VEX document and its author, for an exception that comes from there; empty for one
	// of the policy.
	Source string
}

// ScanRules are requirements for the scan itself.
type ScanRules struct {
	// Type is empty for any.
	Type scan.Type
	// MaxAge is the greatest age of imageScanCompletedAt; 0 for any.
	MaxAge time.Duration
	// CountSuppressed counts findings with status SUPPRESSED instead of setting them aside; CLOSED
	// findings no longer exist and are always set aside.
	CountSuppressed bool
	// Accept is the list of the first file; narrowed are the lists of later files, each of which must accept
	// a status too.
	Accept   []Accept
	narrowed [][]Accept
}

// An Accept lets images pass with a status that has no findings.
type Accept struct {
	Status  scan.Status
	Images  []Glob
	Reason  string
	Expires *time.Time
}

// ExceptionRules limit the exceptions of every file.
type ExceptionRules struct {
	RequireExpires bool
	// MaxDays is the longest time from now to Expires; 0 for no limit.
	MaxDays int
	// Never has a rule with one condition for each kind of finding that no exception can excuse. Where
	// the data for the condition is missing, no exception can excuse the finding either.
	Never []Rule
	// VEX are the rules for VEX statements, those of each file; a statement must satisfy all of them.
	VEX []VEXRules
}

// Needs is the data that a policy needs and that no scan has.
type Needs struct{ EPSS, KEV, Base bool }

// Needs returns the data that the policy needs in addition to a scan.
func (p *Policy) Needs() Needs {
	var n Needs
	for _, rules := range [][]Rule{p.Rules, p.ExceptionRules.Never} {
		for i := range rules {
			r := &rules[i]
			n.EPSS = n.EPSS || r.MinEPSS != nil
			n.KEV = n.KEV || len(r.KnownExploited) > 0
			n.Base = n.Base || len(r.InBaseImage) > 0
		}
	}
	return n
}

//go:embed schema.json
var schema []byte

// Schema returns the JSON Schema (draft 2020-12) of the policy file, for editors. A file that loads on its
// own is valid. Load is stricter where a schema cannot be: duplicate names and keys, invalid patterns, and
// the form of numbers.
func Schema() []byte { return schema }
