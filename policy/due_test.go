package policy_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

var dueNow = time.Date(2027, 1, 10, 15, 30, 0, 0, time.UTC)

func loadDue(t *testing.T, text string, now time.Time) *policy.Policy {
	t.Helper()
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text)}}, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// old returns a HIGH finding that was first observed some time before dueNow.
func old(id string, ago time.Duration) scan.Finding {
	first := dueNow.Add(-ago)
	return scan.Finding{ID: id, Severity: scan.High, FirstObserved: &first, Packages: []scan.Package{{Name: "zlib"}}}
}

func dueScan(findings ...scan.Finding) *scan.Scan {
	return &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: scan.Enhanced, Status: scan.Active, Findings: findings}
}

func dueText(t *testing.T, p *policy.Policy, s *scan.Scan, known policy.Baseline, now time.Time) string {
	t.Helper()
	v := p.Evaluate(t.Context(), s, known, now)
	if err := p.MarkDue(t.Context(), &v, s, known, now); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, f := range v.Due() {
		lines = append(lines, fmt.Sprintf("%s %s %s", f.Due.Date.Format(time.DateOnly), f.ID, f.Due.Reason))
	}
	return strings.Join(lines, "\n")
}

const grace = `version: 1
rules:
  - {name: week, minSeverity: HIGH, olderThan: 7d}
`

const day = 24 * time.Hour

func TestDue(t *testing.T) {
	exception := func(lines ...string) string {
		return grace + "exceptions:\n  - " + strings.Join(lines, "\n  - ") + "\n"
	}
	const age = ` older than rule "week" allows`
	for _, c := range []struct {
		name, policy string
		findings     []scan.Finding
		want         string
	}{
		{"the day on which the age is reached", grace, []scan.Finding{old("CVE-2026-1001", 3*day)}, "2027-01-14 CVE-2026-1001" + age},
		{"later today", grace, []scan.Finding{old("CVE-2026-1001", 7*day-time.Hour)}, "2027-01-10 CVE-2026-1001" + age},
		{"exactly as old is not older", grace, []scan.Finding{old("CVE-2026-1001", 7*day)}, "2027-01-10 CVE-2026-1001" + age},
		{"older on the first nanosecond of a day", grace, []scan.Finding{old("CVE-2026-1001", 6*day+15*time.Hour+30*time.Minute+1)}, "2027-01-11 CVE-2026-1001" + age},
		{"counted already", grace, []scan.Finding{old("CVE-2026-1001", 8*day)}, ""},
		{"another severity", grace, []scan.Finding{func() scan.Finding { f := old("CVE-2026-1001", day); f.Severity = scan.Low; return f }()}, ""},
		{"on the 30th day", strings.Replace(grace, "7d", "31d", 1), []scan.Finding{old("CVE-2026-1001", day)}, "2027-02-09 CVE-2026-1001" + age},
		{"after the 30th day", strings.Replace(grace, "7d", "32d", 1), []scan.Finding{old("CVE-2026-1001", day)}, ""},
		{"by date", grace, []scan.Finding{old("CVE-2026-1001", day), old("CVE-2026-1002", 2*day)},
			"2027-01-15 CVE-2026-1002" + age + "\n2027-01-16 CVE-2026-1001" + age},
		{"the day after an exception's last day", exception("{id: CVE-2026-1001, reason: r, expires: 2027-01-20}"),
			[]scan.Finding{old("CVE-2026-1001", 30*day)}, "2027-01-21 CVE-2026-1001 the exception for CVE-2026-1001 ends on 2027-01-20"},
		{"an exception that ends today", exception("{id: CVE-2026-1001, reason: r, expires: 2027-01-10}"),
			[]scan.Finding{old("CVE-2026-1001", 30*day)}, "2027-01-11 CVE-2026-1001 the exception for CVE-2026-1001 ends on 2027-01-10"},
		{"an exception without an end", exception("{id: CVE-2026-1001, reason: r}"), []scan.Finding{old("CVE-2026-1001", 30*day)}, ""},
		{"an exception that ends after 30 days", exception("{id: CVE-2026-1001, reason: r, expires: 2027-02-09}"), []scan.Finding{old("CVE-2026-1001", 30*day)}, ""},
		{"the later of age and exception: the age", exception("{id: CVE-2026-1001, reason: r, expires: 2027-01-12}"),
			[]scan.Finding{old("CVE-2026-1001", 3*day)}, "2027-01-14 CVE-2026-1001" + age},
		{"the later of age and exception: the exception", exception("{id: CVE-2026-1001, reason: r, expires: 2027-01-20}"),
			[]scan.Finding{old("CVE-2026-1001", 3*day)}, "2027-01-21 CVE-2026-1001 the exception for CVE-2026-1001 ends on 2027-01-20"},
		{"two exceptions, and one that is over", exception("{id: CVE-2026-*, reason: r, expires: 2026-12-01}", "{id: CVE-2026-1001, reason: r, expires: 2027-01-12}", "{id: CVE-2026-1001, package: zlib, reason: r, expires: 2027-01-15}"),
			[]scan.Finding{old("CVE-2026-1001", 30*day)}, "2027-01-16 CVE-2026-1001 the exception for CVE-2026-1001 ends on 2027-01-15"},
		{"an exception that ended yesterday is not why it is due today", exception("{id: CVE-2026-1001, reason: r, expires: 2027-01-09}"),
			[]scan.Finding{old("CVE-2026-1001", 7*day-time.Hour)}, "2027-01-10 CVE-2026-1001" + age},
		{"suppressed", grace, []scan.Finding{func() scan.Finding { f := old("CVE-2026-1001", day); f.Status = "SUPPRESSED"; return f }()}, ""},
	} {
		if got := dueText(t, loadDue(t, c.policy, dueNow), dueScan(c.findings...), nil, dueNow); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestKnownFindingsAreNeverDue(t *testing.T) {
	f := old("CVE-2026-1001", 3*day)
	known := policy.NewBaseline([]scan.Finding{f})
	if got := dueText(t, loadDue(t, grace, dueNow), dueScan(f), known, dueNow); got != "" {
		t.Errorf("a finding of the baseline is due: %s", got)
	}
}

func TestDueEndsWithItsContext(t *testing.T) {
	p, s := loadDue(t, grace, dueNow), dueScan(old("CVE-2026-1001", day))
	v := p.Evaluate(t.Context(), s, nil, dueNow)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.MarkDue(ctx, &v, s, nil, dueNow); !errors.Is(err, context.Canceled) || len(v.Due()) > 0 {
		t.Errorf("%v, %v: want the end of the context", v.Due(), err)
	}
}

// randomTimes returns a policy and a scan with overlapping ages and exceptions.
func randomTimes(random *rand.Rand) (string, *scan.Scan) {
	text := "version: 1\nrules:\n"
	for i := range 1 + random.IntN(3) {
		text += fmt.Sprintf("  - {name: r%d, minSeverity: HIGH, olderThan: %dh}\n", i, 1+random.IntN(60*24))
	}
	text += "exceptions:\n"
	for range 1 + random.IntN(5) {
		last := dueNow.AddDate(0, 0, random.IntN(50)-5).Format(time.DateOnly)
		text += fmt.Sprintf("  - {id: CVE-2026-100%d, reason: r, expires: %s}\n", random.IntN(4), last)
	}
	var findings []scan.Finding
	for i := range 4 {
		findings = append(findings, old(fmt.Sprintf("CVE-2026-100%d", i), time.Duration(random.Int64N(int64(60*day)))))
	}
	return text, dueScan(findings...)
}

// The due date of a finding is the first day on which evaluating as of that day counts it. This tries every
// day by brute force.
func TestDueIsWhatEveryDayShows(t *testing.T) {
	random := rand.New(rand.NewPCG(17, 14))
	for range 300 {
		text, s := randomTimes(random)
		p := loadDue(t, text, dueNow)
		today := p.Evaluate(t.Context(), s, nil, dueNow)
		if err := p.MarkDue(t.Context(), &today, s, nil, dueNow); err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, f := range today.Due() {
			got[f.ID] = f.Due.Date.Format(time.DateOnly)
		}
		want := map[string]string{}
		seen := countedIDs(&today)
		for ahead := range 31 {
			at := policy.EndOfDay(dueNow.AddDate(0, 0, ahead))
			v := p.Evaluate(t.Context(), s, nil, at)
			for id := range countedIDs(&v) {
				if !seen[id] {
					seen[id], want[id] = true, at.Format(time.DateOnly)
				}
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("due %v, want %v, by\n%s", got, want, text)
		}
	}
}

func countedIDs(v *policy.Verdict) map[string]bool {
	ids := map[string]bool{}
	for _, f := range v.Findings {
		if f.Disposition == policy.Counted {
			ids[f.ID] = true
		}
	}
	return ids
}

// The same saved response, policy and as-of produce the same verdict and due findings, at whatever time they
// are evaluated.
func TestAsOfGivesTheSameVerdictOnAnyDay(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 7))
	for range 100 {
		text, s := randomTimes(random)
		asOf := dueNow.AddDate(0, 0, random.IntN(20))
		var first string
		for _, today := range []time.Time{dueNow, asOf, dueNow.AddDate(0, 0, -100), policy.EndOfDay(asOf), dueNow.In(time.FixedZone("", 9*3600))} {
			now, err := policy.ParseAsOf(asOf.Format(time.DateOnly), today)
			if err != nil {
				t.Fatal(err)
			}
			p := loadDue(t, text, now)
			v := p.Evaluate(t.Context(), s, nil, now)
			got := verdictText(&v) + "\n" + dueText(t, p, s, nil, now)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("evaluated on %v:\n%s\nbefore:\n%s\nby\n%s", today, got, first, text)
			}
		}
	}
}

// verdictText formats everything that a verdict decides.
func verdictText(v *policy.Verdict) string {
	lines := []string{fmt.Sprint(v.Outcome, v.Rules, v.Notes, v.Err)}
	for _, f := range v.Findings {
		lines = append(lines, fmt.Sprint(f.ID, f.Disposition, f.Rules, f.Unknown, f.Exception != nil, f.Expired != nil))
	}
	for _, x := range v.Exceptions {
		lines = append(lines, fmt.Sprint(x.ID, x.State, x.Used))
	}
	return strings.Join(lines, "\n")
}

func TestParseAsOf(t *testing.T) {
	for text, want := range map[string]string{
		"+0d":        "2027-01-10T23:59:59.999999999Z",
		"+7d":        "2027-01-17T23:59:59.999999999Z",
		"+22d":       "2027-02-01T23:59:59.999999999Z",
		"2027-01-10": "2027-01-10T23:59:59.999999999Z",
		"2028-02-29": "2028-02-29T23:59:59.999999999Z",
		"2027-01-09": "2027-01-09 is in the past (want today, 2027-01-10, or a later day)",
		"2027-02-29": `invalid day "2027-02-29" (want +7d or a date such as 2027-01-31)`,
		"7d":         `invalid day "7d" (want +7d or a date such as 2027-01-31)`,
		"-7d":        `invalid day "-7d" (want +7d or a date such as 2027-01-31)`,
		"+-7d":       `invalid day "+-7d" (want +7d or a date such as 2027-01-31)`,
		"+7":         `invalid day "+7" (want +7d or a date such as 2027-01-31)`,
		"+7h":        `invalid day "+7h" (want +7d or a date such as 2027-01-31)`,
		"+d":         `invalid day "+d" (want +7d or a date such as 2027-01-31)`,
		"+36501d":    `invalid day "+36501d" (want +7d or a date such as 2027-01-31)`,
		"9999-01-01": `invalid day "9999-01-01" (want +7d or a date such as 2027-01-31)`,
		"":           `invalid day "" (want +7d or a date such as 2027-01-31)`,
		"tomorrow":   `invalid day "tomorrow" (want +7d or a date such as 2027-01-31)`,
	} {
		at, err := policy.ParseAsOf(text, dueNow)
		got := at.Format(time.RFC3339Nano)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// BenchmarkDue is 25,000 findings that become due over the next 30 days.
func BenchmarkDue(b *testing.B) {
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(strings.Replace(grace, "7d", "30d", 1))}}, dueNow)
	if err != nil {
		b.Fatal(err)
	}
	findings := make([]scan.Finding, 25_000)
	for i := range findings {
		findings[i] = old(fmt.Sprintf("CVE-2026-%d", 10_000+i), time.Duration(i%30)*day)
	}
	s := dueScan(findings...)
	v := p.Evaluate(b.Context(), s, nil, dueNow)
	for b.Loop() {
		if err := p.MarkDue(b.Context(), &v, s, nil, dueNow); err != nil || len(v.Due()) != len(findings) {
			b.Fatal(len(v.Due()), err)
		}
	}
}
