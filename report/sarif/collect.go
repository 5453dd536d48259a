package sarif

import (
	"cmp"
	"slices"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// collect adds every result once, worst first.
func (s *run) collect(countedOnly bool) {
	index := map[scan.Key]int{}
	rules := map[string]*rule{}
	for _, img := range s.images {
		for i := range img.Verdict.Findings {
			f := &img.Verdict.Findings[i]
			if !reported(f, countedOnly) {
				continue
			}
			id := report.StableID(f.Finding)
			if rules[id] == nil {
				rules[id] = &rule{id: id}
			}
			rules[id].findings = append(rules[id].findings, located{f, img})
			packages := f.AffectedPackages()
			for j := range packages {
				p := &packages[j]
				s.add(index, result{rule: rules[id], finding: f, name: p.Name, path: p.Path}, p, img)
			}
		}
	}
	slices.SortFunc(s.results, func(a, b result) int { return compareResults(&a, &b) })
}

// add adds a package to its result. Of two findings with the same key the worse one decides the severity.
func (s *run) add(index map[scan.Key]int, r result, p *scan.Package, img *report.Image) {
	at, seen := index[r.key()]
	if !seen {
		at = len(s.results)
		index[r.key()] = at
		s.results = append(s.results, r)
	}
	old := &s.results[at]
	if seen && compareFindings(r.finding, old.finding) > 0 {
		old.finding = r.finding
		old.versions = slices.Insert(old.versions, 0, p)
	} else {
		old.versions = append(old.versions, p)
	}
	if len(s.images) > 1 && !slices.Contains(old.images, img) {
		old.images = append(old.images, img)
	}
}

// compareResults sorts the worse one first. No two results have the same key.
func compareResults(a, b *result) int {
	return cmp.Or(policy.CompareUrgency(a.finding.Finding, b.finding.Finding), a.key().Compare(b.key()))
}

// compareFindings returns a number above 0 when a is worse by severity and score.
func compareFindings(a, b *policy.JudgedFinding) int {
	return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(score(a), score(b)))
}

func score(f *policy.JudgedFinding) float64 {
	if f.Score == nil {
		return -1
	}
	return *f.Score
}

// reported reports whether the log has a finding: not one that is excepted or set aside.
func reported(f *policy.JudgedFinding, countedOnly bool) bool {
	switch f.Disposition {
	case policy.Excepted, policy.SetAside:
		return false
	}
	return !countedOnly || f.Disposition == policy.Counted
}
