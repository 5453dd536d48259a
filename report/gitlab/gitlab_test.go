package gitlab_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/gitlab"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/scan"
)

func TestGitLabGolden(t *testing.T) {
	reporttest.GoldenJSON(t, "index.json", reporttest.Render(t, gitlab.Write, reporttest.Index()))
}

// A document is what GitLab reads of the report.
type document struct {
	Version string `json:"version"`
	Scan    struct {
		Scanner struct {
			Version string `json:"version"`
		} `json:"scanner"`
		Status    string `json:"status"`
		StartTime string `json:"start_time"`
		EndTime   string `json:"end_time"`
		Messages  []struct {
			Level string `json:"level"`
			Value string `json:"value"`
		} `json:"messages"`
	} `json:"scan"`
	Vulnerabilities []vulnerability `json:"vulnerabilities"`
}

type vulnerability struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Severity    string `json:"severity"`
	Solution    string `json:"solution"`
	Identifiers []struct {
		Type  string `json:"type"`
		Value string `json:"value"`
	} `json:"identifiers"`
	CVSS []struct {
		Vector string `json:"vector"`
	} `json:"cvss_vectors"`
	Links []struct {
		URL string `json:"url"`
	} `json:"links"`
	Location struct {
		Dependency struct {
			Package struct {
				Name string `json:"name"`
			} `json:"package"`
			Version string `json:"version"`
		} `json:"dependency"`
		OperatingSystem    string `json:"operating_system"`
		Image              string `json:"image"`
		DefaultBranchImage string `json:"default_branch_image"`
	} `json:"location"`
	Details map[string]struct {
		Value string `json:"value"`
	} `json:"details"`
}

func parseGitLab(t *testing.T, r report.Run) document {
	t.Helper()
	var out document
	if err := json.Unmarshal([]byte(reporttest.Render(t, gitlab.Write, r)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func testRuns() map[string]report.Run {
	runs := reporttest.Runs()
	runs["large"], runs["empty"], runs["nothing"] = reporttest.Large(300), reporttest.Usage(), report.Run{}
	twice := reporttest.Index()
	twice.Images = append(twice.Images, twice.Images[0])
	runs["the same image twice"] = twice
	return runs
}

// TestGitLabKeepsToTheSchema uses GitLab's own schema, which is not part of this repository: the directory
// shared may be next to the clone.
func TestGitLabKeepsToTheSchema(t *testing.T) {
	file := filepath.Join("..", "..", "..", "shared", "schemas", "gitlab-container-scanning-15.2.1.json")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("NOT CHECKED against GitLab's schema: %v", err)
	}
	schema, err := jsonschema.NewCompiler().Compile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range testRuns() {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(reporttest.Render(t, gitlab.Write, r)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %.1000v", name, err)
		}
	}
}

// TestGitLabKeepsToTheLimits checks the limits of the schema, even without the schema itself.
func TestGitLabKeepsToTheLimits(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$`)
	clock := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$`)
	for name, r := range testRuns() {
		g := parseGitLab(t, r)
		if !clock.MatchString(g.Scan.StartTime) || !clock.MatchString(g.Scan.EndTime) || g.Scan.Messages == nil || g.Vulnerabilities == nil || g.Scan.Scanner.Version == "" {
			t.Errorf("%s: the scan is %.200v", name, g.Scan)
		}
		ids := map[string]bool{}
		for _, v := range g.Vulnerabilities {
			if ids[v.ID] || !form.MatchString(v.ID) {
				t.Errorf("%s: the id %q is not a UUID, or occurs twice", name, v.ID)
			}
			ids[v.ID] = true
			if utf8.RuneCountInString(v.Name) > 255 || v.Name == "" || len(v.Identifiers) == 0 || v.Identifiers[0].Value == "" {
				t.Errorf("%s: name %.80q, identifiers %.80v", name, v.Name, v.Identifiers)
			}
			if v.Location.Image == "" || v.Location.OperatingSystem == "" || v.Location.Dependency.Package.Name == "" {
				t.Errorf("%s: the location is %.200v", name, v.Location)
			}
			for _, l := range v.Links {
				if !strings.HasPrefix(l.URL, "https://") {
					t.Errorf("%s: the link %.80q", name, l.URL)
				}
			}
		}
	}
}

func TestGitLabStatusSaysWhetherEverythingWasJudged(t *testing.T) {
	rich := reporttest.Rich()
	one := func(i int) report.Run { r := rich; r.Images = rich.Images[i : i+1]; return r }
	half := one(0)
	half.Images = []report.Image{rich.Images[0]}
	half.Images[0].Err, half.Images[0].Judged = reporttest.Missing().Err, false
	for name, c := range map[string]struct {
		run           report.Run
		status, level string
	}{
		"a breach is a scan that went well":      {one(0), "success", "info"},
		"no findings is a scan that went well":   {reporttest.Clean(), "success", "info"},
		"no verdict is a failure":                {one(3), "failure", "fatal"},
		"an image NOT JUDGED was not scanned":    {one(4), "failure", "warn"},
		"a platform without a result is missing": {half, "failure", "fatal"},
		"wrong usage is a failure":               {reporttest.Usage(), "failure", "fatal"},
	} {
		s := parseGitLab(t, c.run).Scan
		if s.Status != c.status || s.Messages[0].Level != c.level {
			t.Errorf("%s: status %s and a message %s, want %s and %s", name, s.Status, s.Messages[0].Level, c.status, c.level)
		}
	}
}

func TestGitLabLeavesOutWhatIsExceptedOrSetAside(t *testing.T) {
	got := map[string]int{}
	for _, v := range parseGitLab(t, reporttest.Index()).Vulnerabilities {
		got[v.Identifiers[0].Value]++
	}
	for id, want := range map[string]int{"CVE-2025-1111": 2, "CVE-2024-2222": 2, "CVE-2025-0002": 1, "CVE-2024-5000": 1, "CVE-2024-3000": 1,
		"CVE-2023-45853": 0, "CVE-2025-0001": 0, "CVE-2024-4000": 0} {
		if got[id] != want {
			t.Errorf("%s is there %d times, want %d", id, got[id], want)
		}
	}
}

// TestGitLabKnowsAFindingAgain checks the identity that GitLab tracks: it must not change with the build, the
// version or the severity.
func TestGitLabKnowsAFindingAgain(t *testing.T) {
	before := parseGitLab(t, reporttest.Large(6)).Vulnerabilities
	r := reporttest.Large(6)
	r.Images[0].Ref.Digest = reporttest.Digest(9)
	for i := range r.Images[0].Verdict.Findings {
		f := r.Images[0].Verdict.Findings[i].Finding
		f.Severity, f.Packages[0].Version, f.Description = scan.Low, "7", "reworded"
	}
	for i, v := range parseGitLab(t, r).Vulnerabilities {
		b := before[i]
		if v.ID != b.ID || v.Name != b.Name || v.Location.Image != b.Location.Image || v.Location.DefaultBranchImage != "team/large" || v.Location.Dependency.Package != b.Location.Dependency.Package {
			t.Errorf("%+v is not known again as %+v", b, v)
		}
	}
}

func TestGitLabWords(t *testing.T) {
	for name, c := range map[string]struct {
		finding          scan.Finding
		severity, vector string
		kind             string
	}{
		"an unknown severity is critical": {scan.Finding{ID: "CVE-1", Severity: "WORSE"}, "Critical", "", "cve"},
		"no severity is unknown":          {scan.Finding{ID: "ALAS2-2023-1"}, "Unknown", "", "alas"},
		"a vector of CVSS 2":              {scan.Finding{ID: "GHSA-1", Severity: scan.Low, Vector: "AV:L/AC:L/Au:N/C:C/I:C/A:C"}, "Low", "AV:L/AC:L/Au:N/C:C/I:C/A:C", "ghsa"},
		"a vector of CVSS 4 has no place": {scan.Finding{ID: "x", Severity: scan.Informational, Vector: "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"}, "Info", "", "ecr"},
	} {
		one := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: reporttest.At(19), Findings: []scan.Finding{c.finding}}
		p := reporttest.MustLoad("version: 1\nrules:\n  - name: all\n")
		v := parseGitLab(t, reporttest.Concluded(p, []report.Image{reporttest.Judged(p, reporttest.Image("team/app", "1", 1), one)})).Vulnerabilities[0]
		got := ""
		if len(v.CVSS) > 0 {
			got = v.CVSS[0].Vector
		}
		if v.Severity != c.severity || got != c.vector || v.Identifiers[0].Type != c.kind {
			t.Errorf("%s: %s, %q, %s, want %s, %q, %s", name, v.Severity, got, v.Identifiers[0].Type, c.severity, c.vector, c.kind)
		}
	}
}

// TestGitLabNamesEveryVersion: one lock file may have a package in two vulnerable versions.
func TestGitLabNamesEveryVersion(t *testing.T) {
	list := parseGitLab(t, reporttest.TwoVersions()).Vulnerabilities
	if len(list) != 1 {
		t.Fatalf("%d vulnerabilities, want one for id, package and path", len(list))
	}
	if got, want := list[0].Solution, "Upgrade debug 2.6.8 to 2.6.9; Upgrade debug 3.0.1 to 3.1.0"; got != want {
		t.Errorf("solution %q, want %q", got, want)
	}
	if got, want := list[0].Details["versions"].Value, "2.6.8 → 2.6.9, 3.0.1 → 3.1.0"; got != want {
		t.Errorf("versions %q, want %q", got, want)
	}
}

func TestGitLabSaysToRemoveAMaliciousPackage(t *testing.T) {
	if got := parseGitLab(t, reporttest.MaliciousPackage()).Vulnerabilities[0].Solution; got != "Remove evil-left-pad: it is a malicious package" {
		t.Errorf("solution %q", got)
	}
}
