package scan

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
)

// Join joins the pages of one reading and checks that they are consistent: all are of the same image and the
// same scan, none is missing at the end, and together they have at least as many findings as the counts of
// any page add up to. It does not change the pages.
//
// Errors are *IncompleteError: the findings changed during the reading, or some are missing. An error
// that another reading can resolve is a *DuplicateFindingError.
func Join(pages []*Page) (*Scan, error) {
	if len(pages) == 0 {
		return nil, &IncompleteError{"there are no pages"}
	}
	joined := pages[0].Scan
	total, enhanced := 0, false
	for _, p := range pages {
		if err := p.follows(pages[0]); err != nil {
			return nil, err
		}
		if p.Findings == nil && p.Status.Ended() && len(pages) > 1 {
			return nil, &IncompleteError{"a page has no list of findings"}
		}
		total, enhanced = total+len(p.Findings), enhanced || p.EnhancedKey
	}
	if err := checkTokens(pages); err != nil {
		return nil, err
	}
	if len(pages) > 1 {
		joined.Findings = make([]Finding, 0, total)
		for _, p := range pages {
			joined.Findings = append(joined.Findings, p.Findings...)
		}
	}
	joined.Type = typeOf(joined.Status, enhanced, total)
	for _, err := range []error{
		checkCounts(pages, joined.Findings),
		checkARNs(joined.Findings),
		checkDuplicatePages(pages),
		checkDuplicateFindings(pages, &joined),
	} {
		if err != nil {
			return nil, err
		}
	}
	return &joined, nil
}

// follows checks that a page belongs to the same reading as the first one.
func (p *Page) follows(first *Page) error {
	switch {
	case p.Image.Digest != first.Image.Digest:
		return incomplete("the pages are of two images, %q and %q", first.Image.Digest, p.Image.Digest)
	case p.Image.RegistryID != first.Image.RegistryID:
		return incomplete("the pages are of two accounts, %q and %q", first.Image.RegistryID, p.Image.RegistryID)
	case p.Image.Repository != first.Image.Repository:
		return incomplete("the pages are of two repositories, %q and %q", first.Image.Repository, p.Image.Repository)
	case p.Status != first.Status:
		return incomplete("the status changed from %s to %s between pages", first.Status, p.Status)
	case !sameTime(p, first):
		return incomplete("the scan completed again between pages")
	}
	return nil
}

func sameTime(a, b *Page) bool {
	if a.CompletedAt == nil || b.CompletedAt == nil {
		return a.CompletedAt == b.CompletedAt
	}
	return a.CompletedAt.Equal(*b.CompletedAt)
}

// checkTokens checks the next tokens: every page but the last has one, and no two are the same.
func checkTokens(pages []*Page) error {
	seen := make(map[string]bool, len(pages))
	for i, p := range pages {
		last := i == len(pages)-1
		switch {
		case last && p.NextToken != "":
			return incomplete("the last page has a next token: more findings follow")
		case !last && p.NextToken == "":
			return incomplete("a page without a next token is followed by another page")
		case seen[p.NextToken]:
			return incomplete("two pages have the same next token")
		}
		seen[p.NextToken] = true
	}
	return nil
}

// checkCounts compares the findings with the largest counts of any page. When the numbers are equal,
// the severities must be too; smaller counts are of one page and prove nothing.
func checkCounts(pages []*Page, findings []Finding) error {
	most := slices.MaxFunc(pages, func(a, b *Page) int { return a.CountsTotal - b.CountsTotal })
	if len(findings) < most.CountsTotal {
		return incomplete("read %d findings, but findingSeverityCounts adds up to %d", len(findings), most.CountsTotal)
	}
	if len(findings) > most.CountsTotal {
		return nil
	}
	read := map[Severity]float64{}
	for i := range findings {
		read[findings[i].Severity]++
	}
	for severity, n := range most.counts {
		if read[""] == 0 && read[severity] < n {
			return incomplete("read %g %s findings, but findingSeverityCounts has %g", read[severity], severity, n)
		}
	}
	return nil
}

// checkARNs detects pages that shifted during the reading: a finding appears twice.
func checkARNs(findings []Finding) error {
	seen := make(map[string]bool, len(findings))
	for i := range findings {
		arn := findings[i].ARN
		if arn == "" {
			continue
		}
		if seen[arn] {
			return incomplete("finding %s appears twice: the pages shifted during the reading", arn)
		}
		seen[arn] = true
	}
	return nil
}

// checkDuplicatePages detects a page that appears twice, where its findings have no ARN. A single
// finding may be a duplicate of ECR's own.
func checkDuplicatePages(pages []*Page) error {
	byID := map[string][]Finding{} // the findings of a page by the id of its first one
	for _, p := range pages {
		if len(p.Findings) < 2 || p.Findings[0].ARN != "" {
			continue
		}
		id := p.Findings[0].ID
		if reflect.DeepEqual(byID[id], p.Findings) {
			return incomplete("a page appears twice: the pages shifted during the reading")
		}
		byID[id] = p.Findings
	}
	return nil
}

// checkDuplicateFindings detects a finding without an ARN on two pages. Two on one page are a
// duplicate of ECR's own.
func checkDuplicateFindings(pages []*Page, joined *Scan) error {
	if len(pages) < 2 {
		return nil
	}
	pageOf := make(map[uint64]int)
	largest := 0
	var duplicate *Finding
	for i, p := range pages {
		largest = max(largest, len(p.Findings))
		for j := range p.Findings {
			f := &p.Findings[j]
			if f.ARN != "" {
				continue
			}
			h := f.hash()
			if page, seen := pageOf[h]; seen && page != i {
				duplicate = f
			}
			pageOf[h] = i
		}
	}
	if duplicate == nil {
		return nil
	}
	name := ""
	if len(duplicate.Packages) > 0 {
		name = duplicate.Packages[0].Name
	}
	return &DuplicateFindingError{
		IncompleteError: incomplete("finding %s of package %s is on two pages: the pages shifted, or ECR has it twice", cmp.Or(duplicate.ID, "(none)"), cmp.Or(name, "(none)")),
		Scan:            joined,
		PageSize:        largest,
	}
}

var seed = maphash.MakeSeed()

// hash returns the same value for the same finding, whatever its severity and score.
func (f *Finding) hash() uint64 {
	sum := maphash.Comparable(seed, [3]string{f.ID, f.URL, f.Title})
	for i := range f.Packages {
		sum += maphash.Comparable(seed, f.Packages[i])
	}
	return sum
}

func incomplete(format string, args ...any) *IncompleteError {
	return &IncompleteError{fmt.Sprintf(format, args...)}
}
