package policy

import "github.com/ecrgate/ecrgate/scan"

// A Baseline is what is already known, by key. Nil means that there is no baseline.
type Baseline map[scan.Key]prior

// prior is how bad a known finding was.
type prior struct {
	rank    int
	exploit scan.Availability
}

// NewBaseline makes a baseline of findings; of several with the same key the worst is kept.
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

// has reports whether every key of a finding is known and nothing about it has become worse. A
// finding without an id is never known.
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
