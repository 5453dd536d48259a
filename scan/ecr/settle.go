package ecr

import (
	"context"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/inspector"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// The default settle times. The findings of a basic scan are there before it reports its end; an enhanced
// scan can report COMPLETE or ACTIVE a minute before its findings are there.
const (
	DefaultSettleBasic = 15 * time.Second
	DefaultSettle      = 60 * time.Second
)

const (
	// oldEnough is the age of a completed scan after which all findings have arrived.
	oldEnough = 5 * time.Minute
	minPolls  = 3
	// minReadingGap is the minimum time between the two readings of a result of several pages.
	minReadingGap = 5 * time.Second
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
	// ByTime is a result that did not change for the settle time.
	ByTime SettledBy = "time"
)

// settled returns the evidence that a result is final. Without evidence, it returns "" and sets the state and
// the delay until the next poll.
func (w *poller) settled(ctx context.Context, s *scan.Scan) (SettledBy, error) {
	if w.coverage.state == waiting {
		w.hold(s)
		return "", nil
	}
	repeated, changed := w.tracker.repeats(s, w.reading)
	if changed && w.coverage.state == done { // findings changed later than a settle time after the scan
		w.coverage.state, w.tracker.changedLate = unproven, true
		w.coverage.answer.Reason = "the findings changed after Amazon Inspector's scan was done"
	}
	by := w.tracker.evidence(s, w.coverage.answer.LastScannedAt, w.reading.date, w.options.Settle)
	ready := by != "" && (repeated || w.reading.pages < 2 || s.Type == scan.Basic)
	if w.coverage.state == done {
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

// confirmed asks Amazon Inspector again, unless a recent response had no evidence, and returns the remaining
// evidence: that Amazon Inspector has not scanned the image since the last response, or what ECR alone shows.
func (w *poller) confirmed(ctx context.Context, s *scan.Scan, by SettledBy) (SettledBy, error) {
	before := w.coverage
	if before.state == done || time.Since(before.asked) >= unprovenFor {
		if err := w.askInspector(ctx, s); err != nil {
			return "", err
		}
	}
	same := w.coverage.answer.LastScannedAt.Equal(before.answer.LastScannedAt)
	switch state := w.coverage.state; {
	case state == waiting:
		w.hold(s)
		return "", nil
	case state == done && before.state == done && same:
		return ByInspector, nil
	case state == done: // two readings must follow
		w.tracker.first = reading{}
		w.settling(s, by)
		return "", nil
	case by == "", !same && !w.coverage.answer.LastScannedAt.IsZero(): // the result is younger than it looked
		w.settling(s, "")
		return "", nil
	}
	w.explain(s)
	return by, nil
}

// settling sets the state of a result that lacks evidence or an equal second reading.
func (w *poller) settling(s *scan.Scan, by SettledBy) {
	w.enter(string(s.Status) + ", settling")
	w.backoff = w.tracker.backoff(s, w.options.Settle)
	if by != "" || w.coverage.state == done {
		w.backoff = w.tracker.untilSecondReading()
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

// explain adds a note on why time alone settled a result that may be Amazon Inspector's.
func (w *poller) explain(s *scan.Scan) {
	answer := w.coverage.answer
	reason, hint := answer.Reason, answer.Hint
	if answer.Outcome == inspector.Blocked {
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
	count       int
	since       time.Time
	seen        uint64
	scan        completion
	first       reading // the first of equal readings
	changedLate bool    // findings changed after the scan was done, so its age proves nothing
}

// reset clears the record, except that findings changed late.
func (l *settleTracker) reset() { *l = settleTracker{changedLate: l.changedLate} }

// repeats records a reading. It reports whether an equal one ended at least 5 seconds before it started, and
// whether it differs from the previous one. If a finding closes during a reading, the ones after it move up,
// and the reading misses the first finding of the next page. A second reading has it.
func (l *settleTracker) repeats(s *scan.Scan, r reading) (repeated, changed bool) {
	r.print = fingerprint(s)
	if l.first.pages == 0 || l.first.print != r.print {
		changed = l.first.pages > 0
		l.first = r
		return false, changed
	}
	return r.began.Sub(l.first.ended) >= minReadingGap, false
}

// A completion is the completion time of a scan and the time of the response.
type completion struct {
	at, asked time.Time // at is zero when the scan has none
}

// isNewer reports whether another scan has completed since an earlier poll. A time that moves with the clock
// from poll to poll belongs to the response, not to a scan.
func (c completion) isNewer(earlier completion) bool {
	moved := c.at.Sub(earlier.at)
	return moved != 0 && (moved-c.asked.Sub(earlier.asked)).Abs() > 2*time.Second
}

// evidence returns the evidence that a reading is final, as far as ECR alone shows it: a basic scan with
// findings and a completion time, a scan that completed minutes ago, or findings that did not change. A scan
// by Amazon Inspector after that completion makes the result younger; inspected is zero if there is none.
func (l *settleTracker) evidence(s *scan.Scan, inspected, date time.Time, settle *time.Duration) SettledBy {
	if s.Type == scan.Basic && s.CompletedAt != nil {
		return ByBasic
	}
	if !l.changedLate && s.CompletedAt != nil && min(age(*s.CompletedAt, date), age(inspected, date)) > oldEnough {
		return ByAge
	}
	l.compare(s, date)
	wanted := settleTime(s, settle)
	if wanted == 0 && len(s.Findings) > 0 && s.CompletedAt != nil || l.count >= minPolls && time.Since(l.since) >= wanted {
		return ByTime
	}
	return ""
}

// age returns how long ago a scan completed: the smaller of the ages by the server's clock and the local
// clock. It is 0 if the clocks disagree: one of them would make a scan older than it is.
func age(completed, date time.Time) time.Duration {
	if !agrees(date) {
		return 0
	}
	return min(date.Sub(completed), time.Since(completed))
}

// agrees reports whether the date of a response that has just arrived is close to the local clock. Then a
// scan can look too old only if both clocks are ahead by the same time.
func agrees(date time.Time) bool {
	return !date.IsZero() && time.Until(date).Abs() <= awsapi.MaxSkew
}

// compare counts a poll with the same result, or starts over with a different one.
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
		*l = settleTracker{since: now, seen: print, first: l.first, changedLate: l.changedLate}
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

// untilSecondReading returns the delay until the second reading.
func (l *settleTracker) untilSecondReading() awsapi.Backoff {
	return steady(max(time.Until(l.first.ended.Add(minReadingGap)), 0))
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
