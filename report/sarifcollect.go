package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// collect takes every result once, worst first; of two with the same key the worse one stands.
func (s *sarifRun) collect(o SARIFOptions) {
	size := s.size()
	place := make(map[scan.Key]int, size)
	rules := make(map[string]*sarifRule, size)
	s.results = make([]sarifResult, 0, size)
	for _, img := range s.images {
		for i := range img.Verdict.Findings {
			f := &img.Verdict.Findings[i]
			if !wanted(f, o) {
				continue
			}
			rule := ruleOf(rules, f.Finding)
			rule.findings = append(rule.findings, located{f, img})
			packages := packagesOf(f.Finding)
			for i := range packages {
				p := &packages[i]
				s.add(place, sarifResult{rule: rule, finding: f, pkg: p}, img)
			}
		}
	}
	slices.SortFunc(s.results, func(a, b sarifResult) int { return compareResults(&a, &b) })
}

// ruleOf is the rule that a finding belongs to: the one of its id, which is made if need be.
func ruleOf(rules map[string]*sarifRule, f *scan.Finding) *sarifRule {
	id := ruleID(f)
	rule := rules[id]
	if rule == nil {
		rule = &sarifRule{id: id}
		rules[id] = rule
	}
	return rule
}

// size is how many findings the images have.
func (s *sarifRun) size() int {
	n := 0
	for _, img := range s.images {
		n += len(img.Verdict.Findings)
	}
	return n
}

func (s *sarifRun) add(place map[scan.Key]int, r sarifResult, img *Image) {
	key := r.key()
	at, seen := place[key]
	if !seen {
		at = len(s.results)
		place[key] = at
		s.results = append(s.results, r)
	}
	old := &s.results[at]
	if seen && worse(r.finding, old.finding) {
		old.finding, old.pkg = r.finding, r.pkg
	}
	if len(s.images) > 1 && !slices.Contains(old.images, img) {
		old.images = append(old.images, img)
	}
}

// compareResults puts the worse first. No two have the same key.
func compareResults(a, b *sarifResult) int {
	if c := compareFindings(b.finding, a.finding); c != 0 {
		return c
	}
	return a.key().Compare(b.key())
}

func worse(a, b *policy.JudgedFinding) bool { return compareFindings(a, b) > 0 }

// compareFindings is above 0 when a is the worse one.
func compareFindings(a, b *policy.JudgedFinding) int {
	if c := cmp.Compare(a.Severity.Rank(), b.Severity.Rank()); c != 0 {
		return c
	}
	return cmp.Compare(score(a), score(b))
}

func score(f *policy.JudgedFinding) float64 {
	if f.Score == nil {
		return -1
	}
	return *f.Score
}

// wanted leaves out what is excused, and what Inspector suppresses or has closed.
func wanted(f *policy.JudgedFinding, o SARIFOptions) bool {
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

// maxTerm is the longest name that a report for machines shows in full, in UTF-16 units.
const maxTerm = 200

// term is a short text from strangers, such as the name of a package, on one line and of bounded
// length.
func term(s string) string {
	if plainName(s) {
		return s
	}
	return cutText(strings.TrimSpace(CleanLine(s)), maxTerm)
}

// ruleID is the vulnerability id; a finding without one gets a name that stays the same, and so does
// one whose id is longer than any database has.
func ruleID(f *scan.Finding) string {
	if plainName(f.ID) {
		return f.ID
	}
	id := strings.TrimSpace(CleanLine(f.ID))
	switch {
	case len(id) > maxTerm:
		return cutText(id, maxTerm-20) + "-" + hash(f.ID)[:12]
	case id != "":
		return id
	}
	var names []string
	for _, p := range f.Packages {
		names = append(names, p.Name)
	}
	return "unnamed-" + hash(f.Title, strings.Join(names, " "))[:12]
}

// hash is a stable name for some texts.
func hash(parts ...string) string { return string(appendHash(nil, parts...)) }

func appendHash(b []byte, parts ...string) []byte {
	text := make([]byte, 0, 256)
	for _, p := range parts {
		text = append(strconv.AppendInt(text, int64(len(p)), 10), ':')
		text = append(text, p...)
	}
	sum := sha256.Sum256(text)
	return hex.AppendEncode(b, sum[:])
}
