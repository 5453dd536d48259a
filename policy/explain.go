package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/suggest"
	"github.com/ecrgate/ecrgate/scan"
)

// An Explanation describes how each finding with an id was classified and why, condition by condition.
type Explanation struct{ lines []string }

// String returns the explanation as text of several lines.
func (e Explanation) String() string { return strings.Join(e.lines, "\n") + "\n" }

func (e *Explanation) add(indent int, format string, args ...any) {
	e.lines = append(e.lines, strings.Repeat("  ", indent)+fmt.Sprintf(format, args...))
}

// Explain evaluates a scan and explains the findings whose id, or related id, is id. granted is as in
// Evaluate. The error is a *NoSuchFinding, or that of a verdict that was not reached.
func Explain(ctx context.Context, p *Policy, s *scan.Scan, known Baseline, now time.Time, id string, granted ...*Exception) (Explanation, error) {
	v := p.Evaluate(ctx, s, known, now, granted...)
	if v.Err == nil {
		v.Err = p.MarkDue(ctx, &v, s, known, now)
	}
	if v.Err != nil {
		return Explanation{}, v.Err
	}
	x := explainer{policy: p, repository: s.Image.Repository, baseline: known != nil, now: now}
	var ids []string
	for i := range v.Findings {
		f := &v.Findings[i]
		ids = append(ids, idsOf(f.Finding)...)
		if HasID(f.Finding, id) {
			x.finding(f)
		}
	}
	if len(x.lines) == 0 {
		return Explanation{}, &NoSuchFinding{id, suggest.Nearest(id, ids), len(v.Findings)}
	}
	return x.Explanation, nil
}

// NoSuchFinding is the error for an id without a finding.
type NoSuchFinding struct {
	ID string
	// Near is the most similar id, which was probably meant; empty if none is similar.
	Near string
	// Findings is the number of findings.
	Findings int
}

func (n *NoSuchFinding) Error() string {
	text := fmt.Sprintf("none of the %s has the id %q", plural(n.Findings, "finding"), n.ID)
	if n.Near != "" {
		text += fmt.Sprintf(" (did you mean %s?)", n.Near)
	}
	return text
}

// HasID reports whether an id, in any case, is the id of a finding or a related one.
func HasID(f *scan.Finding, id string) bool {
	for _, other := range idsOf(f) {
		if other != "" && strings.EqualFold(other, id) {
			return true
		}
	}
	return false
}

// An explainer writes the explanation of findings of one image.
type explainer struct {
	Explanation
	policy     *Policy
	repository string
	baseline   bool
	now        time.Time
}

func (e *explainer) finding(f *JudgedFinding) {
	var packages []string
	for _, pkg := range f.Packages {
		packages = append(packages, strings.TrimSpace(pkg.Name+" "+pkg.Version))
	}
	e.add(0, "%s in %s: %s", word(f.ID), wordsOf(packages), f.outcome())
	if f.Due != nil {
		e.add(1, "due on %s: %s", f.Due.Date.Format(time.DateOnly), f.Due.Reason)
	}
	if len(f.Related) > 0 {
		e.add(1, "related ids: %s", join(f.Related))
	}
	switch {
	case f.Disposition == SetAside:
		e.add(1, "status %s: %s", f.Status, setAsideBy(f.Status))
		return
	case f.Disposition == Known:
		e.add(1, "in the baseline, and not more severe than there")
		return
	case e.baseline:
		e.add(1, "not in the baseline, or more severe than there")
	}
	e.exceptions(f)
	for i := range e.policy.Rules {
		e.rule(&e.policy.Rules[i], f)
	}
}

// setAsideBy returns why a status is set aside.
func setAsideBy(status string) string {
	if status == "SUPPRESSED" {
		return "set aside by the policy (scan.suppressed: count would count it)"
	}
	return "no longer found"
}

// outcome returns the disposition of a finding, with the rules or the exception behind it.
func (j *JudgedFinding) outcome() string {
	switch j.Disposition {
	case SetAside:
		return "set aside"
	case Known:
		return "known"
	case Excepted:
		return fmt.Sprintf("excepted by %q", j.Exception.ID)
	case Counted:
		quoted := make([]string, len(j.Rules))
		for i, name := range j.Rules {
			quoted[i] = fmt.Sprintf("%q", name)
		}
		return "counted by " + strings.Join(quoted, ", ")
	}
	return "unmatched: no rule counts it"
}

// exceptions explains those whose id matches the finding.
func (e *explainer) exceptions(f *JudgedFinding) {
	named := false
	for i := range e.policy.Exceptions {
		if x := &e.policy.Exceptions[i]; slices.ContainsFunc(idsOf(f.Finding), x.ID.Match) {
			named = true
			e.exception(x, f)
		}
	}
	if x := f.Exception; x != nil && x.Source != "" {
		named = true
		e.add(1, "VEX statement in %s covers it (reason: %s)", x.Source, x.Reason)
	}
	if !named {
		e.add(1, "no exception matches its id")
	}
}

// exception explains whether one covers the finding, condition by condition.
func (e *explainer) exception(x *Exception, f *JudgedFinding) {
	clauses := e.clauses(x, f.Finding)
	covers := true
	for _, c := range clauses {
		covers = covers && c.truth == yes
	}
	switch {
	case !covers:
		e.add(1, "exception %q does not cover it (reason: %s)", x.ID, x.Reason)
	case f.Exception == x:
		e.add(1, "exception %q covers it (reason: %s)", x.ID, x.Reason)
	default:
		e.add(1, "exception %q would cover it, but another one is first (reason: %s)", x.ID, x.Reason)
	}
	e.conditions(clauses)
}

func (e *explainer) conditions(clauses []clause) {
	words := map[truth]string{yes: "holds", no: "does not hold", unknown: "unknown"}
	for _, c := range clauses {
		e.add(2, "%s: %s; %s: %s", c.name, c.want, c.got, words[c.truth])
	}
}

// A clause is one condition of an exception or a rule, and whether a finding meets it.
type clause struct {
	name, want, got string
	truth           truth
}

// clauses returns the conditions of an exception and the values of the finding.
func (e *explainer) clauses(x *Exception, f *scan.Finding) []clause {
	out := []clause{{"id", x.ID.String(), "the finding has " + wordsOf(idsOf(f)), truthOf(true, x.matchesID(f))}}
	if !x.Package.IsZero() || !x.Path.IsZero() {
		out = append(out, clause{"every package", x.scope(), "the finding has " + places(f), truthOf(true, x.matchesPackages(f))})
	}
	if len(x.Images) > 0 {
		out = append(out, clause{"images", join(x.Images), "the repository is " + e.repository, truthOf(true, appliesTo(x.Images, e.repository))})
	}
	if x.Expires != nil {
		out = append(out, clause{"expires", x.Expires.Format(time.DateOnly), "today is " + e.now.UTC().Format(time.DateOnly), truthOf(true, !expired(x.Expires, e.now))})
	}
	if x.UntilFixed {
		out = append(out, clause{"untilFixed", "true", "fixAvailable is " + word(string(f.FixAvailable)), truthOf(true, !x.fixed(f))})
	}
	never := e.policy.ExceptionRules.Never
	for i := range never {
		for _, c := range never[i].given() {
			out = append(out, clause{"neverExcept." + c.name, c.want(&never[i]), "the finding has " + c.got(f, e.now), truthOf(true, c.holds(&never[i], f, e.now) == no)})
		}
	}
	return out
}

// scope returns which packages an exception covers.
func (x *Exception) scope() string {
	var words []string
	if !x.Package.IsZero() {
		words = append(words, "package "+x.Package.String())
	}
	if !x.Path.IsZero() {
		words = append(words, "path "+x.Path.String())
	}
	return strings.Join(words, ", ")
}

func places(f *scan.Finding) string {
	var words []string
	for _, p := range f.Packages {
		text := word(p.Name)
		if p.Path != "" {
			text += " at " + p.Path
		}
		words = append(words, text)
	}
	return wordsOf(words)
}

// rule explains the result of a rule for the finding, with the value that each condition compared.
func (e *explainer) rule(r *Rule, f *JudgedFinding) {
	if !appliesTo(r.Images, e.repository) {
		e.add(1, "rule %q does not apply to %s (images: %s)", r.Name, e.repository, join(r.Images))
		return
	}
	given := r.given()
	e.add(1, "rule %q %s", r.Name, r.judge(given, f.Finding, e.now).verb(f.Disposition == Excepted))
	var clauses []clause
	for _, c := range given {
		got := "the finding has " + c.got(f.Finding, e.now)
		if c.got(f.Finding, e.now) == notReported {
			got = "ECR does not report it"
		}
		clauses = append(clauses, clause{c.name, c.want(r), got, c.holds(r, f.Finding, e.now)})
	}
	e.conditions(clauses)
}

// verb returns the result of a rule for a finding, or what it would be if the finding were not excepted.
func (r ruling) verb(excepted bool) string {
	count, skip := "counts it", "skips it"
	if excepted {
		count, skip = "would count it without the exception", "would skip it"
	}
	switch {
	case r.truth == yes:
		return count
	case r.truth == no:
		return "does not count it"
	case r.skip:
		return skip + " because of unreported data (unknown: skip)"
	}
	return count + " despite unreported data (unknown: count)"
}
