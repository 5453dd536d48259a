package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

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

// covers reports whether an exception excuses a finding, apart from images and expires. refused says why it
// does not although its id matches; else it is empty.
func (x *Exception) covers(f *scan.Finding, rules *ExceptionRules) (covers bool, refused string) {
	switch {
	case !x.matchesID(f):
		return false, ""
	case !x.matchesPackages(f):
		return false, x.leaves(f)
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
// a vulnerability of its own, whatever it is related to.
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

// leaves returns a message about a package that the exception does not cover although it covers another;
// empty if it covers none.
func (x *Exception) leaves(f *scan.Finding) string {
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

// An exceptionIndex finds the exceptions that may cover a finding without trying all of them. Each is
// filed once: by a literal id, else by a literal package, else by the literal prefix of its id.
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

// candidates returns the exceptions that may cover a finding: those with a literal id first, both kinds in
// the order of the policy.
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

// Accepts returns the entry of scan.accept that lets an image with a status pass without a check. FAILED
// with UnsupportedImageError also matches UNSUPPORTED_IMAGE.
func (p *Policy) Accepts(img scan.Image, status scan.Status, description string, now time.Time) (Accept, bool) {
	takes := func(a Accept) bool { return a.applies(img, status, description) && !expired(a.Expires, now) }
	for _, list := range p.Scan.narrowed {
		if !slices.ContainsFunc(list, takes) {
			return Accept{}, false
		}
	}
	if i := slices.IndexFunc(p.Scan.Accept, takes); i >= 0 {
		return p.Scan.Accept[i], true
	}
	return Accept{}, false
}

// ExpiredAcceptance returns an expired entry of scan.accept that matches an image with a status.
func (p *Policy) ExpiredAcceptance(img scan.Image, status scan.Status, description string, now time.Time) (Accept, bool) {
	for _, list := range append([][]Accept{p.Scan.Accept}, p.Scan.narrowed...) {
		for _, a := range list {
			if a.applies(img, status, description) && expired(a.Expires, now) {
				return a, true
			}
		}
	}
	return Accept{}, false
}

func (a Accept) applies(img scan.Image, status scan.Status, description string) bool {
	unsupported := status == scan.Failed && strings.HasPrefix(description, "UnsupportedImageError")
	same := a.Status == status || unsupported && a.Status == scan.UnsupportedImage
	return same && appliesTo(a.Images, img.Repository)
}
