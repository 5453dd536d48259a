package policy_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// benchScan makes n findings, one in eight of them HIGH.
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
