package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// Advice says what would have to change for the verdict to pass, shortest first: exceptions that have
// ended, demands on the scan, how many findings are too many, packages to upgrade, findings without a
// fix. A verdict that passes needs none.
func (v *Verdict) Advice() []string {
	if v.Outcome != Failed {
		return nil
	}
	failing := map[string]bool{}
	var out []string
	for _, r := range v.Rules {
		switch {
		case !r.Breached || r.Action != Fail:
		case r.Detail != "":
			out = append(out, r.Name+": "+r.Detail+demanded[r.Name])
		default:
			failing[r.Name] = true
			if r.Max > 0 {
				out = append(out, fmt.Sprintf("rule %q: %d of its %s must go", r.Name, r.Count-r.Max, plural(r.Count, "finding")))
			}
		}
	}
	var t nextSteps
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition == Counted && slices.ContainsFunc(f.Rules, func(r string) bool { return failing[r] }) {
			t.take(f.Finding)
			t.renew(f.Expired)
		}
	}
	return slices.Concat(t.renewals(), out, t.lines())
}

// demanded says what to do about demands on the scan.
var demanded = map[string]string{
	nameScanType:   ": change the registry's scanning configuration, or the policy",
	nameScanMaxAge: ": have the image scanned again, or push it anew",
}

// A nextSteps is what would make findings go away.
type nextSteps struct {
	ended []*Exception        // those that would have excused a finding, each once
	fixes map[string][]string // package and version → versions that mend a finding
	// The rest are findings and packages without a known version, by what ECR says of a fix.
	unnamed, unfixed, untold []string
	malicious                []string // packages to remove
}

// renew enters an exception that has ended, if there is one.
func (t *nextSteps) renew(x *Exception) {
	if x != nil && !slices.Contains(t.ended, x) {
		t.ended = append(t.ended, x)
	}
}

// renewals are the lines about exceptions that have ended.
func (t *nextSteps) renewals() []string {
	var out []string
	for _, x := range t.ended {
		what := x.ID.String()
		if p := x.place(); p != "" {
			what += " (" + p + ")"
		}
		out = append(out, fmt.Sprintf("the exception for %s ended on %s: renew it with a reason that still holds, or mend what it excused", what, x.Expires.Format(time.DateOnly)))
	}
	return firstOf(out, "look at %s more that ended", "exception")
}

// take enters what a finding needs: every package of it has to be mended.
func (t *nextSteps) take(f *scan.Finding) {
	if t.fixes == nil {
		t.fixes = map[string][]string{}
	}
	if f.Malicious() {
		t.malicious = append(t.malicious, strings.TrimSpace(wordsOf(namesOf(f))+" ("+word(f.ID)+")"))
		return
	}
	var left []string
	for _, p := range f.Packages {
		if p.FixedIn == "" {
			left = append(left, p.Name)
			continue
		}
		at := strings.TrimSpace(p.Name + " " + p.Version)
		t.fixes[at] = unite(t.fixes[at], []string{p.FixedIn})
	}
	if len(left) == 0 && len(f.Packages) > 0 {
		return
	}
	text := word(f.ID)
	if len(left) > 0 && len(left) < len(f.Packages) {
		text += " in " + wordsOf(left)
	}
	switch f.FixAvailable {
	case scan.Yes:
		t.unnamed = append(t.unnamed, text)
	case scan.No, scan.Partial:
		t.unfixed = append(t.unfixed, text)
	default:
		t.untold = append(t.untold, text)
	}
}

func (t *nextSteps) lines() []string {
	var out []string
	for at, to := range t.fixes {
		slices.Sort(to)
		out = append(out, fmt.Sprintf("upgrade %s to %s", at, newest(to)))
	}
	slices.Sort(out)
	out = firstOf(out, "upgrade %s more", "package")
	for _, rest := range []struct {
		ids    []string
		format string
	}{
		{t.malicious, "remove %s: a malicious package has no fixed version; treat what it could reach as compromised"},
		{t.unnamed, "a fix exists for %s, in a version that ECR does not name: update the packages or the base image"},
		{t.unfixed, "no fix is known for %s: except what cannot be reached, with a reason and an end, or change the base image"},
		{t.untold, "ECR does not say whether a fix exists for %s: update the packages or the base image, or except what cannot be reached, with a reason and an end"},
	} {
		if ids := distinct(rest.ids); len(ids) > 0 {
			out = append(out, fmt.Sprintf(rest.format, some(ids)))
		}
	}
	return out
}

// newest leaves the comparison to the reader: every package manager orders versions in its own way.
func newest(versions []string) string {
	if len(versions) == 1 {
		return versions[0]
	}
	return "the newest of " + strings.Join(versions, ", ")
}

// advised is how many packages or ids advice names; the others are counted.
const advised = 20

// firstOf leaves out what is too much to read, and says with a verb how much that is.
func firstOf(lines []string, verb, what string) []string {
	if n := len(lines) - advised; n > 0 {
		return append(slices.Clone(lines[:advised]), "and "+fmt.Sprintf(verb, plural(n, what)))
	}
	return lines
}

func some(ids []string) string {
	if n := len(ids) - advised; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:advised], ", "), n)
	}
	return strings.Join(ids, ", ")
}

// distinct leaves out repeats and keeps the order.
func distinct(ids []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(ids, func(id string) bool {
		again := seen[id]
		seen[id] = true
		return again
	})
}
