package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// Evaluate applies the policy to the findings of one manifest. known is the baseline, nil for none. The
// caller guarantees that the scan is complete; nothing here can check that. If ctx ends first, the outcome
// is Errored with its cause: there is no verdict over a part of the findings.
//
// granted are exceptions from outside the policy, such as those of VEX statements: the one at i excuses
// finding i, when it is not nil, exceptionRules.neverExcept does not forbid it, and no exception of the
// policy does so already.
func (p *Policy) Evaluate(ctx context.Context, s *scan.Scan, known Baseline, now time.Time, granted ...*Exception) Verdict {
	j := &judge{policy: p, scan: s, known: known, now: now, granted: granted}
	for i := range p.Rules {
		if r := &p.Rules[i]; appliesTo(r.Images, s.Image.Repository) {
			j.rules, j.given = append(j.rules, r), append(j.given, r.given())
		}
	}
	if len(j.rules) == 0 {
		err := fmt.Errorf("no rule applies to repository %s (check images in the rules)", s.Image.Repository)
		return Verdict{Outcome: Errored, Err: err}
	}
	if err := j.unknownType(); err != nil {
		return Verdict{Outcome: Errored, Err: err}
	}
	v := j.verdict(ctx)
	if ctx.Err() != nil {
		return Verdict{Outcome: Errored, Err: fmt.Errorf("evaluating the policy: %w", context.Cause(ctx))}
	}
	return v
}

// A judge has the state of one evaluation.
type judge struct {
	policy     *Policy
	scan       *scan.Scan
	known      Baseline
	now        time.Time
	granted    []*Exception      // by finding; may be shorter
	outside    []ExceptionResult // exceptions of granted that were used
	rules      []*Rule
	given      [][]*condition // of each rule
	exceptions []ExceptionResult
	valid      exceptionIndex // exceptions that apply
	expired    exceptionIndex // exceptions that have expired
	results    map[*Exception]*ExceptionResult
	counts     []RuleResult
	stopped    atomic.Bool // the context has ended: the verdict will not be used
}

func (j *judge) verdict(ctx context.Context) Verdict {
	j.prepare()
	defer context.AfterFunc(ctx, func() { j.stopped.Store(true) })()
	v := Verdict{Findings: make([]JudgedFinding, len(j.scan.Findings))}
	for i := range j.scan.Findings {
		if j.stopped.Load() {
			return Verdict{}
		}
		v.Findings[i] = j.finding(i)
	}
	v.Findings = worstFirst(v.Findings)
	for i := range j.counts {
		j.counts[i].Breached = j.counts[i].Count > j.counts[i].Max
	}
	v.Rules = append(j.counts, j.demands()...)
	v.Exceptions = j.exceptionStates()
	v.granted = j.grants()
	v.Notes = j.notes()
	v.decide()
	return v
}

// prepare sets up a counter for each rule, and the exceptions that apply to this image.
func (j *judge) prepare() {
	for _, r := range j.rules {
		j.counts = append(j.counts, RuleResult{Name: r.Name, Action: r.Action, Max: r.Max})
	}
	var valid, ended []*Exception
	for i := range j.policy.Exceptions {
		x := &j.policy.Exceptions[i]
		if !appliesTo(x.Images, j.scan.Image.Repository) {
			continue
		}
		j.exceptions = append(j.exceptions, ExceptionResult{Exception: x})
		if expired(x.Expires, j.now) {
			ended = append(ended, x)
		} else {
			valid = append(valid, x)
		}
	}
	j.results = make(map[*Exception]*ExceptionResult, len(j.exceptions))
	for i := range j.exceptions {
		j.results[j.exceptions[i].Exception] = &j.exceptions[i]
	}
	j.valid, j.expired = newExceptionIndex(valid), newExceptionIndex(ended)
}

// finding returns a finding with the first disposition that applies.
func (j *judge) finding(i int) JudgedFinding {
	f := &j.scan.Findings[i]
	out := JudgedFinding{Finding: f}
	switch {
	case j.setAside(f):
		out.Disposition = SetAside
	case j.known.has(f):
		out.Disposition = Known
	default:
		if out.Exception = j.exception(&j.valid, f); out.Exception == nil {
			out.Exception = j.grant(i)
		}
		if out.Exception != nil {
			out.Disposition = Excepted
			return out
		}
		out.Expired = j.exception(&j.expired, f)
		j.count(&out)
	}
	return out
}

// setAside reports whether the finding is closed, or suppressed and the policy does not count that.
func (j *judge) setAside(f *scan.Finding) bool {
	return f.SetAside() && !(j.policy.Scan.CountSuppressed && f.Status == "SUPPRESSED")
}

// exception returns the first exception that covers the finding, and counts its use.
func (j *judge) exception(index *exceptionIndex, f *scan.Finding) *Exception {
	for _, x := range index.candidates(f) {
		if j.stopped.Load() {
			return nil
		}
		covers, refused := x.covers(f, &j.policy.ExceptionRules)
		r := j.results[x]
		if covers {
			r.Used++
			return x
		}
		if refused != "" && r.refused == "" {
			r.refused = fmt.Sprintf("the exception for %s does not excuse %s: %s", x.ID, f.ID, refused)
		}
	}
	return nil
}

// count applies every rule to a finding.
func (j *judge) count(out *JudgedFinding) {
	out.Disposition = Unmatched
	for i, r := range j.rules {
		ruling := r.judge(j.given[i], out.Finding, j.now)
		switch {
		case ruling.skip:
			j.counts[i].SkippedUnknown++
			continue
		case ruling.truth == no:
			continue
		}
		j.counts[i].Count++
		out.Disposition = Counted
		out.Rules = append(out.Rules, r.Name)
		for _, name := range ruling.unknowns {
			out.Unknown = append(out.Unknown, fmt.Sprintf("%s: %s is not reported", r.Name, name))
		}
	}
}

func (j *judge) exceptionStates() []ExceptionResult {
	for i := range j.exceptions {
		x := &j.exceptions[i]
		x.expiring = expiring(x.Expires, j.now)
		x.State = x.state(expired(x.Expires, j.now), x.Used > 0)
	}
	return append(j.exceptions, j.outside...)
}

// state returns the first state that applies: expired, unused, expiring, used.
func (x *ExceptionResult) state(expired, used bool) ExceptionState {
	switch {
	case expired:
		return StateExpired
	case !used:
		return StateUnused
	case x.expiring:
		return StateExpiring
	}
	return StateUsed
}

// decide sets the outcome: a breached rule with the action fail fails the verdict.
func (v *Verdict) decide() {
	if v.Outcome == Errored {
		return
	}
	v.Outcome = Passed
	for _, r := range v.Rules {
		if r.Breached && r.Action == Fail {
			v.Outcome = Failed
		}
	}
}

// notes returns sentences about what a reader of the verdict could overlook.
func (j *judge) notes() []string {
	var notes []string
	unrated, scored, unknownSeverities := 0, 0, map[string]bool{}
	for i := range j.scan.Findings {
		f := &j.scan.Findings[i]
		if j.setAside(f) {
			continue
		}
		if !f.Severity.Rated() {
			unrated++
		}
		if f.RankedSeverity() != f.Severity {
			scored++
		}
		if f.Severity != "" && !f.Severity.Known() {
			unknownSeverities[string(f.Severity)] = true
		}
	}
	if unrated > 0 {
		notes = append(notes, fmt.Sprintf("%s without a severity (UNDEFINED, UNTRIAGED or none)", plural(unrated, "finding")))
	}
	if scored > 0 {
		notes = append(notes, fmt.Sprintf("%s rated UNDEFINED or UNTRIAGED: minSeverity compares the severity of the CVSS score instead", plural(scored, "finding")))
	}
	for _, r := range j.counts {
		if r.SkippedUnknown > 0 {
			notes = append(notes, fmt.Sprintf("rule %q skipped %s with unreported data", r.Name, plural(r.SkippedUnknown, "finding")))
		}
	}
	for i := range j.exceptions {
		if r := j.exceptions[i].refused; r != "" {
			notes = append(notes, r)
		}
	}
	for _, s := range slices.Sorted(maps.Keys(unknownSeverities)) {
		notes = append(notes, fmt.Sprintf("unknown severity %q counts as CRITICAL", s))
	}
	return notes
}

// A Baseline has the known findings by key. Nil means that there is no baseline.
type Baseline map[scan.Key]prior

// A prior is how severe a known finding was.
type prior struct {
	rank    int
	exploit scan.Availability
}

// NewBaseline returns a baseline of the findings. Of several with the same key, it keeps the worst.
func NewBaseline(findings []scan.Finding) Baseline {
	b := make(Baseline, len(findings))
	for i := range findings {
		f := &findings[i]
		for _, k := range f.Keys() {
			old, seen := b[k]
			now := prior{f.RankedSeverity().Rank(), f.ExploitAvailable}
			if seen {
				now.rank = max(now.rank, old.rank)
				if old.exploit == scan.Yes {
					now.exploit = scan.Yes
				}
			}
			b[k] = now
		}
	}
	return b
}

// has reports whether every key of a finding is known and the finding has not become more severe. A finding
// without an id is never known.
func (b Baseline) has(f *scan.Finding) bool {
	if b == nil || f.ID == "" {
		return false
	}
	for _, k := range f.Keys() {
		old, seen := b[k]
		if !seen || f.RankedSeverity().Rank() > old.rank || f.ExploitAvailable == scan.Yes && old.exploit != scan.Yes {
			return false
		}
	}
	return true
}
