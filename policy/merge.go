package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A PlatformVerdict is the verdict of one child of an index.
type PlatformVerdict struct {
	Platform scan.Platform
	Verdict  Verdict
}

// Merge combines the verdicts of an index's children for reports. A breach in any child is a breach: a rule
// has the count of the child with the most. The same finding on several platforms becomes one; findings of
// one child are never merged. Without children, or if a child has neither passed nor failed, there is no
// verdict.
func Merge(children []PlatformVerdict) Verdict {
	if len(children) == 0 {
		return Verdict{Outcome: Errored, Err: errors.New("no verdict to merge: nothing was checked")}
	}
	out := Verdict{Outcome: Passed}
	var errs []string
	exceptions := map[int]int{} // Exception.Index → index in out.Exceptions
	for _, c := range children {
		switch {
		case c.Verdict.Outcome == Failed:
			out.Outcome = Failed
		case c.Verdict.Outcome != Passed && out.Outcome != Failed:
			out.Outcome = Errored
		}
		if err := c.Verdict.undecided(); err != nil {
			errs = append(errs, fmt.Sprintf("%s: %v", c.Platform, err))
		}
		out.mergeRules(c.Verdict.Rules)
		out.mergeExceptions(c.Verdict.Exceptions, exceptions)
		for _, n := range c.Verdict.Notes {
			out.Notes = append(out.Notes, fmt.Sprintf("%s: %s", c.Platform, n))
		}
	}
	if out.Outcome == Errored {
		out.Err = errors.New(strings.Join(errs, "; "))
	}
	out.Findings = mergeFindings(children)
	return out
}

// undecided returns why there is no verdict; nil if there is one.
func (v *Verdict) undecided() error {
	if v.Err == nil && v.Outcome != Passed && v.Outcome != Failed {
		return fmt.Errorf("no verdict (outcome %q)", string(v.Outcome))
	}
	return v.Err
}

func (v *Verdict) mergeRules(rules []RuleResult) {
	for _, r := range rules {
		i := slices.IndexFunc(v.Rules, func(o RuleResult) bool { return o.Name == r.Name })
		if i < 0 {
			v.Rules = append(v.Rules, r)
			continue
		}
		merged := &v.Rules[i]
		merged.Count = max(merged.Count, r.Count)
		merged.SkippedUnknown = max(merged.SkippedUnknown, r.SkippedUnknown)
		merged.Breached = merged.Breached || r.Breached
		if merged.Detail == "" {
			merged.Detail = r.Detail
		}
	}
}

func (v *Verdict) mergeExceptions(exceptions []ExceptionResult, places map[int]int) {
	for _, x := range exceptions {
		i, seen := places[x.Index]
		if !seen {
			places[x.Index] = len(v.Exceptions)
			v.Exceptions = append(v.Exceptions, x)
			continue
		}
		merged := &v.Exceptions[i]
		merged.Used += x.Used
		if merged.State == StateUnused {
			merged.State = x.State
		}
	}
}

// mergeFindings combines the same finding of several platforms. The n-th finding with an identity in one
// child is merged with the n-th in another, never with one of its own child.
func mergeFindings(children []PlatformVerdict) []JudgedFinding {
	var out []JudgedFinding
	place := map[string]int{}
	for _, c := range children {
		times := map[string]int{}
		for _, f := range c.Verdict.Findings {
			id := ""
			if f.ID != "" {
				id = identity(f.Finding)
				times[id]++
				id = fmt.Sprintf("%s\x00%d", id, times[id])
			}
			if i, seen := place[id]; seen && id != "" {
				out[i].merge(f, c.Platform)
				continue
			}
			place[id] = len(out)
			out = append(out, f.on(c.Platform))
		}
	}
	return worstFirst(out)
}

// identity returns the id with the set of package names and paths.
func identity(f *scan.Finding) string {
	var b strings.Builder
	for _, k := range f.Keys() {
		fmt.Fprintf(&b, "%q %q %q\n", k.ID, k.Package, k.Path)
	}
	return b.String()
}

// on returns a copy for a platform.
func (j JudgedFinding) on(p scan.Platform) JudgedFinding {
	f := *j.Finding
	f.Platforms = []scan.Platform{p}
	j.Finding = &f
	return j
}

// merge adds the same finding of another platform: the worse or earlier value wins.
func (j *JudgedFinding) merge(o JudgedFinding, p scan.Platform) {
	f := j.Finding
	f.Platforms = append(f.Platforms, p)
	if o.Severity.Rank() > f.Severity.Rank() {
		f.Severity = o.Severity
	}
	if o.Score != nil && (f.Score == nil || *o.Score > *f.Score) {
		f.Score, f.ScoreSource, f.Vector = o.Score, o.ScoreSource, o.Vector
	}
	f.Packages = unite(f.Packages, o.Packages)
	f.FirstObserved, f.VendorCreated = earlier(f.FirstObserved, o.FirstObserved), earlier(f.VendorCreated, o.VendorCreated)
	f.FixAvailable = commonFix(f.FixAvailable, o.FixAvailable)
	f.ExploitAvailable = common(scan.Yes, f.ExploitAvailable, o.ExploitAvailable)
	f.KnownExploited = common(scan.Yes, f.KnownExploited, o.KnownExploited)
	f.InBaseImage = common(scan.No, f.InBaseImage, o.InBaseImage)
	if o.EPSS != nil && (f.EPSS == nil || *o.EPSS > *f.EPSS) {
		f.EPSS = o.EPSS
	}
	j.Disposition = commonDisposition(j.Disposition, o.Disposition)
	j.Rules, j.Unknown = unite(j.Rules, o.Rules), unite(j.Unknown, o.Unknown)
	if j.Disposition != Excepted {
		j.Exception = nil
	}
	if j.Expired == nil {
		j.Expired = o.Expired
	}
	j.Due = j.firstDue(o.Due)
}

// firstDue returns when the merged finding will count: the first day on which it counts on any platform; nil
// if it already counts.
func (j *JudgedFinding) firstDue(other *Due) *Due {
	switch {
	case j.Disposition == Counted:
		return nil
	case j.Due == nil, other != nil && other.Date.Before(j.Due.Date):
		return other
	}
	return j.Due
}

// unite returns the elements of a, and after them, once each, those of b that a lacks.
func unite[T comparable](a, b []T) []T {
	if len(b) == 0 {
		return a
	}
	out, seen := slices.Clone(a), make(map[T]bool, len(a)+len(b))
	for _, v := range a {
		seen[v] = true
	}
	for _, v := range b {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// earlier returns the earlier time; nil only if both are.
func earlier(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}

// commonFix returns the common value, else PARTIAL if a platform has a fix, else UNKNOWN.
func commonFix(a, b scan.Availability) scan.Availability {
	switch {
	case a == b:
		return a
	case a.Fixable() || b.Fixable():
		return scan.Partial
	}
	return scan.Unknown
}

// common returns decisive if a platform has it, else the common value, else UNKNOWN.
func common(decisive, a, b scan.Availability) scan.Availability {
	switch {
	case a == decisive || b == decisive:
		return decisive
	case a == b:
		return a
	}
	return scan.Unknown
}

// commonDisposition returns Counted if any instance counts, and Excepted, Known or SetAside only if all are.
func commonDisposition(a, b Disposition) Disposition {
	switch {
	case a == b:
		return a
	case a == Counted || b == Counted:
		return Counted
	}
	return Unmatched
}
