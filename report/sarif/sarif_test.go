package sarif_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	gosarif "github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/scan"
)

func TestSARIFGolden(t *testing.T) {
	for _, name := range []string{"rich", "index", "clean"} {
		reporttest.GoldenJSON(t, name+".sarif", reporttest.Render(t, sarif.Write, reporttest.Runs()[name]))
	}
}

func parseSARIF(t *testing.T, r report.Run) *gosarif.Report {
	t.Helper()
	log, err := gosarif.FromString(reporttest.Render(t, sarif.Write, r))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

// TestSARIFIsTakenByCodeScanning holds what GitHub asks of a file, and refuses a whole upload for.
func TestSARIFIsTakenByCodeScanning(t *testing.T) {
	runs := reporttest.Runs()
	runs["large"] = reporttest.Large(300)
	runs["two images of a repository"] = reporttest.TwoImages()
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			categories := map[string]bool{}
			for _, run := range parseSARIF(t, r).Runs {
				if id := *run.AutomationDetails.ID; categories[id] || !strings.HasSuffix(id, "/") {
					t.Errorf("category %q is there twice, or has no slash", id)
				} else {
					categories[id] = true
				}
				checkRules(t, run)
				checkResults(t, run)
			}
		})
	}
}

func checkRules(t *testing.T, run *gosarif.Run) {
	severity := regexp.MustCompile(`^(10\.0|[0-9]\.[0-9])$`)
	seen := map[string]bool{}
	for _, rule := range run.Tool.Driver.Rules {
		if rule.ID == "" || seen[rule.ID] {
			t.Errorf("rule %.80q is there twice, or has no name", rule.ID)
		}
		seen[rule.ID] = true
		for _, text := range []*string{rule.ShortDescription.Text, rule.FullDescription.Text} {
			if text == nil || *text == "" || len([]rune(*text)) > 1024 {
				t.Errorf("%.80q: a description is empty or too long", rule.ID)
			}
		}
		if rule.Help.Text == nil || *rule.Help.Text == "" || *rule.Help.Markdown == "" {
			t.Errorf("%.80q has no help", rule.ID)
		}
		tags := rule.Properties["tags"].([]any)
		if len(tags) > 10 || tags[0] != "security" {
			t.Errorf("%.80q has the tags %v", rule.ID, tags)
		}
		if s, ok := rule.Properties["security-severity"]; ok && !severity.MatchString(s.(string)) {
			t.Errorf("%.80q has the severity %v", rule.ID, s)
		}
		if rule.HelpURI != nil && !safe.StrictURL(*rule.HelpURI) {
			t.Errorf("%.80q has the link %q", rule.ID, *rule.HelpURI)
		}
	}
}

func checkResults(t *testing.T, run *gosarif.Run) {
	uri := regexp.MustCompile(`^[A-Za-z0-9._~!$&'()*+,;=@%-]+(/[A-Za-z0-9._~!$&'()*+,;=@%-]+)*$`)
	seen := map[string]bool{}
	if run.Results == nil {
		t.Error("results is null")
	}
	for i, res := range run.Results {
		if run.Tool.Driver.Rules[*res.RuleIndex].ID != *res.RuleID {
			t.Errorf("result %d names another rule", i)
		}
		place := res.Locations[0].PhysicalLocation
		if !uri.MatchString(*place.ArtifactLocation.URI) || strings.Contains(*place.ArtifactLocation.URI, "/../") {
			t.Errorf("result %d lies in %q", i, *place.ArtifactLocation.URI)
		}
		if g := place.Region; *g.StartLine < 1 || *g.StartColumn < 1 || *g.EndLine < 1 || *g.EndColumn < 1 {
			t.Errorf("result %d has the region %v", i, g)
		}
		if id := identityOf(res); seen[id] {
			t.Errorf("result %d is the same alert as another: %s", i, id)
		} else {
			seen[id] = true
		}
		if *res.Message.Text == "" || res.Suppressions != nil {
			t.Errorf("result %d: message %q, suppressions %v", i, *res.Message.Text, res.Suppressions)
		}
	}
}

// identityOf is what code scanning knows an alert by.
func identityOf(res *gosarif.Result) string {
	return fmt.Sprint(*res.RuleID, " ", *res.Locations[0].PhysicalLocation.ArtifactLocation.URI, " ", res.PartialFingerprints["primaryLocationLineHash"])
}

// alerts are the identities of a file, with the category.
func alerts(t *testing.T, r report.Run) string {
	var out []string
	for _, run := range parseSARIF(t, r).Runs {
		for _, res := range run.Results {
			out = append(out, *run.AutomationDetails.ID+" "+identityOf(res))
		}
	}
	return strings.Join(out, "\n")
}

// TestSARIFAlertsSurviveABuild holds that an alert somebody dismissed stays that alert: a rebuild,
// a new tag, a new version of the package, another severity and another text do not make it new.
func TestSARIFAlertsSurviveABuild(t *testing.T) {
	r := reporttest.Large(12)
	before := alerts(t, r)
	img := &r.Images[0]
	img.Ref.Digest, img.Ref.Tag, img.Ref.RegistryID, img.Ref.Region = reporttest.Digest(9), "2.0", "999999999999", "us-east-1"
	for _, f := range img.Verdict.Findings {
		f.Packages[0].Version, f.Packages[0].FixedIn, f.Packages[0].Arch = "9.9", "", "ARM64"
		f.Title, f.Description, f.ARN, f.FirstObserved = "reworded", "reworded", "arn:aws:new", reporttest.At(19)
	}
	if after := alerts(t, r); after != before {
		t.Errorf("alerts are new:\n%s", reporttest.FirstDifference(after, before))
	}
	if strings.Contains(before, "sha256") || strings.Contains(before, "123456789012") {
		t.Errorf("identities hold what changes: %s", before)
	}
	img.Verdict.Findings = img.Verdict.Findings[1:]
	if after := alerts(t, r); strings.Count(after, "\n")+1 != strings.Count(before, "\n") {
		t.Error("the alert of a finding that is gone stays open")
	}
}

func TestSARIFSeverityStaysInTheBucketOfECR(t *testing.T) {
	for name, c := range map[string]struct {
		severity scan.Severity
		score    *float64
		want     string
		level    string
	}{
		"a critical one with a low score":     {scan.Critical, reporttest.Points(7.2), "9.1", "error"},
		"a critical one without a score":      {scan.Critical, nil, "9.5", "error"},
		"a critical one of ten":               {scan.Critical, reporttest.Points(10), "10.0", "error"},
		"a high one with a critical score":    {scan.High, reporttest.Points(9.8), "8.9", "error"},
		"a high one with a score of its own":  {scan.High, reporttest.Points(7.5), "7.5", "error"},
		"a medium one with a high score":      {scan.Medium, reporttest.Points(8), "6.9", "warning"},
		"a low one with a score of nought":    {scan.Low, reporttest.Points(0), "2.0", "note"},
		"an informational one":                {scan.Informational, reporttest.Points(3), "", "note"},
		"an unrated one":                      {scan.Untriaged, reporttest.Points(9), "", "note"},
		"an unknown value":                    {"WORSE", reporttest.Points(3), "9.1", "error"},
		"none at all":                         {"", nil, "", "note"},
		"a score between two digits is round": {scan.High, reporttest.Points(8.96), "8.9", "error"},
	} {
		run := parseSARIF(t, oneFinding(scan.Finding{ID: "CVE-1", Severity: c.severity, Score: c.score})).Runs[0]
		if got := run.Tool.Driver.Rules[0].Properties["security-severity"]; got != c.want && !(got == nil && c.want == "") {
			t.Errorf("%s: security-severity %q, want %q", name, got, c.want)
		}
		if got := *run.Results[0].Level; got != c.level {
			t.Errorf("%s: level %s, want %s", name, got, c.level)
		}
		if n, err := strconv.ParseFloat(c.want, 64); c.want != "" && (err != nil || n <= 0 || n > 10) {
			t.Errorf("%s: %q is not a number that code scanning accepts", name, c.want)
		}
	}
}

// oneFinding is a run of one image with one finding, which no rule counts.
func oneFinding(f scan.Finding) report.Run {
	p := reporttest.MustLoad("version: 1\nrules:\n  - name: nothing\n    minSeverity: CRITICAL\n    max: 9\n")
	s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: reporttest.At(19), Findings: []scan.Finding{f}}
	return reporttest.Concluded(p, []report.Image{reporttest.Judged(p, reporttest.Image("team/app", "1", 1), s)})
}

func sarifIDs(t *testing.T, r report.Run) string {
	var ids []string
	for _, run := range parseSARIF(t, r).Runs {
		for _, res := range run.Results {
			ids = append(ids, *res.RuleID)
		}
	}
	return strings.Join(ids, " ")
}

func TestSARIFLeavesOutWhatIsExcused(t *testing.T) {
	r := reporttest.Index()
	if got, want := sarifIDs(t, r), "CVE-2025-1111 CVE-2025-1111 CVE-2024-5000 CVE-2024-2222 CVE-2024-2222 CVE-2025-0002 CVE-2024-3000"; got != want {
		t.Errorf("results: %s\nwant     %s", got, want)
	}
	r.SARIF.CountedOnly = true
	if got, want := sarifIDs(t, r), "CVE-2025-1111 CVE-2025-1111 CVE-2024-2222 CVE-2024-2222 CVE-2025-0002"; got != want {
		t.Errorf("sarif-findings counted: %s\nwant %s", got, want)
	}
}

func TestSARIFHangsResultsOnTheDockerfile(t *testing.T) {
	r := reporttest.Index()
	before := map[any]bool{}
	for _, res := range parseSARIF(t, r).Runs[0].Results {
		before[res.PartialFingerprints["primaryLocationLineHash"]] = true
	}
	r.SARIF.Dockerfile, r.SARIF.Line = "./build dir/Dockerfile", 7
	for _, res := range parseSARIF(t, r).Runs[0].Results {
		place := res.Locations[0].PhysicalLocation
		if *place.ArtifactLocation.URI != "build%20dir/Dockerfile" || *place.Region.StartLine != 7 || *place.Region.EndLine != 7 {
			t.Fatalf("a result lies in %s, line %d", *place.ArtifactLocation.URI, *place.Region.StartLine)
		}
		if !before[res.PartialFingerprints["primaryLocationLineHash"]] {
			t.Error("the fingerprint depends on the place")
		}
	}
}

func TestSARIFIsOneObject(t *testing.T) {
	for name, r := range reporttest.Runs() {
		if text := reporttest.Render(t, sarif.Write, r); !json.Valid([]byte(text)) {
			t.Errorf("%s is not JSON", name)
		}
	}
}
