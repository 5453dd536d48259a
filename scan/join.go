package scan

import (
	"fmt"
	"reflect"
	"slices"
)

// Join puts the pages of one reading together and holds them against each other. The pages of a
// scan must be of the same image and the same scan, none may be missing at the end, and together
// they must hold as many findings as any page's counts name. It does not change the pages.
//
// The errors are *IncompleteError: the findings moved while they were read, or are not all there. One that
// a second reading can clear up is a *DuplicateFindingError.
func Join(pages []*Page) (*Scan, error) {
	if len(pages) == 0 {
		return nil, &IncompleteError{"there is no page"}
	}
	joined := pages[0].Scan
	total, enhanced := 0, false
	for _, p := range pages {
		if err := p.follows(pages[0]); err != nil {
			return nil, err
		}
		if p.Findings == nil && p.Status.Ended() && len(pages) > 1 {
			return nil, &IncompleteError{"a page says neither that there are findings nor that there are none"}
		}
		total, enhanced = total+len(p.Findings), enhanced || p.EnhancedKey
	}
	if err := chained(pages); err != nil {
		return nil, err
	}
	if len(pages) > 1 {
		joined.Findings = make([]Finding, 0, total)
		for _, p := range pages {
			joined.Findings = append(joined.Findings, p.Findings...)
		}
	}
	joined.Type = typeOf(joined.Status, enhanced, total)
	for _, err := range []error{counted(pages, joined.Findings), uniqueARNs(joined.Findings), uniquePages(pages), repeated(pages, &joined)} {
		if err != nil {
			return nil, err
		}
	}
	return &joined, nil
}

// counted holds the findings against the page whose counts name the most. Counts of one page alone
// name too few to say anything; counts that name as many as there are must name the same severities.
func counted(pages []*Page, findings []Finding) error {
	most := slices.MaxFunc(pages, func(a, b *Page) int { return a.Named - b.Named })
	if len(findings) < most.Named {
		return &IncompleteError{fmt.Sprintf("the pages hold %d findings, the severity counts name %d", len(findings), most.Named)}
	}
	if len(findings) > most.Named {
		return nil
	}
	read := map[string]float64{}
	for i := range findings {
		read[string(findings[i].Severity)]++
	}
	for word, n := range most.counts {
		if read[""] == 0 && read[word] < n {
			return &IncompleteError{fmt.Sprintf("the pages hold %g findings of severity %s, the severity counts name %g", read[word], word, n)}
		}
	}
	return nil
}

// uniquePages notices a page that came twice where its findings have no ARN to tell by. One finding
// alone may well be there twice.
func uniquePages(pages []*Page) error {
	byID := map[string][]Finding{} // of a page's first finding
	for _, p := range pages {
		if len(p.Findings) < 2 || p.Findings[0].ARN != "" {
			continue
		}
		id := p.Findings[0].ID
		if reflect.DeepEqual(byID[id], p.Findings) {
			return &IncompleteError{"the same page came twice: the pages moved"}
		}
		byID[id] = p.Findings
	}
	return nil
}

// chained looks at the next tokens: each page but the last has one, and none comes twice.
func chained(pages []*Page) error {
	seen := make(map[string]bool, len(pages))
	for i, p := range pages {
		last := i == len(pages)-1
		switch {
		case last && p.NextToken != "":
			return &IncompleteError{"the last page has a next token: findings are missing after it"}
		case !last && p.NextToken == "":
			return &IncompleteError{"a page without a next token is followed by another page"}
		case seen[p.NextToken]:
			return &IncompleteError{"the same next token came twice: a page is there twice, or the pages moved"}
		}
		seen[p.NextToken] = true
	}
	return nil
}

// IncompleteError is the error for findings that are not all there, or moved while they were read.
type IncompleteError struct{ Reason string }

func (u *IncompleteError) Error() string { return u.Reason }

// follows holds a page against the first one.
func (p *Page) follows(first *Page) error {
	switch {
	case p.Image.Digest != first.Image.Digest:
		return &IncompleteError{fmt.Sprintf("a page is of image %q, the first one of %q", p.Image.Digest, first.Image.Digest)}
	case p.Image.RegistryID != first.Image.RegistryID:
		return &IncompleteError{fmt.Sprintf("a page is of account %q, the first one of %q", p.Image.RegistryID, first.Image.RegistryID)}
	case p.Image.Repository != first.Image.Repository:
		return &IncompleteError{fmt.Sprintf("a page is of repository %q, the first one of %q", p.Image.Repository, first.Image.Repository)}
	case p.Status != first.Status:
		return &IncompleteError{fmt.Sprintf("the status changed from %s to %s between pages", first.Status, p.Status)}
	case !sameTime(p, first):
		return &IncompleteError{"the scan completed anew between pages"}
	}
	return nil
}

func sameTime(a, b *Page) bool {
	if a.CompletedAt == nil || b.CompletedAt == nil {
		return a.CompletedAt == b.CompletedAt
	}
	return a.CompletedAt.Equal(*b.CompletedAt)
}

// uniqueARNs notices pages that moved under the reader: the same finding comes twice.
func uniqueARNs(findings []Finding) error {
	seen := make(map[string]bool, len(findings))
	for i := range findings {
		arn := findings[i].ARN
		if arn == "" {
			continue
		}
		if seen[arn] {
			return &IncompleteError{fmt.Sprintf("the finding %s came twice: the pages moved", arn)}
		}
		seen[arn] = true
	}
	return nil
}
