package report

import (
	"cmp"
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
	policy     *policy.Policy
	until      string // when an exception that is pasted today should end
	rules      []*sarifRule
	results    []sarifResult
	cuts       []string // what was left out to stay inside the limits
	brief      bool     // help texts are left short
}

// A located finding knows its image.
type located struct {
	*policy.JudgedFinding
	image *Image
}

// A sarifRule is a vulnerability with all findings that name it.
type sarifRule struct {
	id       string
	findings []located
	number   int // its place among the rules, from 1; 0: no result of it is kept
}

// A sarifResult is a vulnerability in one package at one path.
type sarifResult struct {
	rule    *sarifRule
	finding *policy.JudgedFinding
	pkg     *scan.Package
	images  []*Image // that have it, in a run of several; else empty
}

// key is what no other result of the run has.
func (r *sarifResult) key() scan.Key {
	return scan.Key{ID: r.rule.id, Package: r.pkg.Name, Path: r.pkg.Path}
}

// planRuns decides what the report holds, worst first and inside the limits on numbers.
func planRuns(r Run) []*sarifRun {
	runs, _ := repositories(r)
	several := severalRepositories(r)
	for _, s := range runs {
		s.category = category(r.SARIF.Category, s.repository, several)
		s.policy, s.until = r.Policy, until(r)
		s.collect(r.SARIF)
	}
	runs = worstRuns(runs)
	for _, s := range runs {
		s.keep(maxResults)
		if n := len(s.results); n > keptResults {
			s.cuts = append(s.cuts, fmt.Sprintf("code scanning shows the %d most severe of the %d results of %s", keptResults, n, s.repository))
		}
		s.number()
	}
	return runs
}

// repositories are those that get a run, with their images, in the order of the images. An image
// that was not judged to the end takes its repository with it: a run without its findings would
// close their alerts. Holes say so, a sentence each.
func repositories(r Run) (runs []*sarifRun, holes []string) {
	by, hole := map[string]*sarifRun{}, map[string]bool{}
	for i := range r.Images {
		img := &r.Images[i]
		name := repositoryName(img)
		if !img.Complete || !img.Judged {
			hole[name] = true
			holes = append(holes, fmt.Sprintf("the SARIF report has no run for %s, whose alerts stay as they are: %s has no complete result", name, term(img.Ref.String())))
			continue
		}
		if by[name] == nil {
			by[name] = &sarifRun{repository: name}
			runs = append(runs, by[name])
		}
		by[name].images = append(by[name].images, img)
	}
	return slices.DeleteFunc(runs, func(s *sarifRun) bool { return hole[s.repository] }), holes
}

func repositoryName(img *Image) string { return cmp.Or(term(img.Ref.Repository), "unknown-repository") }

// severalRepositories counts those without a run, too: the category of one must not depend on what
// became of another.
func severalRepositories(r Run) bool {
	for i := range r.Images {
		if r.Images[i].Ref.Repository != r.Images[0].Ref.Repository {
			return true
		}
	}
	return false
}

// category is automationDetails.id. GitHub takes what stands before the last slash, and refuses
// two runs of the same category in one file.
func category(input, repository string, several bool) string {
	switch input = term(input); {
	case input == "":
		return "ecrgate/" + repository + "/"
	case several:
		return strings.TrimSuffix(input, "/") + "/" + repository + "/"
	case !strings.Contains(input, "/"):
		return input + "/"
	}
	return input
}

// worstRuns leaves out repositories that a file has no room for, and says so in the first run.
func worstRuns(runs []*sarifRun) []*sarifRun {
	if len(runs) <= maxRuns {
		return runs
	}
	byWorst := slices.Clone(runs)
	slices.SortStableFunc(byWorst, func(a, b *sarifRun) int { return compareResults(a.worst(), b.worst()) })
	kept, names := byWorst[:maxRuns], []string{}
	runs = slices.DeleteFunc(runs, func(s *sarifRun) bool {
		out := !slices.Contains(kept, s)
		if out {
			names = append(names, s.repository)
		}
		return out
	})
	text := fmt.Sprintf("%d repositories have no run, those with the least severe findings: code scanning takes %d runs in a file (left out: %s)", len(names), maxRuns, strings.Join(names, ", "))
	runs[0].cuts = append(runs[0].cuts, cutText(text, maxTextLen))
	return runs
}

// worst is the first result; a run without any is less than all others.
func (s *sarifRun) worst() *sarifResult {
	if len(s.results) == 0 {
		return &sarifResult{rule: &sarifRule{}, finding: &policy.JudgedFinding{Finding: &scan.Finding{}}, pkg: &scan.Package{}}
	}
	return &s.results[0]
}

// leftOut is what the log has to say of the report.
func leftOut(r Run, runs []*sarifRun) []string {
	texts := SARIFHoles(r)
	for _, s := range runs {
		texts = append(texts, s.cuts...)
	}
	return texts
}

// keep leaves out all but the first n results, which are the worst, and says so.
func (s *sarifRun) keep(n int) {
	if len(s.results) <= n {
		return
	}
	s.cuts = append(s.cuts, fmt.Sprintf("%d of %d results of %s, the least severe ones, were left out to stay inside the limits of code scanning; the JSON report has all of them", len(s.results)-n, len(s.results), s.repository))
	s.results = s.results[:n]
	s.number()
}

// number makes the rules of the results, in the order in which they occur.
func (s *sarifRun) number() {
	for _, rule := range s.rules {
		rule.number = 0
	}
	s.rules = s.rules[:0]
	for i := range s.results {
		if rule := s.results[i].rule; rule.number == 0 {
			s.rules = append(s.rules, rule)
			rule.number = len(s.rules)
		}
	}
}
