package gate

import (
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// numbers are the properties of an uncounted finding that reports still count.
type numbers struct {
	severity       scan.Severity
	fix            scan.Availability
	inBaseImage    scan.Availability
	knownExploited scan.Availability
}

// countsOnly drops the details of findings that no rule counts, once the run has so many images that no
// report lists them. Few distinct findings remain, and all images share them.
func (g *Gate) countsOnly(img report.Image) report.Image {
	if !g.CountsOnly || g.claims.count() <= report.Fleet {
		return img
	}
	for i := range img.Children {
		img.Children[i].Verdict.Findings = nil // they are merged in that of the image
	}
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if f.Disposition == policy.Unmatched && f.Due == nil {
			n := numbers{f.Severity, f.FixAvailable, f.InBaseImage, f.KnownExploited}
			shared, _ := g.counted.LoadOrStore(n, &scan.Finding{Severity: n.severity, FixAvailable: n.fix, InBaseImage: n.inBaseImage, KnownExploited: n.knownExploited})
			f.Finding = shared.(*scan.Finding)
			continue
		}
		own := *f.Finding // not in the memory of the others
		f.Finding = &own
	}
	return img
}
