package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestAsOfReportsTheSameOnAnyDay checks that the same saved response, policy and data files produce the same
// exit code and report with the same as-of, at any time.
func TestAsOfReportsTheSameOnAnyDay(t *testing.T) {
	t.Chdir(t.TempDir())
	random := rand.New(rand.NewPCG(17, 14))
	codes := map[int]int{}
	for range 60 {
		writeRandomCase(t, random)
		asOf := 10 + random.IntN(10)
		var first string
		for _, wait := range []time.Duration{0, time.Duration(asOf)*24*time.Hour - 1, time.Duration(random.Int64N(int64(asOf) * 24 * int64(time.Hour)))} {
			code, report := checkAfter(t, wait, fmt.Sprintf("2000-01-%d", asOf))
			codes[code]++
			if first == "" {
				first = report
			}
			if report != first {
				t.Fatalf("after %s:\n%s\non the first day:\n%s", wait, report, first)
			}
		}
	}
	if codes[exitPass] < 10 || codes[exitBreach] < 10 || codes[exitNoVerdict] < 10 {
		t.Errorf("exit codes %v: want many of each", codes)
	}
}

// checkAfter checks the files of writeRandomCase some time after 2000-01-01, and returns everything that a
// user sees of the verdict.
func checkAfter(t *testing.T, wait time.Duration, asOf string) (code int, report string) {
	t.Helper()
	_ = os.Remove("out.json")
	var stdout, stderr bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(wait)
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}
		code = run(context.Background(), e, []string{"check", "--findings", "saved.json", "--policy", "p.yml", "--epss", "epss.csv", "--kev", "kev.json", "--json", "out.json", "--as-of", asOf})
	})
	text, err := os.ReadFile("out.json")
	if err != nil && code != exitUsage {
		t.Fatalf("exit %d, %v\n%s", code, err, &stderr)
	}
	return code, fmt.Sprintf("exit %d\n%s%s%s", code, &stdout, &stderr, text)
}

// writeRandomCase writes files in which ages, exceptions and the age of the data interlock in January 2000.
func writeRandomCase(t *testing.T, random *rand.Rand) {
	t.Helper()
	day := func(from, to int) string {
		return time.Date(2000, 1, 1, random.IntN(24), random.IntN(60), 0, 0, time.UTC).AddDate(0, 0, from+random.IntN(to-from)).Format(time.RFC3339)
	}
	policy := fmt.Sprintf("version: 1\nrules:\n  - {name: age, minSeverity: HIGH, olderThan: %dh}\n", 1+random.IntN(40*24))
	policy += fmt.Sprintf("  - {name: epss, minEpss: 0.%d, unknown: skip, max: %d}\n", 1+random.IntN(9), random.IntN(3))
	policy += "  - {name: kev, knownExploited: YES}\n"
	policy += fmt.Sprintf("exploitData: {maxAge: %dd}\nexceptionRules: {maxDays: 30}\nexceptions:\n", 5+random.IntN(60))
	findings, scores := "", "#model_version:v1,score_date:"+day(-30, 1)+"\ncve,epss,percentile\n"
	for i := range 4 {
		policy += fmt.Sprintf("  - {id: CVE-1999-100%d, reason: r, expires: %s}\n", i, day(-5, 40)[:10])
		scores += fmt.Sprintf("CVE-1999-100%d,0.%d,0.5\n", i, random.IntN(10))
		findings += fmt.Sprintf(`,{"findingArn": "%d", "severity": "HIGH", "fixAvailable": "NO", "exploitAvailable": "NO", "status": "ACTIVE", "firstObservedAt": %q,
 "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-1999-100%d", "vulnerablePackages": [{"name": "zlib", "version": "1"}]}}`, i, day(-40, 0), i)
	}
	write(t, "p.yml", policy)
	write(t, "epss.csv", scores)
	write(t, "kev.json", fmt.Sprintf(`{"catalogVersion": "1", "dateReleased": %q, "count": 1, "vulnerabilities": [{"cveID": "CVE-1999-100%d", "vendorProject": "v",
 "product": "p", "vulnerabilityName": "n", "dateAdded": "1999-12-10", "shortDescription": "d", "requiredAction": "a", "dueDate": "1999-12-24"}]}`, day(-30, 1), random.IntN(12)))
	write(t, "saved.json", `{"repositoryName": "team/app", "imageId": {"imageDigest": "sha256:`+strings.Repeat("a", 64)+`"},
 "imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": {"imageScanCompletedAt": "1999-12-31T00:00:00Z", "enhancedFindings": [`+findings[1:]+`]}}`)
}
