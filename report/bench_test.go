package report

import (
	"fmt"
	"io"
	"testing"
)

// BenchmarkReports writes every report of 25,000 findings.
func BenchmarkReports(b *testing.B) {
	r := largeRun(25_000)
	for _, f := range formats {
		b.Run(f.file, func(b *testing.B) { benchmarkFormat(b, f.format, r) })
	}
}

// BenchmarkRules writes SARIF of 5,000 findings that are a vulnerability each, as they are in most
// images: a rule each.
func BenchmarkRules(b *testing.B) {
	r := largeRun(5_000)
	for i := range r.Images[0].Verdict.Findings {
		f := r.Images[0].Verdict.Findings[i].Finding
		f.ID = fmt.Sprintf("CVE-2025-%05d", i)
		f.URL = "https://security-tracker.debian.org/tracker/" + f.ID
		f.References = []string{f.URL, "https://www.openwall.com/lists/oss-security/2024/01/01/1"}
	}
	benchmarkFormat(b, SARIF, r)
}

func benchmarkFormat(b *testing.B, format Format, r Run) {
	b.ReportAllocs()
	for b.Loop() {
		if err := format(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
