package ecr

import (
	"hash/maphash"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A reading is one pass over all pages of a result.
type reading struct {
	date         time.Time // the server's, of the first page
	began, ended time.Time
	pages        int
	print        uint64
}

var seed = maphash.MakeSeed()

// fingerprint returns the same value for the same status and set of findings, in any order.
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

// A repetition is a reading with a finding on two pages. It is accepted if the next reading, in pages of
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
