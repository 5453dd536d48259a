package report

import (
	"io"
	"testing"
)

// BenchmarkReports writes every report of 25,000 findings.
func BenchmarkReports(b *testing.B) {
	r := largeRun(25_000)
	for _, f := range formats {
		b.Run(f.file, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := f.format(io.Discard, r); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
