package policy

import "github.com/ecrgate/ecrgate/scan"

// A Baseline has the known findings by key. Nil means that there is no baseline.
type Baseline map[scan.Key]prior

// prior is how severe a known finding was.
type prior struct {
	rank    int
	exploit scan.Availability
}

// NewBaseline returns a baseline of findings. Of several with the same key it keeps the worst.
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
