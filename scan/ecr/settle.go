package ecr

import (
	"hash/maphash"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// How long findings must stay unchanged when the user does not say: a basic scan ends before it
// says so, an enhanced one can say COMPLETE or ACTIVE a minute before its findings are there.
const (
	DefaultSettleBasic = 15 * time.Second
	DefaultSettle      = 60 * time.Second
)

const (
	// oldEnough is the age of a completion time by which all findings have arrived.
	oldEnough = 5 * time.Minute
	minLooks  = 3
	// emptyPause lies between the looks at an empty result when no time to settle was asked for.
	emptyPause = time.Second
)

// looks remembers what was seen since the findings last changed.
type looks struct {
	count int
	since time.Time
	seen  uint64
}

// settled says whether a result can be taken: a basic scan with findings and a completion time, a
// scan that completed minutes ago by the server's clock, or findings that stayed the same.
func (l *looks) settled(s *scan.Scan, date time.Time, settle *time.Duration) bool {
	if s.Type == scan.Basic && s.CompletedAt != nil {
		return true
	}
	if s.CompletedAt != nil && !date.IsZero() && date.Sub(*s.CompletedAt) > oldEnough {
		return true
	}
	if now, print := time.Now(), fingerprint(s); l.count == 0 || print != l.seen {
		*l = looks{since: now, seen: print}
	}
	l.count++
	wanted := settleTime(s, settle)
	if wanted == 0 && len(s.Findings) > 0 {
		return true
	}
	return l.count >= minLooks && time.Since(l.since) >= wanted
}

// pace gives the pauses between looks.
func (l *looks) pace(s *scan.Scan, settle *time.Duration) pace {
	between := settleTime(s, settle) / 2
	if between == 0 {
		between = emptyPause
	}
	return pace{longest: between, steady: true}
}

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

// fingerprint is the same for the same status and set of findings, in any order.
func fingerprint(s *scan.Scan) uint64 {
	sum := maphash.String(seed, string(s.Status))
	for i := range s.Findings {
		f := &s.Findings[i]
		sum += maphash.Comparable(seed, identity{f.ARN, f.ID, f.Severity, f.FixAvailable, f.ExploitAvailable, f.Status, keysHash(f)})
	}
	return sum + uint64(len(s.Findings))
}

// identity is what of a finding a policy can look at.
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
