package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/scan"
)

// expiringWithin is how many days before an exception expires reports warn about it.
const expiringWithin = 14

// expired reports whether the last day, inclusive and in UTC, has passed.
func expired(last *time.Time, now time.Time) bool {
	return last != nil && !now.Before(last.AddDate(0, 0, 1))
}

// expiring reports whether the last day is near.
func expiring(last *time.Time, now time.Time) bool {
	return last != nil && !expired(last, now) && !now.Before(last.AddDate(0, 0, -expiringWithin))
}

// covers reports whether an exception excuses a finding, ignoring images and expires. If it does not although
// its id matches, refused is the reason.
func (x *Exception) covers(f *scan.Finding, rules *ExceptionRules) (covers bool, refused string) {
	switch {
	case !x.matchesID(f):
		return false, ""
	case !x.matchesPackages(f):
		return false, x.uncovered(f)
	case x.fixed(f):
		return false, "a fix is available (untilFixed)"
	case rules.Forbid(f) != "":
		return false, rules.Forbid(f)
	}
	return true, ""
}

// fixed reports whether the fix that the exception waits for exists.
func (x *Exception) fixed(f *scan.Finding) bool { return x.UntilFixed && f.FixAvailable.Fixable() }

// Forbid returns why no exception can excuse a finding; empty if one can.
func (r *ExceptionRules) Forbid(f *scan.Finding) string {
	for i := range r.Never {
		for _, c := range r.Never[i].given() {
			if c.holds(&r.Never[i], f, time.Time{}) != no {
				return fmt.Sprintf("exceptionRules.neverExcept: %s %s", c.name, c.got(f, time.Time{}))
			}
		}
	}
	return ""
}

// matchesID reports whether the id matches the finding: its own id, or every related id of an advisory. An
// advisory can cover several vulnerabilities, and an exception for one must not hide the others. A CVE is
// always one vulnerability, whatever its related ids.
func (x *Exception) matchesID(f *scan.Finding) bool {
	if x.ID.Match(f.ID) {
		return true
	}
	if len(f.ID) > 4 && strings.EqualFold(f.ID[:4], "CVE-") {
		return false
	}
	for _, id := range f.Related {
		if !x.ID.Match(id) {
			return false
		}
	}
	return len(f.Related) > 0
}

// matchesPackages reports whether the exception covers every package of the finding: an exception for one
// package must not hide another.
func (x *Exception) matchesPackages(f *scan.Finding) bool {
	if x.Package.IsZero() && x.Path.IsZero() {
		return true
	}
	for i := range f.Packages {
		if !x.matchesPackage(&f.Packages[i]) {
			return false
		}
	}
	return len(f.Packages) > 0
}

func (x *Exception) matchesPackage(p *scan.Package) bool {
	return (x.Package.IsZero() || x.Package.Match(p.Name)) && (x.Path.IsZero() || x.Path.Match(p.Path))
}

// uncovered returns a message about a package that the exception does not cover although it covers another;
// empty if it covers none.
func (x *Exception) uncovered(f *scan.Finding) string {
	left := ""
	some := false
	for i := range f.Packages {
		switch p := &f.Packages[i]; {
		case x.matchesPackage(p):
			some = true
		case left == "":
			left = p.Name
			if p.Path != "" && !x.Path.IsZero() {
				left += " in " + p.Path
			}
		}
	}
	if !some {
		return ""
	}
	return left + " is vulnerable too, and the exception does not cover it"
}

// excusesEverything reports whether neither the id nor any other key narrows the exception.
func (x *Exception) excusesEverything() bool {
	anyID := strings.Trim(x.ID.text, "*?") == "" || matchesEach([]Glob{x.ID}, sampleIDs)
	broad := func(g Glob, samples []string) bool { return g.IsZero() || matchesEach([]Glob{g}, samples) }
	return !x.ID.IsZero() && anyID && broad(x.Package, samplePackages) && broad(x.Path, samplePaths) &&
		(len(x.Images) == 0 || matchesEach(x.Images, sampleRepositories))
}

// Patterns that match each of these texts match practically everything, however they are written.
var (
	sampleIDs = []string{
		"CVE-2014-0160", "CVE-2018-25032", "CVE-2021-44228", "CVE-2022-3602", "CVE-2023-4863", "CVE-2024-3094", "CVE-2025-1", "CVE-2026-7777777", "CVE-2027-55555",
	}
	samplePackages = []string{
		"openssl", "libc6", "zlib1g", "perl", "python3.11", "linux-libc-dev", "GCC-12", "@babel/core", "org.apache.logging.log4j:log4j-core",
		"golang.org/x/net", "Newtonsoft.Json", "7zip", "jq", "xz_utils",
	}
	samplePaths = []string{
		"app/package-lock.json", "/usr/bin/server", "usr/share/java/a.jar", "Gemfile.lock", "opt/venv/lib/python3.11/site-packages/x-1.0.dist-info/METADATA", "go/bin/TOOL",
	}
	sampleRepositories = []string{
		"app", "team/app", "a/b/c", "base-images/node", "x1", "0ops/tool.v2", "library/nginx", "my_service", "zz",
	}
)

func matchesEach(globs []Glob, samples []string) bool {
	return !slices.ContainsFunc(samples, func(text string) bool { return !anyMatch(globs, text) })
}

// An exceptionIndex finds the exceptions that may cover a finding without trying all of them. Each is indexed
// once: by a literal id, else by a literal package, else by the literal prefix of its id.
type exceptionIndex struct {
	byID      map[string][]*Exception // in lower case
	byPackage map[string][]*Exception
	byPrefix  map[string][]*Exception // in lower case
	prefixes  []int                   // lengths of the keys of byPrefix
}

func newExceptionIndex(exceptions []*Exception) exceptionIndex {
	x := exceptionIndex{map[string][]*Exception{}, map[string][]*Exception{}, map[string][]*Exception{}, nil}
	for _, e := range exceptions {
		switch prefix := e.ID.prefix(); {
		case e.ID.literal:
			id := strings.ToLower(e.ID.text)
			x.byID[id] = append(x.byID[id], e)
		case e.Package.literal:
			x.byPackage[e.Package.text] = append(x.byPackage[e.Package.text], e)
		default:
			x.byPrefix[prefix] = append(x.byPrefix[prefix], e)
			if !slices.Contains(x.prefixes, len(prefix)) {
				x.prefixes = append(x.prefixes, len(prefix))
			}
		}
	}
	return x
}

// candidates returns the exceptions that may cover a finding: those with a literal id first, then the others,
// each in the order of the policy.
func (x *exceptionIndex) candidates(f *scan.Finding) []*Exception {
	var named, patterns []*Exception
	for _, id := range idsOf(f) {
		id = strings.ToLower(id)
		named = append(named, x.byID[id]...)
		for _, n := range x.prefixes {
			if n <= len(id) {
				patterns = append(patterns, x.byPrefix[id[:n]]...)
			}
		}
	}
	for i := range f.Packages {
		patterns = append(patterns, x.byPackage[f.Packages[i].Name]...)
	}
	slices.SortFunc(patterns, func(a, b *Exception) int { return a.Index - b.Index })
	return append(named, slices.Compact(patterns)...)
}

// VEXJustifications are the justifications that OpenVEX defines for not_affected.
// https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md#status-justifications
var VEXJustifications = []string{
	"component_not_present",
	"vulnerable_code_not_present",
	"vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary",
	"inline_mitigations_already_exist",
}

// VEXRules are the requirements that a VEX statement must meet to excuse a finding.
type VEXRules struct {
	// Justifications lists the accepted ones; empty accepts all, and statements without one. With a list,
	// an impact statement alone is not accepted, nor is the status fixed, which has no justification.
	Justifications []string
	// Authors are patterns of accepted authors, in any case; empty accepts all.
	Authors []Glob
}

// RefuseVEX returns why a statement by an author, with a justification or none, may not excuse a finding;
// empty if it may.
func (r *ExceptionRules) RefuseVEX(author, justification string) string {
	for _, v := range r.VEX {
		switch {
		case len(v.Authors) > 0 && !anyMatch(v.Authors, author):
			return fmt.Sprintf("exceptionRules.vex.authors does not list %s", strictyaml.Quote(author))
		case len(v.Justifications) == 0 || slices.Contains(v.Justifications, justification):
		case justification == "":
			return "it has no justification (exceptionRules.vex.justifications)"
		default:
			return fmt.Sprintf("exceptionRules.vex.justifications does not list %s", justification)
		}
	}
	return ""
}

// grants returns the exceptions from outside the policy by finding.
func (j *judge) grants() map[*scan.Finding]*Exception {
	var out map[*scan.Finding]*Exception
	for i := range min(len(j.granted), len(j.scan.Findings)) {
		if x := j.granted[i]; x != nil {
			if out == nil {
				out = map[*scan.Finding]*Exception{}
			}
			out[&j.scan.Findings[i]] = x
		}
	}
	return out
}

// grant returns the exception from outside the policy for a finding, nil if there is none or exceptionRules
// forbid it.
func (j *judge) grant(i int) *Exception {
	if i >= len(j.granted) || j.granted[i] == nil || j.policy.ExceptionRules.Forbid(&j.scan.Findings[i]) != "" {
		return nil
	}
	x := j.granted[i]
	k := slices.IndexFunc(j.outside, func(r ExceptionResult) bool { return r.Index == x.Index })
	if k < 0 {
		k = len(j.outside)
		j.outside = append(j.outside, ExceptionResult{Exception: x, State: StateUsed})
	}
	j.outside[k].Used++
	return x
}
