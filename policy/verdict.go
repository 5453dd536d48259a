package policy

import "github.com/ecrgate/ecrgate/scan"

// An Outcome is what a verdict comes to.
type Outcome string

// Error means that no verdict could be reached.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Errored Outcome = "error"
)

// A Disposition is what became of a finding. Every finding has exactly one, the first that holds.
type Disposition string

// The dispositions, in the order in which they are tried.
const (
	SetAside  Disposition = "setAside"
	Known     Disposition = "known"
	Excepted  Disposition = "excepted"
	Counted   Disposition = "counted"
	Unmatched Disposition = "unmatched"
)

// A Verdict is the judgement of one scan, or of all platforms of an index merged.
type Verdict struct {
	Outcome Outcome
	// Rules has a result for each rule that applies to the image, in the policy's order, and after
	// them those of the scan's own demands (scan.type, scan.maxAge, unusedExceptions).
	Rules []RuleResult
	// Findings are sorted worst first: counted before the rest, then by severity, score and id.
	Findings []JudgedFinding
	// Exceptions has an entry for each exception of the policy that looks at this image.
	Exceptions []ExceptionResult
	// Notes are sentences that a report must not leave out.
	Notes []string
	// Err says why no verdict was reached, nil unless Outcome is Errored.
	Err error

	allowUnused bool
}

// A RuleResult is what one rule counted.
type RuleResult struct {
	Name   string
	Action Action
	Max    int
	Count  int
	// SkippedUnknown are the findings that unknown: skip left out.
	SkippedUnknown int
	Breached       bool
	// Detail says what was wrong, for demands on the scan (scan.type, scan.maxAge); else empty.
	Detail string
}

// A JudgedFinding is a finding with what became of it.
type JudgedFinding struct {
	*scan.Finding
	Disposition Disposition
	// Rules are the names of the rules that counted it.
	Rules []string
	// Unknown says, for a counted finding, what ECR did not report and counted as if it held.
	Unknown []string
	// Exception excused it; nil unless Disposition is Excepted.
	Exception *Exception
	// Expired is an exception that would have excused it and no longer does; nil if none.
	Expired *Exception
}

// An ExceptionState tells whether an exception still serves.
type ExceptionState string

// Expired beats unused, unused beats expiring (within 14 days), expiring beats used.
const (
	StateUsed     ExceptionState = "used"
	StateUnused   ExceptionState = "unused"
	StateExpired  ExceptionState = "expired"
	StateExpiring ExceptionState = "expiring"
)

// An ExceptionResult is an exception with its state and the number of findings it excused (once it
// has expired: that it would have excused).
type ExceptionResult struct {
	*Exception
	State ExceptionState
	Used  int

	expiring bool
	refused  string // why it does not excuse a finding that it speaks of
}

// Counts are the numbers of a verdict. Severities and Total leave out what was set aside:
// Total = Counted + Excepted + Known + Unmatched.
type Counts struct {
	Severities map[scan.Severity]int
	Total      int
	Fixable    int
	Counted    int
	Excepted   int
	Known      int
	SetAside   int
	Unmatched  int
}
