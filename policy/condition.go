package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// truth is what a condition says of a finding: it holds, it does not, or ECR did not report what it
// asks for.
type truth int

const (
	no truth = iota
	yes
	unknown
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// A condition is one line of the matcher: whether a rule has it, and what it says of a finding.
type condition struct {
	name  string
	given func(*Rule) bool
	want  func(*Rule) string
	got   func(*scan.Finding, time.Time) string
	holds func(*Rule, *scan.Finding, time.Time) truth
}

// conditions is the whole matcher. A new condition is a field of Rule, a line here, one in the
// loader, and a row in docs/policy.md.
var conditions = []condition{
	{"minSeverity",
		func(r *Rule) bool { return r.MinSeverity != "" },
		func(r *Rule) string { return string(r.MinSeverity) },
		func(f *scan.Finding, _ time.Time) string { return severityText(f) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth {
			severity := f.RankedSeverity()
			unranked := severity == "" || r.unrankedIsUnknown && severity.Rank() == 0 && r.MinSeverity.Rank() > 0
			return reported(!unranked, severity.Rank() >= r.MinSeverity.Rank())
		}},
	{"severities",
		func(r *Rule) bool { return len(r.Severities) > 0 },
		func(r *Rule) string { return join(r.Severities) },
		func(f *scan.Finding, _ time.Time) string { return word(string(f.Severity)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth {
			return reported(f.Severity != "", slices.Contains(r.Severities, f.Severity.Counted()))
		}},
	{"minScore",
		func(r *Rule) bool { return r.MinScore != nil },
		func(r *Rule) string { return fmt.Sprint(*r.MinScore) },
		func(f *scan.Finding, _ time.Time) string { return scoreText(f) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth {
			score, ok := scoreOf(f)
			return reported(ok, score >= *r.MinScore)
		}},
	{"fixAvailable",
		func(r *Rule) bool { return len(r.FixAvailable) > 0 },
		func(r *Rule) string { return join(r.FixAvailable) },
		func(f *scan.Finding, _ time.Time) string { return word(string(f.FixAvailable)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth { return available(r.FixAvailable, f.FixAvailable) }},
	{"exploitAvailable",
		func(r *Rule) bool { return len(r.ExploitAvailable) > 0 },
		func(r *Rule) string { return join(r.ExploitAvailable) },
		func(f *scan.Finding, _ time.Time) string { return word(string(f.ExploitAvailable)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth {
			return available(r.ExploitAvailable, f.ExploitAvailable)
		}},
	{"olderThan",
		func(r *Rule) bool { return r.OlderThan > 0 },
		func(r *Rule) string { return days(r.OlderThan) },
		func(f *scan.Finding, now time.Time) string { return ageText(f, now) },
		func(r *Rule, f *scan.Finding, now time.Time) truth {
			first := firstSeen(f)
			return reported(first != nil, first != nil && now.Sub(*first) > r.OlderThan)
		}},
	{"ids",
		func(r *Rule) bool { return len(r.IDs) > 0 },
		func(r *Rule) string { return join(r.IDs) },
		func(f *scan.Finding, _ time.Time) string { return wordsOf(idsOf(f)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth { return anyOf(r.IDs, idsOf(f)) }},
	{"packages",
		func(r *Rule) bool { return len(r.Packages) > 0 },
		func(r *Rule) string { return join(r.Packages) },
		func(f *scan.Finding, _ time.Time) string { return wordsOf(namesOf(f)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth { return anyOf(r.Packages, namesOf(f)) }},
	{"packageManagers",
		func(r *Rule) bool { return len(r.PackageManagers) > 0 },
		func(r *Rule) string { return join(r.PackageManagers) },
		func(f *scan.Finding, _ time.Time) string { return wordsOf(managersOf(f)) },
		func(r *Rule, f *scan.Finding, _ time.Time) truth { return anyOf(r.PackageManagers, managersOf(f)) }},
}

// reported gives the truth of a condition on something that ECR may not have told.
func reported(told, holds bool) truth {
	if !told {
		return unknown
	}
	return truthOf(holds)
}

// available compares a word; UNKNOWN is unknown unless the rule lists it.
func available(wanted []scan.Availability, got scan.Availability) truth {
	if got == "" {
		got = scan.Unknown
	}
	return reported(got != scan.Unknown || slices.Contains(wanted, scan.Unknown), slices.Contains(wanted, got))
}

// anyOf holds when a pattern matches one of the texts. A text that ECR left empty, and a list without
// texts, could have been anything.
func anyOf(globs []Glob, texts []string) truth {
	if slices.ContainsFunc(texts, func(t string) bool { return anyMatch(globs, t) }) {
		return yes
	}
	return reported(len(texts) > 0 && !slices.Contains(texts, ""), false)
}

// bandTop is the highest CVSS score of a severity, for findings that were rated but not scored.
// https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
var bandTop = map[scan.Severity]float64{
	scan.Critical: 10, scan.High: 8.9, scan.Medium: 6.9, scan.Low: 3.9, scan.Informational: 0,
}

func scoreOf(f *scan.Finding) (score float64, ok bool) {
	if f.Score != nil {
		return *f.Score, true
	}
	score, ok = bandTop[f.Severity.Counted()]
	return score, ok
}

func firstSeen(f *scan.Finding) *time.Time {
	switch {
	case f.FirstObserved == nil:
		return f.VendorCreated
	case f.VendorCreated != nil && f.VendorCreated.Before(*f.FirstObserved):
		return f.VendorCreated
	}
	return f.FirstObserved
}

// idsOf gives a finding's own id, which can be empty, and the related ones.
func idsOf(f *scan.Finding) []string { return append([]string{f.ID}, f.Related...) }

func namesOf(f *scan.Finding) []string {
	return textsOf(f, func(p scan.Package) string { return p.Name })
}

func managersOf(f *scan.Finding) []string {
	return textsOf(f, func(p scan.Package) string { return p.Manager })
}

func textsOf(f *scan.Finding, text func(scan.Package) string) []string {
	out := make([]string, len(f.Packages))
	for i, p := range f.Packages {
		out[i] = text(p)
	}
	return out
}
