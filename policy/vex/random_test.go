package vex_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A saying is a statement in simple form, for random documents and for an oracle that does not parse purls
// and documents.
type saying struct {
	ids     []string
	product int      // an index into products
	parts   []string // packages, name or name@version; none: the whole product
	status  string
	day     int
}

// products are the products that a statement can name, and whether each is the image.
var products = []struct {
	purl string
	is   bool
}{
	{"pkg:oci/app@" + digest, true},
	{"pkg:oci/app?repository_url=" + host + "/team/app", true},
	{"pkg:oci/app@" + other, false},
	{"pkg:oci/app?repository_url=" + host + "/other/app", false},
	{"pkg:oci/app", false},
}

func (s saying) json() string {
	product := fmt.Sprintf(`{"@id": %q`, products[s.product].purl)
	if len(s.parts) > 0 {
		var parts []string
		for _, p := range s.parts {
			parts = append(parts, fmt.Sprintf(`{"@id": "pkg:deb/debian/%s"}`, p))
		}
		product += `, "subcomponents": [` + strings.Join(parts, ", ") + "]"
	}
	more := map[string]string{"not_affected": `, "justification": "component_not_present"`, "affected": `, "action_statement": "update"`}[s.status]
	return fmt.Sprintf(`{"vulnerability": {"name": %q, "aliases": [%s]}, "products": [%s}], "status": %q, "timestamp": "2026-01-%02dT00:00:00Z"%s}`,
		s.ids[0], quoted(s.ids[1:]), product, s.status, s.day, more)
}

func quoted(texts []string) string {
	var out []string
	for _, text := range texts {
		out = append(out, fmt.Sprintf("%q", text))
	}
	return strings.Join(out, ", ")
}

// excused implements the rule independently: for each id that must be excused and each package, the
// statements of the last day about the image, the id and the package decide, and all of them must excuse.
func excused(f scan.Finding, all []saying) bool {
	must := [][]string{{f.ID}}
	if !strings.HasPrefix(f.ID, "CVE") && len(f.Related) > 0 {
		must = nil
		for _, id := range f.Related {
			must = append(must, []string{f.ID, id})
		}
	}
	for _, ids := range must {
		for _, p := range f.Packages {
			last, good := 0, false
			for _, s := range all {
				if !products[s.product].is || !shares(s.ids, ids) || len(s.parts) > 0 && !shares(s.parts, []string{p.Name, p.Name + "@" + p.Version}) {
					continue
				}
				excuses := s.status == "not_affected" || s.status == "fixed"
				switch {
				case s.day > last:
					last, good = s.day, excuses
				case s.day == last:
					good = good && excuses
				}
			}
			if !good {
				return false
			}
		}
	}
	return true
}

func shares(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

func TestRandomDocumentsExcuseWhatTheRuleExcuses(t *testing.T) {
	ids := []string{"CVE-2026-1", "CVE-2026-2", "GHSA-1", "ALAS-1"}
	names, versions := []string{"a", "b", "c"}, []string{"1", "2"}
	some := func(r *rand.Rand, from []string, n int) (out []string) {
		for range n {
			out = append(out, from[r.IntN(len(from))])
		}
		return out
	}
	count := map[bool]int{}
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var all []saying
		var texts [2][]string
		for range 1 + r.IntN(8) {
			s := saying{ids: some(r, ids, 1+r.IntN(2)), product: r.IntN(len(products)), day: 1 + r.IntN(4)}
			s.status = []string{"not_affected", "not_affected", "fixed", "affected", "under_investigation"}[r.IntN(5)]
			for _, name := range some(r, names, r.IntN(3)) {
				if r.IntN(2) == 0 {
					name += "@" + versions[r.IntN(2)]
				}
				s.parts = append(s.parts, name)
			}
			all = append(all, s)
			k := r.IntN(2)
			texts[k] = append(texts[k], s.json())
		}
		var docs []string
		for _, statements := range texts {
			if len(statements) > 0 {
				docs = append(docs, doc(statements...))
			}
		}
		var findings []scan.Finding
		for range 3 {
			f := finding(ids[r.IntN(4)])
			f.Related = some(r, ids, r.IntN(3))
			for range 1 + r.IntN(2) {
				f.Packages = append(f.Packages, scan.Package{Name: names[r.IntN(3)], Version: versions[r.IntN(2)], Manager: "OS"})
			}
			findings = append(findings, f)
		}
		m := load(t, docs...).Match(&scan.Scan{Findings: findings}, image, &policy.ExceptionRules{})
		for i, f := range findings {
			got, want := m.Exceptions[i] != nil, excused(f, all)
			count[want]++
			if got != want {
				t.Fatalf("seed %d: %s (related %v) in %v: excused %v, want %v, by %+v", seed, f.ID, f.Related, f.Packages, got, want, all)
			}
		}
		for _, u := range m.Uses {
			if u.Used == (u.Reason != "") {
				t.Fatalf("seed %d: used %v, reason %q", seed, u.Used, u.Reason)
			}
		}
	}
	if count[true] < 1000 || count[false] < 1000 {
		t.Errorf("findings excused or not: %v, which tests little", count)
	}
}

// Documents of tens of thousands of statements, as distributions publish them, must not hold up a run.
func TestManyStatementsAndFindings(t *testing.T) {
	var statements []string
	for i := range 20_000 {
		s := saying{ids: []string{fmt.Sprintf("CVE-2026-%d", i)}, product: i % len(products), status: "not_affected", day: 1}
		statements = append(statements, s.json())
	}
	s := &scan.Scan{}
	for i := range 5000 {
		s.Findings = append(s.Findings, finding(fmt.Sprintf("CVE-2026-%d", i*4), scan.Package{Name: "a", Manager: "OS"}))
	}
	m := load(t, doc(statements...)).Match(s, image, &policy.ExceptionRules{})
	if m.Exceptions[0] == nil || m.Exceptions[2] != nil {
		t.Error("wrong exceptions")
	}
}
