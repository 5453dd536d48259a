package policy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// dueWithin is how many days ahead, today not included, a finding is due.
const dueWithin = 30

// A Due is the day on which a finding that is not counted now will count, although nothing but the date
// changes.
type Due struct {
	// Date is the first UTC day, at its start, at whose end the finding counts. It can be today.
	Date time.Time
	// Reason is what changes on that day: an exception has ended, or a rule's olderThan holds.
	Reason string
}

// MarkDue sets Due of the findings that count today or within the next 30 days. v is what Evaluate returned
// for the same scan, baseline and time. What is known or set aside never becomes due, and a verdict that is an
// error has no due findings. The only error is the cause of ctx, when it ends first; nothing is marked
// then.
//
// There is no second logic of time here: each day on which something could change is evaluated again.
func (p *Policy) MarkDue(ctx context.Context, v *Verdict, s *scan.Scan, known Baseline, now time.Time) error {
	pending := p.dueCandidates(v, s.Image.Repository, now)
	due := map[*scan.Finding]*Due{}
	for ahead := range dueWithin + 1 {
		day := utcDay(now).AddDate(0, 0, ahead)
		findings := slices.DeleteFunc(pending[day], func(f *scan.Finding) bool { return due[f] != nil })
		if len(findings) == 0 {
			continue
		}
		eve := now
		if ahead > 0 {
			eve = EndOfDay(day.AddDate(0, 0, -1))
		}
		before := p.evaluateOnly(ctx, v, findings, s, known, eve)
		later := p.evaluateOnly(ctx, v, findings, s, known, EndOfDay(day))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		held := map[*scan.Finding]*Exception{}
		for _, f := range before.Findings {
			held[f.Finding] = f.Exception
		}
		for _, f := range later.Findings {
			if f.Disposition == Counted {
				due[f.Finding] = &Due{day, dueReason(held[f.Finding], f.Rules)}
			}
		}
	}
	for i := range v.Findings {
		v.Findings[i].Due = due[v.Findings[i].Finding]
	}
	return nil
}

// Due returns the findings that are due, by date, and those of one day in the order of the verdict.
func (v *Verdict) Due() []*JudgedFinding {
	var due []*JudgedFinding
	for i := range v.Findings {
		if v.Findings[i].Due != nil {
			due = append(due, &v.Findings[i])
		}
	}
	slices.SortStableFunc(due, func(a, b *JudgedFinding) int { return a.Due.Date.Compare(b.Due.Date) })
	return due
}

// dueCandidates returns, for each day ahead, the findings that could count from that day on, because they
// reach a rule's age or an exception ends.
func (p *Policy) dueCandidates(v *Verdict, repository string, now time.Time) map[time.Time][]*scan.Finding {
	ages := p.ages(repository)
	ends := p.exceptionEnds(now)
	if len(ages)+len(ends) == 0 {
		return nil
	}
	candidates := map[time.Time][]*scan.Finding{}
	for _, f := range v.Findings {
		if f.Disposition != Excepted && f.Disposition != Unmatched {
			continue
		}
		var days []time.Time
		if first := firstSeen(f.Finding); first != nil {
			for _, age := range ages {
				days = append(days, utcDay(first.Add(age+1))) // older than, not as old as
			}
		}
		if f.Disposition == Excepted {
			days = append(days, ends...)
		}
		slices.SortFunc(days, time.Time.Compare)
		for _, day := range slices.Compact(days) {
			candidates[day] = append(candidates[day], f.Finding)
		}
	}
	return candidates
}

// ages returns the distinct olderThan values of the rules that apply to a repository.
func (p *Policy) ages(repository string) []time.Duration {
	var ages []time.Duration
	for i := range p.Rules {
		r := &p.Rules[i]
		if r.OlderThan > 0 && appliesTo(r.Images, repository) && !slices.Contains(ages, r.OlderThan) {
			ages = append(ages, r.OlderThan)
		}
	}
	return ages
}

// exceptionEnds returns the days in the coming 30 on which an exception no longer holds.
func (p *Policy) exceptionEnds(now time.Time) []time.Time {
	var ends []time.Time
	for i := range p.Exceptions {
		last := p.Exceptions[i].Expires
		if last == nil || expired(last, now) || last.After(utcDay(now).AddDate(0, 0, dueWithin)) {
			continue
		}
		ends = append(ends, utcDay(*last).AddDate(0, 0, 1))
	}
	slices.SortFunc(ends, time.Time.Compare)
	return slices.Compact(ends)
}

// evaluateOnly evaluates some findings of a scan. Its verdict has copies of them.
func (p *Policy) evaluateOnly(ctx context.Context, of *Verdict, findings []*scan.Finding, s *scan.Scan, known Baseline, at time.Time) Verdict {
	some := *s
	some.Findings = make([]scan.Finding, len(findings))
	for i, f := range findings {
		some.Findings[i] = *f
	}
	granted := make([]*Exception, len(findings))
	for i, f := range findings {
		granted[i] = of.granted[f]
	}
	v := p.Evaluate(ctx, &some, known, at, granted...)
	original := make(map[*scan.Finding]*scan.Finding, len(findings))
	for i, f := range findings {
		original[&some.Findings[i]] = f
	}
	for i := range v.Findings {
		v.Findings[i].Finding = original[v.Findings[i].Finding]
	}
	return v
}

// dueReason returns what changed between two evaluations: an exception that excused the finding ended, or the
// finding became old enough for the rules that count it.
func dueReason(held *Exception, rules []string) string {
	if held != nil {
		return fmt.Sprintf("the exception for %s ends on %s", held.ID, held.Expires.Format(time.DateOnly))
	}
	return fmt.Sprintf("older than rule %q allows", rules[0])
}

// utcDay returns the start of the UTC day of a time.
func utcDay(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// EndOfDay returns the last nanosecond of the UTC day of a time.
func EndOfDay(t time.Time) time.Time { return utcDay(t).AddDate(0, 0, 1).Add(-1) }

// maxDaysAhead bounds as-of: a century.
const maxDaysAhead = 36_500

// ParseAsOf parses a day on which a policy is to be evaluated: +7d, counted from the UTC day of now,
// or a date such as 2027-01-31. It returns the end of that UTC day, which is the now of Load and
// Evaluate. A day before today is an error.
func ParseAsOf(text string, now time.Time) (time.Time, error) {
	invalid := fmt.Errorf("invalid day %.40q (want +7d or a date such as 2027-01-31)", text)
	today := utcDay(now)
	if count, ok := strings.CutPrefix(text, "+"); ok {
		count, ok = strings.CutSuffix(count, "d")
		n, err := strconv.ParseUint(count, 10, 32)
		if !ok || err != nil || n > maxDaysAhead {
			return time.Time{}, invalid
		}
		return EndOfDay(today.AddDate(0, 0, int(n))), nil
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil, day.After(today.AddDate(0, 0, maxDaysAhead)):
		return time.Time{}, invalid
	case day.Before(today):
		return time.Time{}, fmt.Errorf("%s is in the past (want today, %s, or a later day)", text, today.Format(time.DateOnly))
	}
	return EndOfDay(day), nil
}
