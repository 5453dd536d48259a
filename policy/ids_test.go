package policy_test

import (
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

func TestAnIdThatNobodyGaveIsDoubted(t *testing.T) {
	for id, want := range map[string]string{
		"CVE-2024_5535":   "did you mean CVE-2024-5535?",
		"cve 2024-5535":   "did you mean CVE-2024-5535?",
		"CVE-24-5535":     "did you mean CVE-2024-5535?",
		"CVE-99-1234":     "did you mean CVE-1999-1234?",
		"CVE2024-5535":    "did you mean CVE-2024-5535?",
		"CEV-2024-5535":   "did you mean CVE-2024-5535?",
		"CVE‑2024–5535":   "did you mean CVE-2024-5535?", // the hyphens of a text processor
		"CVE-2024-5535 ":  "did you mean CVE-2024-5535?",
		"(CVE-2024-5535)": "did you mean CVE-2024-5535?",
		"https://nvd.nist.gov/vuln/detail/CVE-2024-5535": "did you mean CVE-2024-5535?",
		"CVE-2024-5535 CVE-2024-5536":                    "write one id",
		"GHSA-aaaa-bbbb-cccc,GHSA-dddd-eeee-ffff":        "write one id",
		"CVE-5535":      "write CVE, a year",
		"CVE-1998-5535": "from 1999 on",
		"CVE-98-5535":   "from 1999 on",
		"CVE-20245535":  "write CVE, a year",
		"CVE-2O24-5535": "write CVE, a year",
		"CVE":           "write CVE, a year",
	} {
		if got := policy.MisspelledID(id); !strings.Contains(got, want) {
			t.Errorf("%q: want %q, got %q", id, want, got)
		}
	}
	for _, id := range []string{
		"CVE-2024-5535", "cve-1999-0001", "CVE-2024-553", "CVE-2024-1234567", "GHSA-7ww5-4wqc-m92c", "ALAS2-2024-2500", "ALAS-2024-1", "RHSA-2024:1234",
		"SNYK-JS-LODASH-1018905", "USN-6000-1", "DSA-5555-1", "GO-2024-2687", "RUSTSEC-2024-0001", "PYSEC-2024-1", "ELSA-2024-1", "UBUNTU-CVE-2024-1", "CVSS",
	} {
		if got := policy.MisspelledID(id); got != "" {
			t.Errorf("%q: %s", id, got)
		}
	}
}
