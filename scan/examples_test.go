package scan

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func readFile(t *testing.T, path string) (*Scan, error) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return ReadSaved(bytes.NewReader(text))
}

func TestTheExamplesReadAsTheirTableSays(t *testing.T) {
	for name, c := range map[string]struct {
		kind     Type
		status   Status
		findings int
	}{
		"basic.json":    {Basic, Complete, 2},
		"enhanced.json": {Enhanced, Active, 5},
		"failed.json":   {"", Failed, 0},
	} {
		s, err := readFile(t, filepath.Join("..", "examples", "responses", name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if s.Type != c.kind || s.Status != c.status || len(s.Findings) != c.findings {
			t.Errorf("%s: %q, %s, %d findings; want %+v", name, s.Type, s.Status, len(s.Findings), c)
		}
		if !IsDigest(s.Image.Digest) || s.Image.Check() != nil {
			t.Errorf("%s: image %+v", name, s.Image)
		}
	}
	s, err := readFile(t, filepath.Join("..", "examples", "responses", "incomplete.json"))
	refused(t, s, err, "next token")
}

func TestTheExampleOfAnEnhancedScanHasEveryDisposition(t *testing.T) {
	s, err := readFile(t, filepath.Join("..", "examples", "responses", "enhanced.json"))
	if err != nil {
		t.Fatal(err)
	}
	var aside, unrated, unfixed int
	for _, f := range s.Findings {
		if f.SetAside() {
			aside++
		}
		if !f.Severity.Rated() && f.Score == nil {
			unrated++
		}
		if !f.FixAvailable.Fixable() && f.Packages[0].FixedIn == "" {
			unfixed++
		}
	}
	if aside != 1 || unrated != 1 || unfixed != 3 {
		t.Errorf("%d set aside, %d unrated, %d without a fix", aside, unrated, unfixed)
	}
}

// Real samples may be next to the checkout; a plain clone has none.
func TestSamplesBesideTheCheckout(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "samples")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no samples beside the checkout: %v", err)
	}
	for name, c := range map[string]struct {
		kind     Type
		status   Status
		findings int
	}{
		"basic-cvss2-awscli-example.json":      {Basic, Complete, 1},
		"basic-failed-unsupported.json":        {"", Failed, 0},
		"enhanced-active-iso-timestamps.json":  {Enhanced, Active, 1},
		"enhanced-partial-and-suppressed.json": {Enhanced, Active, 4},
		"enhanced-pending.json":                {Enhanced, Pending, 0},
		"enhanced-untriaged-moto-test.json":    {Enhanced, Complete, 2},
	} {
		s, err := readFile(t, filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if s.Type != c.kind || s.Status != c.status || len(s.Findings) != c.findings {
			t.Errorf("%s: %q, %s, %d findings; want %+v", name, s.Type, s.Status, len(s.Findings), c)
		}
	}
	var unsettled *IncompleteError
	for name, want := range map[string]bool{
		"basic-page-with-token.json":                   true,
		"enhanced-complete-but-empty.json":             true,
		"enhanced-active-but-empty.json":               true,
		"inspector2-list-findings-ecr-defectdojo.json": false,
		"oci-index-with-attestations.json":             false,
	} {
		if s, err := readFile(t, filepath.Join(dir, name)); err == nil || errors.As(err, &unsettled) != want {
			t.Errorf("%s: %+v, %v; want *IncompleteError %t", name, s, err, want)
		}
	}
}

// Inputs based on public reports may be next to the checkout.
func TestFieldCasesBesideTheCheckout(t *testing.T) {
	dir := filepath.Join("..", "..", "shared", "field-cases")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no field cases beside the checkout: %v", err)
	}
	for name, want := range map[string]string{
		"06-query-imageScanFindings.json": "save the whole response",
		"07-cli-error-text.json":          "An error occurred (ScanNotFoundException)",
		"16-moto-number-account.json":     "read 0 findings, but findingSeverityCounts adds up to 2",
	} {
		if _, err := readFile(t, filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	for name, holds := range map[string]func(Finding) bool{
		"01-boto3-default-str.json":           func(f Finding) bool { return f.FirstObserved != nil && f.Packages[0].FixedIn == "5.10.234-1" },
		"02-epoch-zero-in-fixed-version.json": func(f Finding) bool { return f.Packages[0].FixedIn == "7.61.1-18.el8_4.1" },
		"02b-basic-epochs.json":               func(f Finding) bool { return f.Packages[0].Version == "32:9.11.4-26.P2.amzn2.13" },
		"04-malicious-package.json":           func(f Finding) bool { return f.Malicious() && f.Packages[0].FixedIn == "" },
		"31-cvss4-only-no-score.json":         func(f Finding) bool { return f.Score != nil && *f.Score == 8.2 && f.ScoreSource == "NVD" },
		"26-lock-file-two-versions.json":      func(f Finding) bool { return len(f.Packages) > 0 },
		"20-both-lists-same-cve.json":         func(f Finding) bool { return f.ID != "" },
		"15-basic-undefined.json":             func(f Finding) bool { return f.RankedSeverity() == Undefined },
	} {
		s, err := readFile(t, filepath.Join(dir, name))
		if err != nil || len(s.Findings) == 0 || !holds(s.Findings[0]) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}
