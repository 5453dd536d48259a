package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/scan"
)

// A truth is the result of a condition for a finding: it holds, it does not hold, or the data for it was not
// reported.
type truth int

const (
	no truth = iota
	yes
	unknown
)

// truthOf returns the truth of a condition whose data may not have been reported.
func truthOf(reported, holds bool) truth {
	switch {
	case !reported:
		return unknown
	case holds:
		return yes
	}
	return no
}

// A condition is one row of the matcher, and the key of a rule that sets it.
type condition struct {
	name string
	// load parses the value of the key into a rule.
	load func(*loader, *strictyaml.Node, *Rule)
	// given reports whether a rule has the condition; want formats its value.
	given func(*Rule) bool
	want  func(*Rule) string
	// got formats the value of a finding; holds compares the two.
	got   func(*scan.Finding, time.Time) string
	holds func(*Rule, *scan.Finding, time.Time) truth
}

// conditions is the whole matcher. A new condition is a field of Rule, a row here, a key in
// schema.json and a row in docs/policy.md.
var conditions = []condition{
	{
		name:  "minSeverity",
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { r.MinSeverity = l.severity(n, "minSeverity") },
		given: func(r *Rule) bool { return r.MinSeverity != "" },
		want:  func(r *Rule) string { return string(r.MinSeverity) },
		got:   func(f *scan.Finding, _ time.Time) string { return severityText(f) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			severity := f.RankedSeverity()
			unranked := severity == "" || r.unrankedIsUnknown && severity.Rank() == 0 && r.MinSeverity.Rank() > 0
			return truthOf(!unranked, severity.Rank() >= r.MinSeverity.Rank())
		},
	},
	{
		name: "severities",
		load: func(l *loader, n *strictyaml.Node, r *Rule) {
			r.Severities = words(l, n, "severities", scan.Severities)
		},
		given: func(r *Rule) bool { return len(r.Severities) > 0 },
		want:  func(r *Rule) string { return join(r.Severities) },
		got:   func(f *scan.Finding, _ time.Time) string { return word(string(f.Severity)) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			return truthOf(f.Severity != "", slices.Contains(r.Severities, f.Severity.Counted()))
		},
	},
	{
		name:  "minScore",
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { r.MinScore = l.Number(n, "minScore", 0, 10) },
		given: func(r *Rule) bool { return r.MinScore != nil },
		want:  func(r *Rule) string { return fmt.Sprint(*r.MinScore) },
		got:   func(f *scan.Finding, _ time.Time) string { return scoreText(f) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			score, ok := scoreOf(f)
			return truthOf(ok, score >= *r.MinScore)
		},
	},
	{
		name:  "minEpss",
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { r.MinEPSS = l.probability(n, "minEpss") },
		given: func(r *Rule) bool { return r.MinEPSS != nil },
		want:  func(r *Rule) string { return fmt.Sprint(*r.MinEPSS) },
		got:   func(f *scan.Finding, _ time.Time) string { return epssText(f) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			return truthOf(f.EPSS != nil, f.EPSS != nil && *f.EPSS >= *r.MinEPSS)
		},
	},
	availability("knownExploited", yesNoUnknown,
		func(r *Rule) *[]scan.Availability { return &r.KnownExploited },
		func(f *scan.Finding) scan.Availability { return f.KnownExploited }),
	availability("fixAvailable", []scan.Availability{scan.Yes, scan.Partial, scan.No, scan.Unknown},
		func(r *Rule) *[]scan.Availability { return &r.FixAvailable },
		func(f *scan.Finding) scan.Availability { return f.FixAvailable }),
	availability("exploitAvailable", yesNoUnknown,
		func(r *Rule) *[]scan.Availability { return &r.ExploitAvailable },
		func(f *scan.Finding) scan.Availability { return f.ExploitAvailable }),
	availability("inBaseImage", yesNoUnknown,
		func(r *Rule) *[]scan.Availability { return &r.InBaseImage },
		func(f *scan.Finding) scan.Availability { return f.InBaseImage }),
	{
		name:  "olderThan",
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { r.OlderThan = l.Duration(n, "olderThan") },
		given: func(r *Rule) bool { return r.OlderThan > 0 },
		want:  func(r *Rule) string { return days(r.OlderThan) },
		got:   func(f *scan.Finding, now time.Time) string { return ageText(f, now) },
		holds: func(r *Rule, f *scan.Finding, now time.Time) truth {
			first := firstSeen(f)
			return truthOf(first != nil, first != nil && now.Sub(*first) > r.OlderThan)
		},
	},
	patterns("ids", true, func(r *Rule) *[]Glob { return &r.IDs }, idsOf),
	patterns("packages", false, func(r *Rule) *[]Glob { return &r.Packages }, namesOf),
	patterns("packageManagers", true, func(r *Rule) *[]Glob { return &r.PackageManagers }, managersOf),
}

var yesNoUnknown = []scan.Availability{scan.Yes, scan.No, scan.Unknown}

// availability returns a condition that compares a word. UNKNOWN is unknown unless the rule lists it.
func availability(name string, allowed []scan.Availability, field func(*Rule) *[]scan.Availability, got func(*scan.Finding) scan.Availability) condition {
	return condition{
		name:  name,
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { *field(r) = words(l, n, name, allowed) },
		given: func(r *Rule) bool { return len(*field(r)) > 0 },
		want:  func(r *Rule) string { return join(*field(r)) },
		got:   func(f *scan.Finding, _ time.Time) string { return word(string(got(f))) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			listed := *field(r)
			have := got(f)
			if have == "" {
				have = scan.Unknown
			}
			return truthOf(have != scan.Unknown || slices.Contains(listed, scan.Unknown), slices.Contains(listed, have))
		},
	}
}

// patterns returns a condition that holds when a pattern matches one of a finding's values. An empty value,
// or an empty list, from ECR is unknown.
func patterns(name string, fold bool, field func(*Rule) *[]Glob, got func(*scan.Finding) []string) condition {
	return condition{
		name:  name,
		load:  func(l *loader, n *strictyaml.Node, r *Rule) { *field(r) = l.counted(n, name, fold) },
		given: func(r *Rule) bool { return len(*field(r)) > 0 },
		want:  func(r *Rule) string { return join(*field(r)) },
		got:   func(f *scan.Finding, _ time.Time) string { return wordsOf(got(f)) },
		holds: func(r *Rule, f *scan.Finding, _ time.Time) truth {
			texts := got(f)
			if slices.ContainsFunc(texts, func(t string) bool { return anyMatch(*field(r), t) }) {
				return yes
			}
			return truthOf(len(texts) > 0 && !slices.Contains(texts, ""), false)
		},
	}
}

// conditionNames returns the keys of all conditions, in the order of the table.
func conditionNames() []string {
	names := make([]string, len(conditions))
	for i := range conditions {
		names[i] = conditions[i].name
	}
	return names
}

// given returns the conditions that a rule has.
func (r *Rule) given() []*condition {
	var out []*condition
	for i := range conditions {
		if conditions[i].given(r) {
			out = append(out, &conditions[i])
		}
	}
	return out
}

// A ruling is the result of a rule for a finding: it counts the finding, skips it because data is missing, or
// does not match it.
type ruling struct {
	truth    truth
	unknowns []string // conditions whose data was not reported
	skip     bool     // one of them makes the rule skip the finding
}

// judge evaluates the conditions of a rule. One that does not hold decides, even if others are unknown.
func (r *Rule) judge(given []*condition, f *scan.Finding, now time.Time) ruling {
	out := ruling{truth: yes}
	for _, c := range given {
		switch c.holds(r, f, now) {
		case no:
			return ruling{truth: no}
		case unknown:
			out.truth = unknown
			out.unknowns = append(out.unknowns, c.name)
			out.skip = out.skip || r.Unknown == Skip && !(r.unknownFixCounts && c.name == "fixAvailable")
		}
	}
	return out
}

// bandTop is the highest CVSS score of a severity, for findings that have a rating but no score.
// https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale
var bandTop = map[scan.Severity]float64{
	scan.Critical: 10, scan.High: 8.9, scan.Medium: 6.9, scan.Low: 3.9, scan.Informational: 0,
}

// scoreOf returns the score of a finding, or the highest of its severity. Beside a severity above INFORMATIONAL,
// 0 means that there is no score: CVSS has it for what has no impact.
func scoreOf(f *scan.Finding) (score float64, ok bool) {
	if hasScore(f) {
		return *f.Score, true
	}
	score, ok = bandTop[f.Severity.Counted()]
	return score, ok
}

func hasScore(f *scan.Finding) bool {
	return f.Score != nil && (*f.Score > 0 || f.Severity.Rank() <= scan.Informational.Rank())
}

func severityText(f *scan.Finding) string {
	if ranked := f.RankedSeverity(); ranked != f.Severity {
		return fmt.Sprintf("%s (by its score of %g; ECR reports %s)", ranked, *f.Score, f.Severity)
	}
	return word(string(f.Severity))
}

func epssText(f *scan.Finding) string {
	if f.EPSS == nil {
		return "no EPSS score"
	}
	return fmt.Sprint(*f.EPSS)
}

func scoreText(f *scan.Finding) string {
	score, ok := scoreOf(f)
	switch {
	case !ok:
		return notReported
	case !hasScore(f):
		return fmt.Sprintf("%.1f (the highest of %s, since ECR reports no score)", score, f.Severity.Counted())
	}
	return fmt.Sprint(score)
}

func ageText(f *scan.Finding, now time.Time) string {
	first := firstSeen(f)
	if first == nil {
		return notReported
	}
	age := now.Sub(*first)
	if age >= 2*day {
		age = age.Truncate(day)
	}
	return fmt.Sprintf("an age of %s, since %s", days(age), first.UTC().Format(time.DateOnly))
}

func firstSeen(f *scan.Finding) *time.Time { return earlier(f.FirstObserved, f.VendorCreated) }

// idsOf returns a finding's own id, which can be empty, and the related ones.
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
