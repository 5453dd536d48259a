package ecr

import "github.com/ecrgate/ecrgate/scan"

// A repetition is a reading in which a finding stood on two pages. It is believed when the next
// reading, cut into other pages, holds the same findings.
type repetition struct {
	print     uint64
	size      int // of its largest page; 0: there was none
	confirmed bool
}

// confirms takes in a reading, and reports whether the one before had the same findings on other
// pages.
func (r *repetition) confirms(now *scan.DuplicateFindingError) bool {
	print := fingerprint(now.Scan)
	same := r.size > 0 && r.print == print && (r.confirmed || r.size != now.PageSize)
	*r = repetition{print, now.PageSize, same}
	return same
}

// pageSize cuts the next reading elsewhere than one that has to be confirmed.
func (r *repetition) pageSize() int32 {
	if r.size == 0 || r.confirmed {
		return pageSize
	}
	return int32(max(1, r.size-1-r.size/8))
}
