package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// Advice returns what has to change for the verdict to pass, quickest first: expired exceptions, scan
// requirements, excess findings, packages to upgrade, findings without a fix. It returns nothing for a
// verdict that passes.
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
				out = append(out, fmt.Sprintf("rule %q: fix %d of %s", r.Name, r.Count-r.Max, plural(r.Count, "finding")))
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

// demanded is the advice for unmet scan requirements.
var demanded = map[string]string{
	nameScanType:   ": change the registry's scanning configuration or the policy",
	nameScanMaxAge: ": scan the image again, or push it again",
}

// nextSteps collects what would resolve findings.
type nextSteps struct {
	ended []*Exception        // expired exceptions that covered a finding, each once
	fixes map[string][]string // package and version → versions that fix a finding
	// The rest are findings and packages without a known fixed version, by fixAvailable.
	unnamed, unfixed, unreported []string
	malicious                    []string // packages to remove
}

// renew adds an expired exception, if there is one.
func (t *nextSteps) renew(x *Exception) {
	if x != nil && !slices.Contains(t.ended, x) {
		t.ended = append(t.ended, x)
	}
}

// renewals returns the lines about expired exceptions.
func (t *nextSteps) renewals() []string {
	var out []string
	for _, x := range t.ended {
		what := x.ID.String()
		if p := x.scope(); p != "" {
			what += " (" + p + ")"
		}
		out = append(out, fmt.Sprintf("renew the exception for %s, which expired on %s, with a reason that still holds, or fix the finding", what, x.Expires.Format(time.DateOnly)))
	}
	return firstOf(out, "check %s more that expired", "exception")
}

// take adds what a finding needs: a fix for every package.
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
		t.unreported = append(t.unreported, text)
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
		{t.malicious, "remove %s: a malicious package has no fixed version; treat everything it could reach as compromised"},
		{t.unnamed, "update the packages or the base image for %s: a fix exists, but ECR does not report its version"},
		{t.unfixed, "change the base image, or add an exception with a reason and an expiry date, for %s: no fix is known"},
		{t.unreported, "update the packages or the base image, or add an exception with a reason and an expiry date, for %s: ECR does not report whether a fix exists"},
	} {
		if ids := unite(nil, rest.ids); len(ids) > 0 {
			out = append(out, fmt.Sprintf(rest.format, some(ids)))
		}
	}
	return out
}

// newest lists versions and leaves the comparison to the reader: every package manager orders versions
// differently.
func newest(versions []string) string {
	if len(versions) == 1 {
		return versions[0]
	}
	return "the newest of " + strings.Join(versions, ", ")
}

// maxAdvice is how many packages or ids a line of advice lists; it counts the others.
const maxAdvice = 20

// firstOf returns the first lines of a long list and a line that counts the rest.
func firstOf(lines []string, verb, what string) []string {
	if n := len(lines) - maxAdvice; n > 0 {
		return append(slices.Clone(lines[:maxAdvice]), "and "+fmt.Sprintf(verb, plural(n, what)))
	}
	return lines
}

func some(ids []string) string {
	if n := len(ids) - maxAdvice; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(ids[:maxAdvice], ", "), n)
	}
	return strings.Join(ids, ", ")
}

// notReported replaces data that ECR did not report.
const notReported = "not reported"

func word(s string) string {
	if s == "" {
		return notReported
	}
	return s
}

func join[T any](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

const day = 24 * time.Hour

// days formats a duration in whole days if it has no other hours, else in hours.
func days(d time.Duration) string {
	if d >= day && d%day == 0 {
		return plural(int(d/day), "day")
	}
	return plural(int(d.Hours()), "hour")
}

// wordsOf lists texts from ECR, each once.
func wordsOf(texts []string) string {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = word(t)
	}
	return word(strings.Join(unite(nil, words), ", "))
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
