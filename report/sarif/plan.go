package sarif

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// A run is the complete results of one repository.
type run struct {
	repository string
	category   string
	images     []*report.Image
	policy     *policy.Policy
	expires    string // expiry date of proposed exceptions
	rules      []*rule
	results    []result
	cuts       []string // what was left out to stay inside the limits
	brief      bool     // help texts are short
}

// planRuns decides which runs there are, and what they hold. Holes name the repositories without a run.
func planRuns(r report.Run) (runs []*run, holes []string) {
	runs, holes = repositories(r)
	several := severalRepositories(r)
	for _, s := range runs {
		s.category = category(r.SARIF.Category, s.repository, several)
		s.policy, s.expires = r.Policy, r.SnippetExpiry()
		s.collect(r.SARIF.CountedOnly)
	}
	return runs, holes
}

// limit keeps a run inside the limits on the number of results.
func (s *run) limit() {
	s.keep(maxResults)
	if n := len(s.results); n > keptResults {
		s.cuts = append(s.cuts, fmt.Sprintf("code scanning shows the %d most severe of the %d results of %s", keptResults, n, s.repository))
	}
	s.number()
}

// repositories returns a run for each repository, in the order of the images. A repository with an
// image that was not judged completely has none; holes say so, a sentence each.
func repositories(r report.Run) (runs []*run, holes []string) {
	by, hole := map[string]*run{}, map[string]bool{}
	for i := range r.Images {
		img := &r.Images[i]
		name := repositoryName(img)
		if !img.Judged {
			hole[name] = true
			holes = append(holes, fmt.Sprintf("the SARIF report has no run for %s, whose alerts stay as they are: %s has no complete result", name, safe.Term(img.Ref.String())))
			continue
		}
		if by[name] == nil {
			by[name] = &run{repository: name}
			runs = append(runs, by[name])
		}
		by[name].images = append(by[name].images, img)
	}
	return slices.DeleteFunc(runs, func(s *run) bool { return hole[s.repository] }), holes
}

func repositoryName(img *report.Image) string {
	return cmp.Or(safe.Term(img.Ref.Repository), "unknown-repository")
}

// severalRepositories also counts those without a run: the category of one repository must not depend
// on the verdict on another.
func severalRepositories(r report.Run) bool {
	for i := range r.Images {
		if r.Images[i].Ref.Repository != r.Images[0].Ref.Repository {
			return true
		}
	}
	return false
}

// category returns automationDetails.id. GitHub uses the part before the last slash, and rejects two runs
// with the same category in one file.
func category(input, repository string, several bool) string {
	switch input = safe.Term(input); {
	case input == "":
		return "ecrgate/" + repository + "/"
	case several:
		return strings.TrimSuffix(input, "/") + "/" + repository + "/"
	case !strings.Contains(input, "/"):
		return input + "/"
	}
	return input
}

// worstRuns leaves out repositories that do not fit into a file, and names them in the first run.
func worstRuns(runs []*run) []*run {
	if len(runs) <= maxRuns {
		return runs
	}
	byWorst := slices.Clone(runs)
	slices.SortStableFunc(byWorst, func(a, b *run) int { return compareResults(a.worst(), b.worst()) })
	kept, names := byWorst[:maxRuns], []string{}
	runs = slices.DeleteFunc(runs, func(s *run) bool {
		out := !slices.Contains(kept, s)
		if out {
			names = append(names, s.repository)
		}
		return out
	})
	text := fmt.Sprintf("%d repositories have no run, those with the least severe findings: code scanning takes %d runs in a file (left out: %s)", len(names), maxRuns, strings.Join(names, ", "))
	runs[0].cuts = append(runs[0].cuts, safe.Cut(text, maxText))
	return runs
}

// worst returns the first result; a run without results is less severe than any other.
func (s *run) worst() *result {
	if len(s.results) == 0 {
		return &result{rule: &rule{}, finding: &policy.JudgedFinding{Finding: &scan.Finding{}}}
	}
	return &s.results[0]
}

// keep drops all but the first n results, which are the worst, and records how many.
func (s *run) keep(n int) {
	if len(s.results) <= n {
		return
	}
	s.cuts = append(s.cuts, fmt.Sprintf("%d of %d results of %s, the least severe ones, were left out to stay inside the limits of code scanning; the JSON report has all of them", len(s.results)-n, len(s.results), s.repository))
	s.results = s.results[:n]
	s.number()
}

// number makes the rules of the results, in the order in which they occur.
func (s *run) number() {
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
