package ecr

import (
	"hash/maphash"
	"time"

	"github.com/ecrgate/ecrgate/scan"
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

// A settleTracker records what was read since the findings last changed.
type settleTracker struct {
	count int
	since time.Time
	seen  uint64
	scan  completion
	first reading // of equal ones, the first
	late  bool    // findings changed after the scan was done, so its age proves nothing
}

// A reading is one pass over all pages of a result.
type reading struct {
	date         time.Time // the server's, of the first page
	began, ended time.Time
	pages        int
	print        uint64
}

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

var seed = maphash.MakeSeed()

// fingerprint is equal for the same status and set of findings, in any order.
func fingerprint(s *scan.Scan) uint64 {
	sum := maphash.String(seed, string(s.Status))
	for i := range s.Findings {
		f := &s.Findings[i]
		sum += maphash.Comparable(seed, identity{f.ARN, f.ID, f.Severity, f.FixAvailable, f.ExploitAvailable, f.Status, keysHash(f)})
	}
	return sum + uint64(len(s.Findings))
}

// identity is what a policy can compare of a finding.
type identity struct {
	arn, id  string
	severity scan.Severity
	fix      scan.Availability
	exploit  scan.Availability
	status   string
	packages uint64
}

func keysHash(f *scan.Finding) uint64 {
	var sum uint64
	for _, p := range f.Packages {
		sum += maphash.Comparable(seed, p)
	}
	if f.Score != nil {
		sum += maphash.Comparable(seed, *f.Score)
	}
	return sum
}

// A repetition is a reading with a finding on two pages. It is believed if the next reading, in pages of
// another size, has the same findings.
type repetition struct {
	print     uint64
	size      int // of its largest page; 0 for none
	confirmed bool
}

// confirms records a reading and reports whether the one before had the same findings on other pages.
func (r *repetition) confirms(now *scan.DuplicateFindingError) bool {
	print := fingerprint(now.Scan)
	same := r.size > 0 && r.print == print && (r.confirmed || r.size != now.PageSize)
	*r = repetition{print, now.PageSize, same}
	return same
}

// pageSize returns another page size for a reading that has to be confirmed.
func (r *repetition) pageSize() int32 {
	if r.size == 0 || r.confirmed {
		return pageSize
	}
	return int32(max(1, r.size-1-r.size/8))
}
