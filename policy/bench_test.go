package policy_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// benchScan returns n findings, one in eight of them HIGH.
func benchScan(n int) *scan.Scan {
	severities := []scan.Severity{scan.Medium, scan.Low, scan.Medium, scan.High, scan.Low, scan.Medium, scan.Informational, scan.Medium}
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: scan.Enhanced, Status: scan.Active}
	for i := range n {
		score := float64(i%100) / 10
		s.Findings = append(s.Findings, scan.Finding{
			ID: fmt.Sprintf("CVE-2024-%05d", i*7919%n), Severity: severities[i%8], Score: &score, FixAvailable: scan.Yes, ExploitAvailable: scan.No,
			Packages: []scan.Package{{Name: fmt.Sprintf("package-%d", i%90), Version: "1.0", Manager: "OS"}}, ARN: fmt.Sprintf("arn:%d", i),
		})
	}
	return s
}

const benchPolicy = `version: 1
rules:
  - {name: nothing critical, minSeverity: CRITICAL}
  - {name: no fixable high, minSeverity: HIGH, fixAvailable: [YES, PARTIAL]}
  - {name: known exploits, minSeverity: MEDIUM, exploitAvailable: YES, olderThan: 7d, unknown: skip}
  - {name: medium budget, severities: [MEDIUM], max: 20, action: warn}
exceptions:
  - {id: CVE-2024-00001, reason: it is not built in}
  - {id: "CVE-2024-0001*", package: "package-1*", reason: it cannot be reached}
`

func benchmarkEvaluate(b *testing.B, n int, known func(*scan.Scan) policy.Baseline) {
	now := time.Date(2026, 1, 20, 12, 0, 0, 0, time.UTC)
	p, err := policy.Load([]policy.File{{Name: "policy.yml", Text: []byte(benchPolicy)}}, now)
	if err != nil {
		b.Fatal(err)
	}
	s := benchScan(n)
	baseline := known(s)
	b.ReportAllocs()
	for b.Loop() {
		if v := p.Evaluate(context.Background(), s, baseline, now); len(v.Findings) != n {
			b.Fatal(v.Err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/finding")
}

func none(*scan.Scan) policy.Baseline { return nil }

func BenchmarkEvaluate1000(b *testing.B)  { benchmarkEvaluate(b, 1000, none) }
func BenchmarkEvaluate25000(b *testing.B) { benchmarkEvaluate(b, 25000, none) }

func BenchmarkEvaluate25000WithABaseline(b *testing.B) {
	benchmarkEvaluate(b, 25000, func(s *scan.Scan) policy.Baseline { return policy.NewBaseline(s.Findings[:len(s.Findings)/2]) })
}

// BenchmarkEvaluate judges 25,000 findings by 50 rules and 500 exceptions, of which 50 are patterns.
func BenchmarkEvaluate(b *testing.B) {
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(largePolicy(50, 500))}}, today)
	if err != nil {
		b.Fatal(err)
	}
	s := largeScan(25_000)
	b.ReportAllocs()
	for b.Loop() {
		v := p.Evaluate(context.Background(), s, nil, today)
		if len(v.Findings) != 25_000 {
			b.Fatal(v.Err)
		}
	}
}

// BenchmarkLoad reads a policy of 50 rules and 5,000 exceptions.
func BenchmarkLoad(b *testing.B) {
	file := policy.File{Name: "p.yml", Text: []byte(largePolicy(50, 5_000))}
	b.SetBytes(int64(len(file.Text)))
	for b.Loop() {
		if _, err := policy.Load([]policy.File{file}, today); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMerge puts the verdicts of two platforms with 12,500 findings each together.
func BenchmarkMerge(b *testing.B) {
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(largePolicy(50, 500))}}, today)
	if err != nil {
		b.Fatal(err)
	}
	v := p.Evaluate(context.Background(), largeScan(12_500), nil, today)
	children := []policy.PlatformVerdict{{scan.Platform{OS: "linux", Arch: "amd64"}, v}, {scan.Platform{OS: "linux", Arch: "arm64"}, v}}
	for b.Loop() {
		if merged := policy.Merge(children); len(merged.Findings) != 12_500 {
			b.Fatal(len(merged.Findings))
		}
	}
}

func largePolicy(rules, exceptions int) string {
	var b strings.Builder
	b.WriteString("version: 1\nrules:\n")
	for i := range rules {
		fmt.Fprintf(&b, "  - name: rule %d\n    minSeverity: MEDIUM\n    fixAvailable: [YES, PARTIAL]\n    olderThan: %dd\n    packages: [\"lib%d*\", openssl]\n", i, i+1, i)
	}
	b.WriteString("exceptions:\n")
	for i := range exceptions {
		id := fmt.Sprintf("CVE-2026-%05d", i*7)
		if i%10 == 0 {
			id = fmt.Sprintf("CVE-20??-%03d*", i%1000)
		}
		fmt.Fprintf(&b, "  - {id: \"%s\", package: \"lib%d*\", reason: reason %d, expires: 2027-01-31}\n", id, i%100, i)
	}
	return b.String()
}

func largeScan(findings int) *scan.Scan {
	severities := []scan.Severity{scan.Critical, scan.High, scan.Medium, scan.Low, scan.Untriaged}
	fixes := []scan.Availability{scan.Yes, scan.No, scan.Partial, scan.Unknown}
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: scan.Enhanced, Status: scan.Active, CompletedAt: &today}
	for i := range findings {
		first := today.Add(-time.Duration(i%1000) * time.Hour)
		s.Findings = append(s.Findings, scan.Finding{
			ID: fmt.Sprintf("CVE-2026-%05d", i), Severity: severities[i%len(severities)], FixAvailable: fixes[i%len(fixes)], ExploitAvailable: scan.No,
			FirstObserved: &first, Status: "ACTIVE", ARN: fmt.Sprintf("arn:%d", i),
			Packages: []scan.Package{{Name: fmt.Sprintf("lib%d", i%100), Version: "1.0", FixedIn: "1.1", Manager: "OS"}},
		})
	}
	return s
}

// 20,000 patterns over 5,000 findings once took 31 s.
func BenchmarkEvaluateManyPatterns(b *testing.B) {
	var text strings.Builder
	text.WriteString("version: 1\nrules: [{name: all}]\nexceptions:\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "  - {id: CVE-2020-%d*, reason: r}\n", 10_000+i)
	}
	p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte(text.String())}}, today)
	if err != nil {
		b.Fatal(err)
	}
	s := largeScan(5_000)
	for b.Loop() {
		p.Evaluate(context.Background(), s, nil, today)
	}
}
