// Package policy says what may not ship. A Policy is read from YAML files, from inputs, or built
// in; Evaluate judges the findings of one scan by it and gives a Verdict that says for every
// finding what became of it and why.
//
// The package is pure: it reads no clock, no network, no environment and no files. What it needs
// to know comes as values.
package policy

import (
	_ "embed"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A Policy is one or several policy files, the quick inputs, or the built-in policy.
type Policy struct {
	// Source is where it came from: the names of the files with a space between, "inputs" or
	// "built-in". SHA256 is the hexadecimal hash of the files' bytes, one after another (for
	// inputs and built-in, of an equivalent policy file).
	Source string
	SHA256 string

	Rules      []Rule
	Exceptions []Exception
	Scan       ScanRules
	// ExceptionRules is what exceptions must keep to; a Policy that breaks them does not load.
	ExceptionRules   ExceptionRules
	UnusedExceptions Unused
	// ExploitMaxAge is the oldest exploitation data (EPSS, KEV) that may decide; 0: any age.
	ExploitMaxAge time.Duration
	// Notes are sentences that a run must tell: what a later file asks for and does not get.
	Notes []string
	// Warnings are what its files say and hardly mean, in their order.
	Warnings []Error
}

// An Action is what a breached rule does.
type Action string

// A rule fails the gate, or only warns.
const (
	Fail Action = "fail"
	Warn Action = "warn"
)

// Unknowns says what a condition makes of something ECR did not report.
type Unknowns string

// An unknown counts as if the condition held, or the finding is skipped and the number told.
const (
	Count Unknowns = "count"
	Skip  Unknowns = "skip"
)

// Unused says what becomes of exceptions that excuse nothing.
type Unused string

// The three choices; UnusedWarn is the default.
const (
	UnusedWarn  Unused = "warn"
	UnusedFail  Unused = "fail"
	UnusedAllow Unused = "allow"
)

// A Rule counts findings and is breached when it counts more than Max. Every condition that is
// given must hold; an empty condition is not given.
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
	// Images are repositories that the rule applies to; empty: all.
	Images []Glob

	// unknownFixCounts makes an exception of Unknown: Skip. Basic scans never tell of fixes, and
	// without it the quick input only-fixed would let every one of them through.
	unknownFixCounts bool
	// unrankedIsUnknown takes UNDEFINED and UNTRIAGED, which are below every other severity, for no
	// severity at all: the input fail-on then says how many of them it skips.
	unrankedIsUnknown bool
}

// An Exception excuses findings, for a reason and for a time.
type Exception struct {
	// Index is the place in Policy.Exceptions; negative and unique for one from outside the policy.
	Index   int
	ID      Glob
	Package Glob // zero: any
	Path    Glob // zero: any
	Images  []Glob
	Reason  string
	// Expires is the last UTC day (midnight at its start) on which the exception holds; nil: no end.
	Expires    *time.Time
	UntilFixed bool
	// Source is the VEX document and its author, for an exception that comes from there; empty for one
	// of the policy.
	Source string
}

// ScanRules are demands on the scan itself.
type ScanRules struct {
	// Type is empty for any.
	Type scan.Type
	// MaxAge of imageScanCompletedAt; 0: none.
	MaxAge time.Duration
	// CountSuppressed counts findings with status SUPPRESSED instead of setting them aside; CLOSED
	// ones are gone and always set aside.
	CountSuppressed bool
	// Accept is what the first file accepts; narrowed are the lists of later files, each of which
	// must accept it too.
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

// ExceptionRules bind the exceptions of every file.
type ExceptionRules struct {
	RequireExpires bool
	// MaxDays is the longest time from now to Expires; 0: no limit.
	MaxDays int
	// Never has a rule with one condition for each kind of finding that no exception can excuse. Where
	// the data for the condition is missing, no exception can excuse the finding either.
	Never []Rule
	// VEX are the rules for VEX statements, those of each file; a statement must satisfy all of them.
	VEX []VEXRules
}

// Needs is the data beside a scan that a policy asks for.
type Needs struct{ EPSS, KEV, Base bool }

// Needs returns the data that the conditions of the policy compare and that no scan has.
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

// Schema is the JSON Schema (draft 2020-12) of the policy file, for editors. What loads by itself is
// valid. Load is stricter where a schema cannot be: names and keys that are given twice, broken
// patterns, and how a number is written.
func Schema() []byte { return schema }
