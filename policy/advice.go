package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// Advice says what would have to change for the verdict to pass, shortest first: packages to
// upgrade, findings without a fix, demands on the scan. A verdict that passes needs none.
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
			out = append(out, r.Name+": "+r.Detail)
		default:
			failing[r.Name] = true
		}
	}
	upgrades, unfixed, untold := v.upgrades(failing)
	out = append(out, firstOf(upgrades)...)
	if len(unfixed) > 0 {
		out = append(out, fmt.Sprintf("no fix is known for %s: except what cannot be reached, with a reason and an end, or change the base image", some(unfixed)))
	}
	if len(untold) > 0 {
		out = append(out, fmt.Sprintf("ECR does not say whether a fix exists for %s: update the packages or the base image, or except what cannot be reached, with a reason and an end", some(untold)))
	}
	return out
}

// advised is how many packages or ids advice names; the others are counted.
const advised = 20

func firstOf(lines []string) []string {
	if n := len(lines) - advised; n > 0 {
		return append(slices.Clone(lines[:advised]), fmt.Sprintf("and upgrade %s more", plural(n, "package")))
	}
	return lines
}

func some(ids []string) string {
	if n := len(ids) - advised; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:advised], ", "), n)
	}
	return strings.Join(ids, ", ")
}

// upgrades gives a line for each package with a fixed version, the ids that have none, and those of
// which ECR does not tell.
func (v *Verdict) upgrades(failing map[string]bool) (lines, unfixed, untold []string) {
	fixes := map[string][]string{} // package and version → fixed versions
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition != Counted || !slices.ContainsFunc(f.Rules, func(r string) bool { return failing[r] }) {
			continue
		}
		for _, p := range f.Packages {
			if p.FixedIn != "" {
				at := strings.TrimSpace(p.Name + " " + p.Version)
				fixes[at] = unite(fixes[at], []string{p.FixedIn})
			}
		}
		switch {
		case hasFix(f.Finding):
		case f.FixAvailable == scan.No:
			unfixed = append(unfixed, f.ID)
		default:
			untold = append(untold, f.ID)
		}
	}
	for at, to := range fixes {
		slices.Sort(to)
		lines = append(lines, fmt.Sprintf("upgrade %s to %s", at, strings.Join(to, " and ")))
	}
	slices.Sort(lines)
	return lines, distinct(unfixed), distinct(untold)
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

func hasFix(f *scan.Finding) bool {
	return slices.ContainsFunc(f.Packages, func(p scan.Package) bool { return p.FixedIn != "" })
}
