package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// An Outcome is the result of a verdict.
type Outcome string

// Errored means that no verdict was reached.
const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Errored Outcome = "error"
)

// A Disposition is how a finding was classified. Every finding has exactly one, the first that applies.
type Disposition string

// The dispositions, in the order in which they are tried.
const (
	SetAside  Disposition = "setAside"
	Known     Disposition = "known"
	Excepted  Disposition = "excepted"
	Counted   Disposition = "counted"
	Unmatched Disposition = "unmatched"
)

// A Verdict is the result of evaluating one scan, or of merging all platforms of an index.
type Verdict struct {
	Outcome Outcome
	// Rules has a result for each rule that applies to the image, in the policy's order, then those of the
	// scan requirements (scan.type, scan.maxAge, unusedExceptions).
	Rules []RuleResult
	// Findings are sorted worst first, as worstFirst says.
	Findings []JudgedFinding
	// Exceptions has an entry for each exception of the policy that applies to this image.
	Exceptions []ExceptionResult
	// Notes are sentences that every report must show.
	Notes []string
	// Err is why no verdict was reached; nil unless Outcome is Errored.
	Err error

	allowUnused bool
	granted     map[*scan.Finding]*Exception // from outside the policy; nil for none
}

// A RuleResult is the result of one rule.
type RuleResult struct {
	Name   string
	Action Action
	Max    int
	Count  int
	// SkippedUnknown is how many findings were skipped because of unknown: skip.
	SkippedUnknown int
	Breached       bool
	// Detail is which scan requirement was not met (scan.type, scan.maxAge); else empty.
	Detail string
}

// A JudgedFinding is a finding with its disposition.
type JudgedFinding struct {
	*scan.Finding
	Disposition Disposition
	// Rules are the names of the rules that counted it.
	Rules []string
	// Unknown lists, for a counted finding, the unreported data that counted as if the condition were met.
	Unknown []string
	// Exception excused it; nil unless Disposition is Excepted.
	Exception *Exception
	// Expired is an expired exception that covered it; nil if none.
	Expired *Exception
	// Due is when it will count; nil for a finding that already counts or will not within 30 days.
	Due *Due
}

// An ExceptionState is whether an exception is in use.
type ExceptionState string

// Expired takes precedence over unused, unused over expiring (within 14 days), and expiring over used.
const (
	StateUsed     ExceptionState = "used"
	StateUnused   ExceptionState = "unused"
	StateExpired  ExceptionState = "expired"
	StateExpiring ExceptionState = "expiring"
)

// An ExceptionResult is an exception with its state and the number of findings that it excused or, after
// it expired, would have excused.
type ExceptionResult struct {
	*Exception
	State ExceptionState
	Used  int

	expiring bool
	refused  string // why it does not excuse a finding whose id it matches
}

// Counts are the numbers of a verdict. Severities and Total exclude what was set aside:
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

// Counts counts the findings of a verdict.
func (v *Verdict) Counts() Counts {
	c := Counts{Severities: map[scan.Severity]int{}}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition == SetAside {
			c.SetAside++
			continue
		}
		c.Total++
		c.Severities[f.Severity.Counted()]++
		if f.FixAvailable.Fixable() {
			c.Fixable++
		}
		switch f.Disposition {
		case Counted:
			c.Counted++
		case Excepted:
			c.Excepted++
		case Known:
			c.Known++
		default:
			c.Unmatched++
		}
	}
	return c
}

// Breached returns the rules that counted more than their max, including those that only warn.
func (v *Verdict) Breached() []RuleResult {
	var out []RuleResult
	for _, r := range v.Rules {
		if r.Breached {
			out = append(out, r)
		}
	}
	return out
}

// Conclude decides over all images of a run which exceptions are unused: those that no image needed. If
// complete is false, because an image has no complete result, none counts as unused.
func (p *Policy) Conclude(verdicts []*Verdict, complete bool) {
	used := map[int]int{}
	for _, v := range verdicts {
		for _, x := range v.Exceptions {
			used[x.Index] += x.Used
		}
	}
	for _, v := range verdicts {
		v.allowUnused = p.UnusedExceptions == UnusedAllow
		for i := range v.Exceptions {
			x := &v.Exceptions[i]
			x.State = x.state(x.State == StateExpired, used[x.Index] > 0 || !complete)
		}
	}
	if complete && p.UnusedExceptions == UnusedFail {
		for _, v := range verdicts {
			v.failUnused()
		}
	}
}

// failUnused turns exceptions that excuse nothing into a breach of the images they apply to.
func (v *Verdict) failUnused() {
	if v.Outcome != Passed && v.Outcome != Failed {
		return // without a verdict, a count does not create one
	}
	ids := v.Unused()
	detail := ""
	if len(ids) > 0 {
		detail = fmt.Sprintf("%s excused nothing: remove %s", plural(len(ids), "exception"), some(ids))
	}
	r := demand(nameUnused, detail)
	r.Count = len(ids)
	v.Rules = append(v.Rules, r)
	v.decide()
}

// Unused returns the ids of the exceptions that excuse nothing and must be reported: none when the
// policy allows them.
func (v *Verdict) Unused() []string {
	var ids []string
	for _, x := range v.Exceptions {
		if x.State == StateUnused && !v.allowUnused {
			ids = append(ids, x.ID.String())
		}
	}
	return ids
}

// dispositionOrder is the order of dispositions in every report.
var dispositionOrder = map[Disposition]int{Counted: 0, Unmatched: 1, Excepted: 2, Known: 3, SetAside: 4}

// A rank is a sort key of a finding. The numbers decide most comparisons, names the rest.
type rank struct {
	class int // by disposition, then what is known to be exploited, then severity
	epss  float64
	score float64
	at    int // the index in the list, so that equal findings keep their order
}

// worstFirst returns the findings in the order of every report: by disposition, counted ones first;
// then what is known to be exploited; then by severity, EPSS, score and name.
func worstFirst(findings []JudgedFinding) []JudgedFinding {
	ranks := make([]rank, len(findings))
	for i := range findings {
		f := &findings[i]
		ranks[i] = rank{dispositionOrder[f.Disposition]*16 - exploited(f.Finding)*8 - f.Severity.Rank(), orBelow(f.EPSS), orBelow(f.Score), i}
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		if c := cmp.Compare(a.class, b.class); c != 0 {
			return c
		}
		if c := cmp.Or(cmp.Compare(b.epss, a.epss), cmp.Compare(b.score, a.score)); c != 0 {
			return c
		}
		if c := compareNames(findings[a.at].Finding, findings[b.at].Finding); c != 0 {
			return c
		}
		return a.at - b.at
	})
	sorted := make([]JudgedFinding, len(findings))
	for i, r := range ranks {
		sorted[i] = findings[r.at]
	}
	return sorted
}

// CompareUrgency compares two findings of the same disposition in the order of every report, ignoring their
// names. It returns a negative number if a comes first.
func CompareUrgency(a, b *scan.Finding) int {
	return cmp.Or(exploited(b)-exploited(a), b.Severity.Rank()-a.Severity.Rank(),
		cmp.Compare(orBelow(b.EPSS), orBelow(a.EPSS)), cmp.Compare(orBelow(b.Score), orBelow(a.Score)))
}

func compareNames(a, b *scan.Finding) int {
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	if c := slices.CompareFunc(a.Keys(), b.Keys(), scan.Key.Compare); c != 0 {
		return c
	}
	return strings.Compare(a.ARN, b.ARN)
}

// exploited returns 1 for a finding that is known to be exploited, else 0.
func exploited(f *scan.Finding) int {
	if f.KnownExploited == scan.Yes {
		return 1
	}
	return 0
}

// orBelow returns a number, or if there is none, one below every score.
func orBelow(n *float64) float64 {
	if n == nil {
		return -1
	}
	return *n
}
