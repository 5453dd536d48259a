package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A sarifRun is all complete results of one repository.
type sarifRun struct {
	repository string
	category   string
	images     []*Image
	rules      []*sarifRule
	results    []sarifResult
	cuts       []string // what was left out to stay inside the limits
	brief      bool     // help texts are left short
}

// A sarifRule is a vulnerability with all findings that name it.
type sarifRule struct {
	id       string
	findings []*policy.Judged
}

// A sarifResult is a vulnerability in one package at one path.
type sarifResult struct {
	rule    int
	key     scan.Key
	finding *policy.Judged
	pkg     scan.Package
	image   *Image
}

// repositories are those that get a run, with their images, in the order of the images. An image
// that was not judged to the end takes its repository with it: a run without its findings would
// close their alerts.
func repositories(r Run) []*sarifRun {
	var runs []*sarifRun
	by := map[string]*sarifRun{}
	hole := map[string]bool{}
	for i := range r.Images {
		img := &r.Images[i]
		name := img.Ref.Repository
		if !img.Complete || !img.Judged {
			hole[name] = true
			continue
		}
		if by[name] == nil {
			by[name] = &sarifRun{repository: name}
			runs = append(runs, by[name])
		}
		by[name].images = append(by[name].images, img)
	}
	runs = slices.DeleteFunc(runs, func(s *sarifRun) bool { return hole[s.repository] })
	return runs[:min(len(runs), maxRuns)]
}

// planRuns decides what the report holds, worst first and inside the limits on numbers.
func planRuns(r Run) []*sarifRun {
	runs := repositories(r)
	for _, s := range runs {
		s.category = category(r.SARIF.Category, s.repository, len(runs))
		s.collect(r.SARIF)
		if n := len(s.results); n > maxResults {
			s.keep(maxResults)
		}
		s.number()
	}
	return runs
}

// category is automationDetails.id. GitHub takes what stands before the last slash, and refuses
// two runs of the same category in one file.
func category(input, repository string, runs int) string {
	switch {
	case input == "":
		return "ecrgate/" + repository + "/"
	case runs > 1:
		return strings.TrimSuffix(input, "/") + "/" + repository + "/"
	case !strings.Contains(input, "/"):
		return input + "/"
	}
	return input
}

// collect takes every result once; of two with the same key the worse one stands.
func (s *sarifRun) collect(o SARIFOptions) {
	place := map[scan.Key]int{}
	for _, img := range s.images {
		for i := range img.Verdict.Findings {
			f := &img.Verdict.Findings[i]
			if !wanted(f, o) {
				continue
			}
			for _, p := range packagesOf(f.Finding) {
				key := scan.Key{ID: ruleID(f.Finding), Package: p.Name, Path: p.Path}
				at, seen := place[key]
				if !seen {
					at = len(s.results)
					place[key] = at
					s.results = append(s.results, sarifResult{})
				}
				if !seen || worse(f, s.results[at].finding) {
					s.results[at] = sarifResult{key: key, finding: f, pkg: p, image: img}
				}
			}
		}
	}
	slices.SortStableFunc(s.results, func(a, b sarifResult) int {
		return cmp.Or(
			cmp.Compare(b.finding.Severity.Rank(), a.finding.Severity.Rank()),
			cmp.Compare(score(b.finding), score(a.finding)),
			a.key.Compare(b.key),
		)
	})
}

func worse(a, b *policy.Judged) bool {
	return cmp.Or(cmp.Compare(a.Severity.Rank(), b.Severity.Rank()), cmp.Compare(score(a), score(b))) > 0
}

func score(f *policy.Judged) float64 {
	if f.Score == nil {
		return -1
	}
	return *f.Score
}

// wanted leaves out what is excused, and what Inspector suppresses or has closed.
func wanted(f *policy.Judged, o SARIFOptions) bool {
	switch f.Disposition {
	case policy.Excepted, policy.SetAside:
		return false
	}
	return !o.CountedOnly || f.Disposition == policy.Counted
}

// packagesOf are the packages of a finding; one without any has a nameless one.
func packagesOf(f *scan.Finding) []scan.Package {
	if len(f.Packages) == 0 {
		return []scan.Package{{}}
	}
	return f.Packages
}

// ruleID is the vulnerability id; a finding without one gets a name that stays the same.
func ruleID(f *scan.Finding) string {
	if id := strings.TrimSpace(CleanLine(f.ID)); id != "" {
		return id
	}
	var names []string
	for _, p := range f.Packages {
		names = append(names, p.Name)
	}
	return "unnamed-" + hash(f.Title, strings.Join(names, " "))[:12]
}

// hash is a stable name for some texts.
func hash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// keep leaves out all but the first n results, which are the worst, and says so.
func (s *sarifRun) keep(n int) {
	s.cuts = append(s.cuts, fmt.Sprintf("%d of %d results of %s, the least severe ones, were left out to stay inside the limits of code scanning; the JSON report has all of them", len(s.results)-n, len(s.results), s.repository))
	s.results = s.results[:n]
	s.number()
}

// number makes the rules of the results, in the order in which they occur.
func (s *sarifRun) number() {
	s.rules = nil
	index := map[string]int{}
	for i := range s.results {
		res := &s.results[i]
		at, seen := index[res.key.ID]
		if !seen {
			at = len(s.rules)
			index[res.key.ID] = at
			s.rules = append(s.rules, &sarifRule{id: res.key.ID})
		}
		res.rule = at
		rule := s.rules[at]
		if !slices.Contains(rule.findings, res.finding) {
			rule.findings = append(rule.findings, res.finding)
		}
	}
}
