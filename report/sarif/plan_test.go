package sarif_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gosarif "github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/scan"
)

func TestSARIFMergesTheImagesOfARepository(t *testing.T) {
	log := parseSARIF(t, reporttest.TwoImages())
	if len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	res := log.Runs[0].Results[0]
	rule := log.Runs[0].Tool.Driver.Rules[*res.RuleIndex]
	if got := *res.Message.Text; !strings.HasPrefix(got, "curl 8.1, 8.0 in team/app is affected by CVE-2024-1 (HIGH), fixed in 9. Images: team/app:1, team/app:2.") {
		t.Errorf("the worse finding does not stand, or its images are missing: %s", got)
	}
	for _, row := range []string{"| team/app:1 | curl | 8.0 | 9 |  |\n", "| team/app:2 | curl | 8.1 | 9 |  |\n"} {
		if !strings.Contains(*rule.Help.Markdown, row) {
			t.Errorf("%q is missing in the help:\n%s", row, *rule.Help.Markdown)
		}
	}
	if rule.Properties["security-severity"] != "8.0" {
		t.Errorf("the rule has the severity %v", rule.Properties["security-severity"])
	}
}

// categories of a file, in order.
func categories(log *gosarif.Report) string {
	var out []string
	for _, run := range log.Runs {
		out = append(out, *run.AutomationDetails.ID)
	}
	return strings.Join(out, " ")
}

func TestSARIFHasNoRunForAHole(t *testing.T) {
	r := reporttest.Rich()
	if got, want := categories(parseSARIF(t, r)), "ecrgate/team/app/ ecrgate/team/base/ ecrgate/team/web/"; got != want {
		t.Errorf("runs %s, want %s", got, want)
	}
	if all := strings.Join(sarif.Plan(r).Warnings, "\n"); !strings.Contains(all, "no run for team/late") || !strings.Contains(all, "no run for tools/static") {
		t.Errorf("the log says %q", all)
	}
	late := reporttest.Missing()
	late.Ref.Repository = "team/app"
	r.Images = append(r.Images, late)
	if got, want := categories(parseSARIF(t, r)), "ecrgate/team/base/ ecrgate/team/web/"; got != want {
		t.Errorf("one image of team/app has no result: runs %s, want %s", got, want)
	}
	r.Images = r.Images[3:5]
	if n := sarif.Plan(r).Runs; n != 0 {
		t.Errorf("%d runs, where no image has a complete result", n)
	}
}

func TestSARIFCategory(t *testing.T) {
	for name, c := range map[string]struct {
		input   string
		several bool
		want    string
	}{
		"the repository's, when none is given":              {"", false, "ecrgate/team/app/"},
		"as it is given":                                    {"gate/app/", false, "gate/app/"},
		"a word gets its slash, or it would be no category": {"gate", false, "gate/"},
		"with a run id of the user's":                       {"gate/run-7", false, "gate/run-7"},
		"of several repositories each gets its own":         {"gate", true, "gate/team/app/"},
	} {
		r := reporttest.Rich()
		if !c.several {
			r = reporttest.Index()
		}
		r.SARIF.Category = c.input
		if got, _, _ := strings.Cut(categories(parseSARIF(t, r)), " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	r := reporttest.Rich()
	r.SARIF.Category = "gate"
	before := categories(parseSARIF(t, r))
	r.Images = []report.Image{r.Images[0], r.Images[3]}
	if after := categories(parseSARIF(t, r)); !strings.HasPrefix(before, after) {
		t.Errorf("the category depends on another image: %s, then %s", before, after)
	}
}

func TestSARIFKeepsToTheNumberOfResults(t *testing.T) {
	r := reporttest.Large(25_300)
	said := sarif.Plan(r).Warnings
	run := parseSARIF(t, r).Runs[0]
	if len(run.Results) != 25_000 || *run.Results[24_999].Level != "note" || *run.Results[0].Level != "error" {
		t.Errorf("%d results, the worst must stay", len(run.Results))
	}
	var inFile []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		inFile = append(inFile, *n.Message.Text)
	}
	if !slices.Equal(inFile, said) || !strings.HasPrefix(inFile[0], "300 of 25300 results of team/large") {
		t.Errorf("the file says %q, the log %q", inFile, said)
	}
}

func TestSARIFKeepsTheWorstRepositories(t *testing.T) {
	p := reporttest.MustLoad("version: 1\nrules:\n  - name: nothing\n")
	var images []report.Image
	for i := range 22 {
		s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: reporttest.At(19)}
		if i != 3 && i != 0 {
			s.Findings = []scan.Finding{{ID: "CVE-1", Severity: scan.High}}
		}
		images = append(images, reporttest.Judged(p, reporttest.Image(fmt.Sprintf("team/r%d", i), "1", i), s))
	}
	log := parseSARIF(t, reporttest.Concluded(p, images))
	if got := categories(log); len(log.Runs) != 20 || strings.Contains(got, "/r3/") || strings.Contains(got, "/r0/") || !strings.Contains(got, "/r21/") {
		t.Errorf("%d runs: %s", len(log.Runs), got)
	}
	if n := log.Runs[0].Invocations[0].ToolExecutionNotifications; len(n) != 1 || !strings.Contains(*n[0].Message.Text, "left out: team/r0, team/r3") {
		t.Errorf("the file does not name what was left out: %v", n)
	}
}

func TestHelpProposesNoExceptionThatThePolicyForbids(t *testing.T) {
	p := reporttest.MustLoad("version: 1\nrules:\n  - name: all\nexceptionRules:\n  maxDays: 30\n  neverExcept: {minSeverity: CRITICAL}\n")
	s := scan.Scan{Type: scan.Enhanced, CompletedAt: reporttest.At(19), Findings: []scan.Finding{
		{ID: "CVE-1", Severity: scan.Critical, FixAvailable: scan.No, ExploitAvailable: scan.No}, {ID: "CVE-2", Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No}}}
	rules := parseSARIF(t, reporttest.Concluded(p, []report.Image{reporttest.Judged(p, reporttest.Image("team/app", "1", 1), s)})).Runs[0].Tool.Driver.Rules
	if got := *rules[0].Help.Markdown; strings.Contains(got, "exceptions:") || !strings.Contains(got, "The policy forbids excepting it (exceptionRules.neverExcept: minSeverity CRITICAL)") {
		t.Errorf("CVE-1:\n%s", got)
	}
	if got := *rules[1].Help.Markdown; !strings.Contains(got, "  - id: CVE-2\n    reason: why it cannot be reached here\n    expires: 2026-02-19\n") {
		t.Errorf("CVE-2:\n%s", got)
	}
}

func TestSARIFNamesEveryVersion(t *testing.T) {
	results := parseSARIF(t, reporttest.TwoVersions()).Runs[0].Results
	want := "debug 2.6.8, 3.0.1 in team/app is affected by CVE-2026-1030 (HIGH), fixed in 2.6.9 (for 2.6.8), 3.1.0 (for 3.0.1)."
	if len(results) != 1 || !strings.HasPrefix(*results[0].Message.Text, want) {
		t.Errorf("%d results, the first: %s", len(results), *results[0].Message.Text)
	}
}

func TestSARIFSaysToRemoveAMaliciousPackage(t *testing.T) {
	related := reporttest.MaliciousPackage()
	f := related.Images[0].Verdict.Findings[0].Finding
	f.ID, f.Related = "GHSA-1", []string{f.ID}
	for _, r := range []report.Run{reporttest.MaliciousPackage(), related} {
		run := parseSARIF(t, r).Runs[0]
		if got := *run.Results[0].Message.Text; !strings.Contains(got, ", a malicious package: remove it.") {
			t.Errorf("the message: %s", got)
		}
		if got := *run.Tool.Driver.Rules[0].Help.Text; !strings.Contains(got, "The package is malicious: remove it.") {
			t.Errorf("the help: %s", got)
		}
	}
}

func TestSARIFNamesAFindingWithoutAnIDByItsTitle(t *testing.T) {
	run := parseSARIF(t, reporttest.Nameless()).Runs[0]
	if got := *run.Results[0].Message.Text; !strings.Contains(got, " is affected by Overflow in libfoo (HIGH)") {
		t.Errorf("the message: %s", got)
	}
	if got := *run.Results[0].RuleID; !strings.HasPrefix(got, "unnamed-") {
		t.Errorf("the rule: %s", got)
	}
}
