package scan

import (
	"fmt"
	"hash/maphash"
)

// DuplicateFindingError is the error for pages that hold together but for one thing: a finding without an ARN
// stands on two of them. Either the pages moved while they were read, and another finding is
// missing, or ECR has it twice. A second reading, cut into other pages, tells: what moved does not
// move the same way again.
type DuplicateFindingError struct {
	*IncompleteError
	// Scan is what the pages hold together, the repeated finding included.
	Scan *Scan
	// PageSize is how many findings the largest page has.
	PageSize int
}

// Unwrap gives the *IncompleteError that it is to whoever cannot read again.
func (r *DuplicateFindingError) Unwrap() error { return r.IncompleteError }

var seed = maphash.MakeSeed()

// repeated notices a finding without an ARN that stands on two pages; that it stands twice on one
// page is ECR's own word.
func repeated(pages []*Page, joined *Scan) error {
	if len(pages) < 2 {
		return nil
	}
	first := make(map[uint64]int)
	size := 0
	var again *Finding
	for i, p := range pages {
		size = max(size, len(p.Findings))
		for j := range p.Findings {
			f := &p.Findings[j]
			if f.ARN != "" {
				continue
			}
			k := f.likeness()
			if page, seen := first[k]; seen && page != i {
				again = f
			}
			first[k] = i
		}
	}
	if again == nil {
		return nil
	}
	reason := fmt.Sprintf("the finding %s of package %s is on two pages: the pages moved, or it is there twice", orNone(again.ID), orNone(again.packageName()))
	return &DuplicateFindingError{&IncompleteError{reason}, joined, size}
}

// likeness is the same for what would be the same finding on another page, whatever became of its
// severity and score meanwhile.
func (f *Finding) likeness() uint64 {
	sum := maphash.Comparable(seed, [3]string{f.ID, f.URL, f.Title})
	for i := range f.Packages {
		sum += maphash.Comparable(seed, f.Packages[i])
	}
	return sum
}

func (f *Finding) packageName() string {
	if len(f.Packages) == 0 {
		return ""
	}
	return f.Packages[0].Name
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}
