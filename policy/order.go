package policy

import (
	"cmp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// place orders the dispositions in every report.
var place = map[Disposition]int{Counted: 0, Unmatched: 1, Excepted: 2, Known: 3, SetAside: 4}

// A rank is where a finding belongs. Most are told apart by their first two numbers, and only what
// is left is compared by name.
type rank struct {
	class int // by disposition, then severity
	score float64
	at    int // the place in the list, so that equal findings stay as they were
}

// worstFirst gives the findings in the order of every report: counted ones first, then by severity,
// score and name.
func worstFirst(findings []JudgedFinding) []JudgedFinding {
	ranks := make([]rank, len(findings))
	for i := range findings {
		f := &findings[i]
		ranks[i] = rank{place[f.Disposition]*8 - f.Severity.Rank(), sortScore(f.Finding), i}
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		if c := cmp.Compare(a.class, b.class); c != 0 {
			return c
		}
		if c := cmp.Compare(b.score, a.score); c != 0 {
			return c
		}
		if c := compareNames(findings[a.at].Finding, findings[b.at].Finding); c != 0 {
			return c
		}
		return a.at - b.at
	})
	sorted := make([]JudgedFinding, len(findings))
	for i, r := range ranks {
		sorted[i] = findings[r.at]
	}
	return sorted
}

func compareNames(a, b *scan.Finding) int {
	if c := strings.Compare(a.ID, b.ID); c != 0 {
		return c
	}
	if c := slices.CompareFunc(a.Keys(), b.Keys(), scan.Key.Compare); c != 0 {
		return c
	}
	return strings.Compare(a.ARN, b.ARN)
}

func sortScore(f *scan.Finding) float64 {
	if f.Score == nil {
		return -1
	}
	return *f.Score
}
