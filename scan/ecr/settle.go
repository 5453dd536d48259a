package ecr

import (
	"context"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// The defaults of how long findings must stay unchanged. A basic scan ends before it says so; an enhanced
// one can report COMPLETE or ACTIVE a minute before its findings are there.
const (
	DefaultSettleBasic = 15 * time.Second
	DefaultSettle      = 60 * time.Second
)

const (
	// oldEnough is the age of a completed scan by which all findings have arrived.
	oldEnough = 5 * time.Minute
	minLooks  = 3
	// apart is the least time between the two readings of a result of several pages.
	apart = 5 * time.Second
	// emptyPause is the shortest delay between polls, also for settle: 0.
	emptyPause = time.Second
)

// SettledBy is the evidence that all findings of a result have arrived.
type SettledBy string

// The kinds of evidence, as reports name them.
const (
	// ByBasic is a basic scan with findings and a completion time.
	ByBasic SettledBy = "basic"
	// ByAge is a scan that completed more than 5 minutes ago.
	ByAge SettledBy = "age"
	// ByInspector is a scan that Amazon Inspector finished a settle time ago, and two equal readings since.
	ByInspector SettledBy = "inspector"
	// ByTime is a result that stayed the same for the settle time.
	ByTime SettledBy = "time"
)

// settled returns the evidence that a result is final. Without any it is empty, and the state and the delay
// until the next poll are set.
func (w *poller) settled(ctx context.Context, s *scan.Scan) (SettledBy, error) {
	if w.coverage.stand == waiting {
		w.hold(s)
		return "", nil
	}
	repeated, changed := w.tracker.repeats(s, w.reading)
	if changed && w.coverage.stand == done { // findings have come, or gone, later than a settle time after the scan
		w.coverage.stand, w.tracker.late = silent, true
		w.coverage.said.Reason = "the findings changed after Amazon Inspector's scan was done"
	}
	by := w.tracker.evidence(s, w.coverage.said.LastScannedAt, w.reading.date, w.options.Settle)
	ready := by != "" && (repeated || w.reading.pages < 2 || s.Type == scan.Basic)
	if w.coverage.stand == done {
		ready = repeated
	}
	if !ready {
		w.settling(s, by)
		return "", nil
	}
	enhanced, err := w.mayBeEnhanced(ctx, s)
	if !enhanced || err != nil {
		return by, err
	}
	return w.confirmed(ctx, s, by)
}

// confirmed asks again, unless that was just done in vain, and returns the evidence that is left: that Amazon
// Inspector has not scanned the image since the last question, or what ECR shows on its own.
func (w *poller) confirmed(ctx context.Context, s *scan.Scan, by SettledBy) (SettledBy, error) {
	before := w.coverage
	if before.stand == done || time.Since(before.asked) >= freshFor {
		if err := w.inquire(ctx, s); err != nil {
			return "", err
		}
	}
	same := w.coverage.said.LastScannedAt.Equal(before.said.LastScannedAt)
	switch stand := w.coverage.stand; {
	case stand == waiting:
		w.hold(s)
		return "", nil
	case stand == done && before.stand == done && same:
		return ByInspector, nil
	case stand == done: // two readings have to follow
		w.tracker.first = reading{}
		w.settling(s, by)
		return "", nil
	case by == "", !same && !w.coverage.said.LastScannedAt.IsZero(): // the result is younger than it looked
		w.settling(s, "")
		return "", nil
	}
	w.explain(s)
	return by, nil
}

// settling sets the state of a result that lacks evidence, or only an equal second reading.
func (w *poller) settling(s *scan.Scan, by SettledBy) {
	w.enter(string(s.Status) + ", settling")
	w.backoff = w.tracker.backoff(s, w.options.Settle)
	if by != "" || w.coverage.stand == done {
		w.backoff = w.tracker.again()
	}
}

// hold sets the state of a result that does not count yet.
func (w *poller) hold(s *scan.Scan) {
	w.tracker.reset()
	if w.coverage.pending != "" {
		w.enter(string(s.Status) + ", but Amazon Inspector reports " + w.coverage.pending)
		return
	}
	w.enter(string(s.Status) + ", settling")
	w.backoff = steady(max(time.Until(w.coverage.due), emptyPause))
}

// explain notes why time alone settled a result that may be Amazon Inspector's.
func (w *poller) explain(s *scan.Scan) {
	said := w.coverage.said
	reason, hint := said.Reason, said.Hint
	if said.Outcome == inspector.Blocked {
		reason = "Amazon Inspector reports " + reason
	}
	if s.Type == "" && w.registry != nil && *w.registry == "" {
		reason = "the result does not show whether it is of a basic scan, and " + reason
		hint = awsapi.Allow("ecr:GetRegistryScanningConfiguration", "resource *") + "; for enhanced scanning, inspector2:ListCoverage too"
	}
	if hint != "" {
		reason += " (" + hint + ")"
	}
	w.note(scan.ByTimeAlone + ": " + reason)
}

// A settleTracker records what was read since the findings last changed.
type settleTracker struct {
	count int
	since time.Time
	seen  uint64
	scan  completion
	first reading // of equal ones, the first
	late  bool    // findings changed after the scan was done, so its age proves nothing
}

// reset forgets what was read, but not that findings came late.
func (l *settleTracker) reset() { *l = settleTracker{late: l.late} }

// repeats records a reading. It reports whether an equal one ended at least 5 seconds before it began, and
// whether it differs from the one before.
// While a reading pages through findings, one that closes moves the others up, and the first of the next
// page is missed. A second reading has it.
func (l *settleTracker) repeats(s *scan.Scan, r reading) (repeated, changed bool) {
	r.print = fingerprint(s)
	if l.first.pages == 0 || l.first.print != r.print {
		changed = l.first.pages > 0
		l.first = r
		return false, changed
	}
	return r.began.Sub(l.first.ended) >= apart, false
}

// A completion is the completion time of a scan and the time of the response.
type completion struct {
	at, asked time.Time // at is zero when the scan has none
}

// isNewer reports whether another scan has completed since an earlier poll. A time that moves along with the
// clock, poll after poll, belongs to the response and not to a scan.
func (c completion) isNewer(earlier completion) bool {
	moved := c.at.Sub(earlier.at)
	return moved != 0 && (moved-c.asked.Sub(earlier.asked)).Abs() > 2*time.Second
}

// evidence returns why one reading after the others is final, as far as ECR shows it: a basic scan with
// findings and a completion time, a scan that completed minutes ago, or findings that stayed the same. A
// scan by Amazon Inspector after that completion makes the result younger; it is zero for none.
func (l *settleTracker) evidence(s *scan.Scan, inspected, date time.Time, settle *time.Duration) SettledBy {
	if s.Type == scan.Basic && s.CompletedAt != nil {
		return ByBasic
	}
	if !l.late && s.CompletedAt != nil && min(age(*s.CompletedAt, date), age(inspected, date)) > oldEnough {
		return ByAge
	}
	l.compare(s, date)
	wanted := settleTime(s, settle)
	if wanted == 0 && len(s.Findings) > 0 && s.CompletedAt != nil || l.count >= minLooks && time.Since(l.since) >= wanted {
		return ByTime
	}
	return ""
}

// age returns how long ago a scan completed: the smaller of the ages by the server's clock and by ours. It
// is 0 when the clocks disagree: one of them would make a scan older than it is.
func age(completed, date time.Time) time.Duration {
	if !agrees(date) {
		return 0
	}
	return min(date.Sub(completed), time.Since(completed))
}

// agrees reports whether the date of a response that has just arrived is about our own. Then a scan can only
// look too old if both clocks are ahead by the same time.
func agrees(date time.Time) bool {
	return !date.IsZero() && time.Until(date).Abs() <= awsapi.MaxSkew
}

// compare counts a poll with the same result, or starts over with another one.
func (l *settleTracker) compare(s *scan.Scan, date time.Time) {
	now := time.Now()
	done := completion{asked: date}
	if date.IsZero() {
		done.asked = now
	}
	if s.CompletedAt != nil {
		done.at = *s.CompletedAt
	}
	if print := fingerprint(s); l.count == 0 || print != l.seen || done.isNewer(l.scan) {
		*l = settleTracker{since: now, seen: print, first: l.first, late: l.late}
	}
	l.count++
	l.scan = done
}

// backoff returns the delays between polls: half the settle time, from the first poll on.
func (l *settleTracker) backoff(s *scan.Scan, settle *time.Duration) awsapi.Backoff {
	between := settleTime(s, settle) / 2
	if between == 0 {
		between = emptyPause
	}
	next := l.since.Add(time.Duration(l.count) * between)
	return steady(max(time.Until(next), emptyPause))
}

// again returns the delay until the second reading.
func (l *settleTracker) again() awsapi.Backoff {
	return steady(max(time.Until(l.first.ended.Add(apart)), 0))
}

func steady(d time.Duration) awsapi.Backoff { return awsapi.Backoff{Longest: d, Steady: true} }

func settleTime(s *scan.Scan, settle *time.Duration) time.Duration {
	switch {
	case settle != nil:
		return *settle
	case s.Type == scan.Basic:
		return DefaultSettleBasic
	}
	return DefaultSettle
}
