package vex

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Match is the effect of the documents on the findings of one scan.
type Match struct {
	// Exceptions has an entry for each finding of the scan, nil if no statement excuses it. If several
	// statements do, each for one package, the entry is for the first package.
	Exceptions []*policy.Exception
	// Uses has an entry for each statement and product, in the order of the documents.
	Uses []Use
}

// Match returns the findings that statements excuse, under the policy's rules for exceptions. Without
// documents (nil), no finding is excused.
func (d *Documents) Match(s *scan.Scan, t Target, rules *policy.ExceptionRules) Match {
	if d == nil {
		return Match{}
	}
	m := &matcher{Documents: d, target: &t, rules: rules, uses: d.Uses(""), live: make([]bool, len(d.claims))}
	for i := range d.claims {
		c := &d.claims[i]
		if why := c.product.mismatch(&t); why != "" {
			m.note(i, otherImage, why)
			continue
		}
		m.live[i] = true
		m.note(i, otherVulnerability, "the image has no finding "+strings.Join(c.ids, " or "))
	}
	out := Match{Exceptions: make([]*policy.Exception, len(s.Findings)), Uses: m.uses}
	for i := range s.Findings {
		out.Exceptions[i] = m.finding(&s.Findings[i])
	}
	return out
}

// A matcher matches the findings of one scan.
type matcher struct {
	*Documents
	target *Target
	rules  *policy.ExceptionRules
	uses   []Use
	live   []bool // the claims whose product is the target
}

// finding returns the exception for a finding, nil if there is none. Every package of the finding must be
// excused, for each vulnerability that it covers.
func (m *matcher) finding(f *scan.Finding) *policy.Exception {
	packages := []*scan.Package{nil}
	if len(f.Packages) > 0 {
		packages = packages[:0]
		for i := range f.Packages {
			packages = append(packages, &f.Packages[i])
		}
	}
	var used []int
	open := ""
	for _, claims := range m.about(f) {
		for _, pkg := range packages {
			switch i := m.newest(f, claims, pkg); {
			case i >= 0:
				used = append(used, i)
			case open == "":
				open = fmt.Sprintf("no statement excuses %s in %s", f.ID, describe(pkg))
			}
		}
	}
	switch {
	case len(used) == 0:
		return nil
	case open != "":
		m.noteAll(used, partOnly, open)
		return nil
	case m.rules.Forbid(f) != "":
		m.noteAll(used, forbidden, m.rules.Forbid(f))
		return nil
	}
	for _, i := range used {
		m.uses[i].use()
	}
	return m.claims[used[0]].exception
}

// about returns the claims about a finding, one list per vulnerability that it covers. A CVE is one
// vulnerability; an advisory covers every related id, and a claim about the advisory itself applies to all of
// them.
func (m *matcher) about(f *scan.Finding) [][]int {
	own := m.byID[strings.ToUpper(f.ID)]
	if len(f.Related) == 0 || strings.HasPrefix(strings.ToUpper(f.ID), "CVE-") {
		return [][]int{m.alive(own)}
	}
	var out [][]int
	for _, id := range f.Related {
		out = append(out, m.alive(slices.Concat(own, m.byID[strings.ToUpper(id)])))
	}
	return out
}

func (m *matcher) alive(claims []int) []int {
	return slices.DeleteFunc(slices.Clone(claims), func(i int) bool { return !m.live[i] })
}

// newest returns the claim that decides about a package, -1 if there is none or it does not excuse the
// package.
func (m *matcher) newest(f *scan.Finding, claims []int, pkg *scan.Package) int {
	var cover []int
	for _, i := range claims {
		if m.claims[i].product.covers(pkg, m.target) {
			cover = append(cover, i)
			continue
		}
		m.note(i, otherPackage, fmt.Sprintf("no subcomponent of the product is %s, where %s was found", describe(pkg), f.ID))
	}
	if len(cover) == 0 {
		return -1
	}
	best := slices.MaxFunc(cover, m.compare)
	winner := &m.claims[best]
	for _, i := range cover {
		if c := &m.claims[i]; c.statement != winner.statement && m.compare(i, best) < 0 {
			m.note(i, superseded, fmt.Sprintf("%s: %s says %s later", winner.file, winner.place, string(winner.status)))
			if c.status.excuses() && !winner.status.excuses() {
				m.uses[best].use()
			}
		}
	}
	if refused := m.refuse(winner.statement); refused != "" {
		m.note(best, forbidden, refused)
		return -1
	}
	return best
}

// compare orders claims by precedence: the later one; at equal times one that does not excuse, then one that
// the rules allow.
func (m *matcher) compare(i, j int) int {
	a, b := &m.claims[i], &m.claims[j]
	if c := a.at.Compare(b.at); c != 0 {
		return c
	}
	if c := order(!a.status.excuses(), !b.status.excuses()); c != 0 {
		return c
	}
	return order(m.refuse(a.statement) == "", m.refuse(b.statement) == "")
}

func order(a, b bool) int {
	switch {
	case a && !b:
		return 1
	case b && !a:
		return -1
	}
	return 0
}

// refuse returns why a statement can excuse no finding at all; empty if it can.
func (m *matcher) refuse(s *statement) string {
	if !s.status.excuses() {
		return fmt.Sprintf("status %s excuses nothing", string(s.status))
	}
	return m.rules.RefuseVEX(s.author, s.justification)
}
