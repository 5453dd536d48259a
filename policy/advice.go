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
	upgrades, stuck := v.upgrades(failing)
	for _, u := range upgrades {
		out = append(out, u)
	}
	if len(stuck) > 0 {
		out = append(out, fmt.Sprintf("no fix is known for %s: except them with a reason and an end, or change the base image", strings.Join(stuck, ", ")))
	}
	return out
}

// upgrades gives a line for each package with a fixed version, and the ids that have none.
func (v *Verdict) upgrades(failing map[string]bool) (lines, stuck []string) {
	fixes := map[string][]string{} // package and version → fixed versions
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition != Counted || !slices.ContainsFunc(f.Rules, func(r string) bool { return failing[r] }) {
			continue
		}
		for _, p := range f.Packages {
			if p.FixedIn != "" {
				at := strings.TrimSpace(p.Name + " " + p.Version)
				if !slices.Contains(fixes[at], p.FixedIn) {
					fixes[at] = append(fixes[at], p.FixedIn)
				}
			}
		}
		if !hasFix(f.Finding) && !slices.Contains(stuck, f.ID) {
			stuck = append(stuck, f.ID)
		}
	}
	for at, to := range fixes {
		slices.Sort(to)
		lines = append(lines, fmt.Sprintf("upgrade %s to %s", at, strings.Join(to, " and ")))
	}
	slices.Sort(lines)
	return lines, stuck
}

func hasFix(f *scan.Finding) bool {
	return slices.ContainsFunc(f.Packages, func(p scan.Package) bool { return p.FixedIn != "" })
}
