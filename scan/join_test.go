package scan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// pagesOfThree returns three good pages with two enhanced findings each.
func pagesOfThree() []*Page {
	done := time.Unix(1767323045, 0)
	var pages []*Page
	for i := range 3 {
		p := &Page{CountsTotal: 2, EnhancedKey: true}
		p.Image = Image{RegistryID: "123456789012", Repository: "team/app", Digest: sha}
		p.Status, p.Type, p.CompletedAt = Active, Enhanced, &done
		for j := range 2 {
			p.Findings = append(p.Findings, Finding{ARN: fmt.Sprintf("arn:%d%d", i, j)})
		}
		if i < 2 {
			p.NextToken = fmt.Sprint("token", i)
		}
		pages = append(pages, p)
	}
	return pages
}

func TestJoinPutsPagesTogetherInOrder(t *testing.T) {
	pages := pagesOfThree()
	s, err := Join(pages)
	if err != nil {
		t.Fatal(err)
	}
	var arns []string
	for _, f := range s.Findings {
		arns = append(arns, f.ARN)
	}
	if got := strings.Join(arns, " "); got != "arn:00 arn:01 arn:10 arn:11 arn:20 arn:21" {
		t.Errorf("got %s", got)
	}
	if s.Type != Enhanced || s.Status != Active || s.Image != pages[0].Image || s.CompletedAt == nil {
		t.Errorf("head %+v", s)
	}
	s.Findings[0].ARN = "changed"
	if len(pages[0].Findings) != 2 || pages[0].Findings[0].ARN != "arn:00" {
		t.Error("the pages were changed")
	}
}

func TestJoinTakes(t *testing.T) {
	for name, change := range map[string]func([]*Page){
		"an empty page in the middle": func(p []*Page) { p[1].Findings, p[1].CountsTotal = []Finding{}, 0 },
		"counts of the whole image":   func(p []*Page) { p[0].CountsTotal, p[1].CountsTotal, p[2].CountsTotal = 6, 6, 6 },
		"findings without an ARN": func(p []*Page) {
			p[0].Findings[0], p[2].Findings[0] = Finding{ID: "a"}, Finding{ID: "b"}
		},
		"a finding twice on one page": func(p []*Page) { p[0].Findings = []Finding{{ID: "a"}, {ID: "a"}} },
		"a finding of two packages, on two pages": func(p []*Page) {
			p[0].Findings[0], p[2].Findings[0] = Finding{ID: "a", Packages: []Package{{Name: "x"}}}, Finding{ID: "a", Packages: []Package{{Name: "y"}}}
		},
		"counts that name other severities of another number": func(p []*Page) { p[0].counts = map[Severity]float64{"HIGH": 2} },
		"counts of findings that have no severity":            func(p []*Page) { p[0].CountsTotal, p[0].counts = 6, map[Severity]float64{"UNDEFINED": 6} },
		"more findings than the counts name":                  func(p []*Page) { p[0].CountsTotal = 0 },
		"the same time in another zone":                       func(p []*Page) { there := p[1].CompletedAt.In(time.FixedZone("x", 3600)); p[1].CompletedAt = &there },
		"no completion time at all":                           func(p []*Page) { p[0].CompletedAt, p[1].CompletedAt, p[2].CompletedAt = nil, nil, nil },
		"a page of the other list, in one image":              func(p []*Page) { p[2].EnhancedKey, p[2].Type = false, Basic },
	} {
		t.Run(name, func(t *testing.T) {
			pages := pagesOfThree()
			change(pages)
			s, err := Join(pages)
			if err != nil {
				t.Fatal(err)
			}
			if s.Type != Enhanced || s.Findings == nil {
				t.Errorf("got %+v", s)
			}
		})
	}
}

func TestJoinRefuses(t *testing.T) {
	later := time.Unix(1767323046, 0)
	for says, change := range map[string]func([]*Page){
		`the pages are of two images, "` + sha + `" and "sha256:0"`: func(p []*Page) { p[1].Image.Digest = "sha256:0" },
		`the pages are of two repositories, "team/app" and "x"`:     func(p []*Page) { p[2].Image.Repository = "x" },
		`the pages are of two accounts, "123456789012" and ""`:      func(p []*Page) { p[1].Image.RegistryID = "" },
		"the status changed from ACTIVE to IN_PROGRESS":             func(p []*Page) { p[2].Status = InProgress },
		"the scan completed again between pages":                    func(p []*Page) { p[1].CompletedAt = &later },
		"the last page has a next token":                            func(p []*Page) { p[2].NextToken = "x" },
		"a page without a next token is followed":                   func(p []*Page) { p[0].NextToken = "" },
		"two pages have the same next token":                        func(p []*Page) { p[1].NextToken = "token0" },
		"read 6 findings, but findingSeverityCounts adds up to 7":   func(p []*Page) { p[1].CountsTotal = 7 },
		"read 0 findings, but findingSeverityCounts adds up to 2":   func(p []*Page) { p[0].Findings, p[1].Findings, p[2].Findings = []Finding{}, []Finding{}, []Finding{} },
		"finding arn:00 appears twice":                              func(p []*Page) { p[2].Findings[1].ARN = "arn:00" },
		"finding arn:10 appears twice":                              func(p []*Page) { p[1].Findings[1].ARN = "arn:10" },
		"completed again":                                           func(p []*Page) { p[2].CompletedAt = nil },
		`the pages are of two images, "sha256:0" and "`:             func(p []*Page) { p[0].Image.Digest = "sha256:0" },
		"read 0 CRITICAL findings, but findingSeverityCounts has 1": func(p []*Page) {
			p[1].CountsTotal, p[1].counts = 6, map[Severity]float64{"LOW": 5, "CRITICAL": 1}
			for _, page := range p {
				page.Findings[0].Severity, page.Findings[1].Severity = Low, Low
			}
		},
		"a page appears twice": func(p []*Page) {
			p[0].Findings, p[2].Findings = []Finding{{ID: "a"}, {ID: "b"}}, []Finding{{ID: "a"}, {ID: "b"}}
		},
		"finding a of package x is on two pages": func(p []*Page) {
			x := []Package{{Name: "x", Version: "1"}}
			p[0].Findings[1], p[1].Findings[0] = Finding{ID: "a", Severity: Low, Packages: x}, Finding{ID: "a", Severity: High, Packages: x}
		},
		"finding (none) of package (none) is on two pages": func(p []*Page) { p[0].Findings[0].ARN, p[2].Findings[0].ARN = "", "" },
		"a page has no list of findings":                   func(p []*Page) { p[2].Findings, p[2].CountsTotal = nil, 0 },
		`and "sha256:1"`:                                   func(p []*Page) { p[0].NextToken, p[1].Image.Digest = "", "sha256:1" },
	} {
		t.Run(says, func(t *testing.T) {
			pages := pagesOfThree()
			change(pages)
			s, err := Join(pages)
			refused(t, s, err, says)
		})
	}
	s, err := Join(nil)
	refused(t, s, err, "there are no pages")
}

// refused checks for an *IncompleteError with these words and no scan.
func refused(t *testing.T, s *Scan, err error, says string) {
	t.Helper()
	var unsettled *IncompleteError
	if !errors.As(err, &unsettled) || !strings.Contains(err.Error(), says) || s != nil {
		t.Errorf("got %+v and error %v, want an *IncompleteError that says %q", s, err, says)
	}
}
