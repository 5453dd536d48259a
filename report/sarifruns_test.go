package report

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/scan"
)

// twoImages are of one repository and share a finding, in two versions of its package.
func twoImages() Run {
	p := mustLoad("version: 1\nrules:\n  - name: high or worse\n    minSeverity: HIGH\n")
	finding := func(id, version string, severity scan.Severity) scan.Finding {
		return scan.Finding{ID: id, Severity: severity, FixAvailable: scan.Yes, ExploitAvailable: scan.No,
			Packages: []scan.Package{{Name: "curl", Version: version, FixedIn: "9", Manager: "OS"}}}
	}
	scanOf := func(findings ...scan.Finding) scan.Scan {
		return scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(19), Findings: findings}
	}
	return concluded(p, []Image{
		judged(p, image("team/app", "1", 1), scanOf(finding("CVE-2024-1", "8.0", scan.Medium), finding("CVE-2024-2", "8.0", scan.High))),
		judged(p, image("team/app", "2", 2), scanOf(finding("CVE-2024-1", "8.1", scan.High))),
	})
}

func TestSARIFMergesTheImagesOfARepository(t *testing.T) {
	log := parseSARIF(t, twoImages())
	if len(log.Runs) != 1 || len(log.Runs[0].Results) != 2 {
		t.Fatalf("%d runs", len(log.Runs))
	}
	res := log.Runs[0].Results[0]
	rule := log.Runs[0].Tool.Driver.Rules[*res.RuleIndex]
	if got := *res.Message.Text; !strings.HasPrefix(got, "curl 8.1 in team/app is affected by CVE-2024-1 (HIGH), fixed in 9. Images: team/app:1, team/app:2.") {
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
func categories(log *sarif.Report) string {
	var out []string
	for _, run := range log.Runs {
		out = append(out, *run.AutomationDetails.ID)
	}
	return strings.Join(out, " ")
}

func TestSARIFHasNoRunForAHole(t *testing.T) {
	var said []string
	r := richRun()
	r.SARIF.Warn = func(s string) { said = append(said, s) }
	if got, want := categories(parseSARIF(t, r)), "ecrgate/team/app/ ecrgate/team/base/ ecrgate/team/web/"; got != want {
		t.Errorf("runs %s, want %s", got, want)
	}
	if all := strings.Join(said, "\n"); !strings.Contains(all, "no run for team/late") || !strings.Contains(all, "no run for tools/static") {
		t.Errorf("the log is told %q", all)
	}
	late := richMissing()
	late.Ref.Repository = "team/app"
	r.Images = append(r.Images, late)
	if got, want := categories(parseSARIF(t, r)), "ecrgate/team/base/ ecrgate/team/web/"; got != want {
		t.Errorf("one image of team/app has no result: runs %s, want %s", got, want)
	}
	r.Images = r.Images[3:5]
	r.Images[1].Complete = true // nothing was missing, but nobody judged it
	if n := SARIFRuns(r); n != 0 {
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
		if got := category(c.input, "team/app", c.several); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	r := richRun()
	r.SARIF.Category = "gate"
	before := categories(parseSARIF(t, r))
	r.Images = []Image{r.Images[0], r.Images[3]}
	if after := categories(parseSARIF(t, r)); !strings.HasPrefix(before, after) {
		t.Errorf("the category depends on what became of another image: %s, then %s", before, after)
	}
}

func TestSARIFKeepsToTheNumberOfResults(t *testing.T) {
	r := largeRun(25_300)
	var said []string
	r.SARIF.Warn = func(s string) { said = append(said, s) }
	run := parseSARIF(t, r).Runs[0]
	if len(run.Results) != maxResults || *run.Results[maxResults-1].Level != "note" || *run.Results[0].Level != "error" {
		t.Errorf("%d results, the worst must stay", len(run.Results))
	}
	var told []string
	for _, n := range run.Invocations[0].ToolExecutionNotifications {
		told = append(told, *n.Message.Text)
	}
	if !slices.Equal(told, said) || !strings.HasPrefix(told[0], "300 of 25300 results of team/large") {
		t.Errorf("the file tells %q, the log %q", told, said)
	}
}

func TestSARIFKeepsTheWorstRepositories(t *testing.T) {
	p := mustLoad("version: 1\nrules:\n  - name: nothing\n")
	var images []Image
	for i := range 22 {
		s := scan.Scan{Type: scan.Enhanced, Status: scan.Active, CompletedAt: at(19)}
		if i != 3 && i != 0 {
			s.Findings = []scan.Finding{{ID: "CVE-1", Severity: scan.High}}
		}
		images = append(images, judged(p, image(fmt.Sprintf("team/r%d", i), "1", i), s))
	}
	log := parseSARIF(t, concluded(p, images))
	if got := categories(log); len(log.Runs) != 20 || strings.Contains(got, "/r3/") || strings.Contains(got, "/r0/") || !strings.Contains(got, "/r21/") {
		t.Errorf("%d runs: %s", len(log.Runs), got)
	}
	if n := log.Runs[0].Invocations[0].ToolExecutionNotifications; len(n) != 1 || !strings.Contains(*n[0].Message.Text, "left out: team/r0, team/r3") {
		t.Errorf("the file does not name what was left out: %v", n)
	}
}

// noise is text that does not compress.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,"[random.IntN(64)]
	}
	return string(b)
}

func TestSARIFIsMadeSmallEnoughForAnUpload(t *testing.T) {
	r := largeRun(900)
	for i, f := range r.Images[0].Verdict.Findings {
		f.ID, f.Description = fmt.Sprint("CVE-", i), noise(900+i)
	}
	whole, short := compressed(t, r, 1<<30), compressed(t, r, 400_000)
	if whole < 600_000 || short > 400_000 {
		t.Errorf("%d bytes, made %d; the limit was 400000", whole, short)
	}
	least := compressed(t, r, 50_000)
	if least > 50_000 {
		t.Errorf("%d bytes, the limit was 50000", least)
	}
}

// compressed is the size of the report's upload, fitted to a limit.
func compressed(t *testing.T, r Run, limit int) int {
	t.Helper()
	runs := planRuns(r)
	if err := fit(runs, r, limit); err != nil {
		t.Fatal(err)
	}
	size, err := measure(runs, r)
	if err != nil {
		t.Fatal(err)
	}
	if size < 600_000 && len(runs[0].cuts) == 0 {
		t.Error("something was cut and nothing says so")
	}
	return size
}

// TestSARIFEstimateIsNotFarOff keeps the quick look from letting a report through that is too large.
func TestSARIFEstimateIsNotFarOff(t *testing.T) {
	even := largeRun(3000)
	odd := largeRun(3000)
	for i, f := range odd.Images[0].Verdict.Findings {
		if i%7 == 0 {
			f.Description = noise(1000 + i)
		}
	}
	for name, r := range map[string]Run{"even": even, "odd": odd, "small": indexRun()} {
		runs := planRuns(r)
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if err := SARIF(z, r); err != nil {
			t.Fatal(err)
		}
		z.Close()
		if got := estimate(runs, r.SARIF); got < b.Len()/2 {
			t.Errorf("%s: estimated %d, it is %d", name, got, b.Len())
		}
	}
}

// TestHelpProposesAnExceptionThatHolds takes the exception from the help text, as somebody would,
// and judges the finding by it.
func TestHelpProposesAnExceptionThatHolds(t *testing.T) {
	for name, f := range map[string]scan.Finding{
		"a plain finding":            {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "zlib1g"}}},
		"several packages":           {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "a"}, {Name: "b"}}},
		"no package":                 {ID: "CVE-2024-1"},
		"no id":                      {Packages: []scan.Package{{Name: "zlib1g"}}},
		"a scoped package":           {ID: "GHSA-1", Packages: []scan.Package{{Name: "@babel/core"}}},
		"a Perl module":              {ID: "CVE-2024-1", Packages: []scan.Package{{Name: "HTTP::Tiny"}}},
		"glob characters":            {ID: "a*b?c[d]e", Packages: []scan.Package{{Name: "[x]*"}}},
		"quotes and a comment":       {ID: "it's #1: \"x\"", Packages: []scan.Package{{Name: "- y # z"}}},
		"words that YAML knows":      {ID: "null", Packages: []scan.Package{{Name: "no"}}},
		"a number":                   {ID: "1e3", Packages: []scan.Package{{Name: "0x10"}}},
		"text of somebody malicious": {ID: hostileText[:100], Packages: []scan.Package{{Name: "x`\n```\n##[group]"}}},
	} {
		f.Severity, f.FixAvailable, f.ExploitAvailable = scan.High, scan.Unknown, scan.Unknown
		p := mustLoad("version: 1\nrules:\n  - name: all\nexceptions:\n" + exceptionText(&f, "2026-04-20"))
		v := p.Evaluate(context.Background(), &scan.Scan{Image: image("team/app", "1", 1).Ref, Type: scan.Enhanced, Findings: []scan.Finding{f, {ID: "CVE-2024-999", Packages: []scan.Package{{Name: "other"}}}}}, nil, fixtureNow)
		if c := v.Counts(); c.Excepted != 1 || c.Counted != 1 {
			t.Errorf("%s: %d excepted, want that one and no other:\n%s", name, c.Excepted, exceptionText(&f, "2026-04-20"))
		}
	}
}

func TestHelpProposesNoExceptionThatThePolicyForbids(t *testing.T) {
	p := mustLoad("version: 1\nrules:\n  - name: all\nexceptionRules:\n  maxDays: 30\n  neverExcept: {minSeverity: CRITICAL}\n")
	s := scan.Scan{Type: scan.Enhanced, CompletedAt: at(19), Findings: []scan.Finding{
		{ID: "CVE-1", Severity: scan.Critical, FixAvailable: scan.No, ExploitAvailable: scan.No}, {ID: "CVE-2", Severity: scan.High, FixAvailable: scan.No, ExploitAvailable: scan.No}}}
	rules := parseSARIF(t, concluded(p, []Image{judged(p, image("team/app", "1", 1), s)})).Runs[0].Tool.Driver.Rules
	if got := *rules[0].Help.Markdown; strings.Contains(got, "exceptions:") || !strings.Contains(got, "The policy lets no exception excuse it (exceptionRules.neverExcept: severity CRITICAL)") {
		t.Errorf("CVE-1:\n%s", got)
	}
	if got := *rules[1].Help.Markdown; !strings.Contains(got, "  - id: CVE-2\n    reason: why it cannot be reached here\n    expires: 2026-02-19\n") {
		t.Errorf("CVE-2:\n%s", got)
	}
}

func TestTextsAreCutAsGitHubCounts(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		limit int
		want  string
	}{
		"short enough":                    {"abc", 3, "abc"},
		"too long":                        {"abcd", 3, "ab…"},
		"more bytes than characters":      {"äöü", 3, "äöü"},
		"characters of two units":         {"😀😀", 4, "😀😀"},
		"a character that does not fit":   {"😀😀😀", 4, "😀…"},
		"one that has no room for itself": {"a😀b", 3, "a…"},
	} {
		if got := cutText(c.in, c.limit); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
