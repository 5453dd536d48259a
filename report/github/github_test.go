package github_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/scan"
)

// outputNames are the outputs of the action, in the order of action.yml: a contract.
const outputNames = "verdict exit-code digest scan-status scan-type critical high medium low informational undefined untriaged " +
	"total fixable counted excepted known breached-rules digests passed-digests due-soon next-due sarif sarif-files json html junit gitlab markdown comment attestation"

// A written is what GitHub reads of a run.
type written struct {
	log     string
	outputs map[string]string
	names   []string
	summary string
}

// writeAll writes everything, and reads it as the runner does.
func writeAll(t *testing.T, r report.Run, paths map[string]string) written {
	t.Helper()
	var log, summary, outputs bytes.Buffer
	if err := errors.Join(github.WriteSummary(&summary, r), github.WriteAnnotations(&log, r), github.WriteOutputs(&outputs, r, paths)); err != nil {
		t.Fatal(err)
	}
	out := written{log: log.String(), summary: summary.String()}
	var err error
	if out.names, out.outputs, err = readOutputs(outputs.String()); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestOutputsAreThoseOfTheContract(t *testing.T) {
	for name, r := range reporttest.Runs() {
		if got := strings.Join(writeAll(t, r, map[string]string{"sarif": "a.sarif"}).names, " "); got != outputNames {
			t.Errorf("%s sets the outputs\n%s\nwant\n%s", name, got, outputNames)
		}
	}
}

func TestOutputsSayNumbersNamesAndPaths(t *testing.T) {
	one := writeAll(t, reporttest.Index(), map[string]string{"sarif": "out/ecrgate.sarif", "json": "out.json"}).outputs
	for name, want := range map[string]string{
		"verdict": "fail", "exit-code": "0", "digest": reporttest.Digest(0xa), "scan-status": "ACTIVE", "scan-type": "enhanced",
		"critical": "2", "high": "4", "low": "1", "untriaged": "0", "total": "7", "fixable": "5", "counted": "3", "excepted": "2", "known": "1",
		"breached-rules": "nothing critical\nno fixable high\nknown exploits, one week of grace",
		"digests":        "team/app@" + reporttest.Digest(0xa), "passed-digests": "", "sarif": "out/ecrgate.sarif", "json": "out.json", "html": "",
	} {
		if one[name] != want {
			t.Errorf("%s is %q, want %q", name, one[name], want)
		}
	}
	all := writeAll(t, reporttest.Rich(), nil).outputs
	for name, want := range map[string]string{
		"digest": "", "scan-type": "", "total": "14", "counted": "8", "medium": "3", "verdict": "fail", "exit-code": "1", "sarif": "",
		"passed-digests": "team/web@" + reporttest.Digest(2) + "\ntools/static@" + reporttest.Digest(4),
		"breached-rules": "nothing critical\nno fixable high\nknown exploits, one week of grace\nmedium budget",
	} {
		if all[name] != want {
			t.Errorf("of several images %s is %q, want %q", name, all[name], want)
		}
	}
	for name, value := range all {
		if strings.Contains(value, "CVE-") {
			t.Errorf("%s holds findings: %q", name, value)
		}
	}
}

// A verdict over some platforms of an index does not cover the index.
func TestPassedDigestsOfSomePlatformsAreTheirOwn(t *testing.T) {
	const index, child = 0xa, 0xb
	img := report.Image{Ref: scan.Image{Repository: "team/app", Digest: reporttest.Digest(index)}, Children: []report.Manifest{{Digest: reporttest.Digest(child)}}}
	img.Verdict.Outcome = policy.Passed
	for partial, want := range map[bool]string{false: reporttest.Digest(index), true: reporttest.Digest(child)} {
		img.Partial = partial
		got := writeAll(t, report.Run{Verdict: policy.Passed, Images: []report.Image{img}}, nil).outputs
		if got["passed-digests"] != "team/app@"+want || got["digests"] != "team/app@"+reporttest.Digest(index) {
			t.Errorf("partial %t: passed-digests %q (want %s), digests %q", partial, got["passed-digests"], want, got["digests"])
		}
	}
}

// TestGitHubStaysWithTextOfStrangers checks that hostile text sets no output, runs no command and hides
// nothing.
func TestGitHubStaysWithTextOfStrangers(t *testing.T) {
	hostile := reporttest.Hostile()
	hostile.Images = hostile.Images[:1]
	problem := reporttest.Usage()
	problem.Problem = reporttest.HostileText
	for name, r := range map[string]report.Run{"several images": reporttest.Hostile(), "one image": hostile, "wrong usage": problem} {
		got := writeAll(t, r, map[string]string{"sarif": reporttest.HostileText})
		if strings.Join(got.names, " ") != outputNames {
			t.Errorf("%s: outputs %q", name, got.names)
		}
		for output, value := range got.outputs {
			for _, line := range strings.Split(value, "\n") {
				if found := reporttest.Commands.FindString(line); found != "" {
					t.Errorf("%s: output %s has %q: %.100q", name, output, found, line)
				}
			}
		}
		for _, line := range strings.Split(strings.TrimSuffix(got.log, "\n"), "\n") {
			command, ok := strings.CutPrefix(line, "::")
			if !ok {
				t.Errorf("%s: a line that is not an annotation: %.100q", name, line)
			}
			kind, _, _ := strings.Cut(command, " ")
			_, message, _ := strings.Cut(command, "::")
			if (kind != "error" && kind != "warning") || reporttest.Commands.MatchString(message) || reporttest.Commands.MatchString(strings.SplitN(command, "::", 2)[0]) || !utf8.ValidString(line) {
				t.Errorf("%s: %.200q", name, line)
			}
		}
	}
}

func TestAnnotationsBeginWithTheHeadline(t *testing.T) {
	list := github.Annotations(reporttest.Rich())
	if len(list) != 10 {
		t.Fatalf("%d annotations, want ten", len(list))
	}
	var got []string
	for _, a := range list {
		got = append(got, a.Level+" "+a.Title)
	}
	want := []string{"error ecrgate: team/app:1.2", "error ecrgate: team/base:2026", "error ecrgate: team/late@" + reporttest.Digest(3), "warning ecrgate: tools/static:9", "warning ecrgate: team/web:3",
		"warning ecrgate: exceptions that have expired or soon will", "warning CVE-2025-1111", "warning CVE-2024-2222", "warning CVE-2025-0002", "warning CVE-2024-6002"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("annotations are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnnotationsAreTenAndShort(t *testing.T) {
	r := reporttest.Monstrous()
	for i := range r.Images {
		r.Images[i].Verdict.Outcome, r.Images[i].Verdict.Rules = policy.Failed, r.Images[len(r.Images)-1].Verdict.Rules
	}
	list := github.Annotations(r)
	if len(list) != 10 || list[9].Message != "242 more images of this run need attention: see the job summary" {
		t.Errorf("%d annotations, the last: %.200q", len(list), list[len(list)-1].Message)
	}
	for _, a := range list {
		if len([]rune(a.Message)) > 4096 || len([]rune(a.Title)) > 255 {
			t.Errorf("a message of %d characters, a title of %d", len([]rune(a.Message)), len([]rune(a.Title)))
		}
	}
}

func TestAnnotationsOnlyWarnWhereTheJobGoesOn(t *testing.T) {
	for _, a := range github.Annotations(reporttest.Index()) {
		if a.Level != "warning" {
			t.Errorf("mode report has the %s %q", a.Level, a.Title)
		}
	}
	if list := github.Annotations(reporttest.Clean()); len(list) != 0 {
		t.Errorf("a run without findings has the annotations %v", list)
	}
}

func TestSummaryIsTheReport(t *testing.T) {
	r := reporttest.Index()
	if got := reporttest.Render(t, github.WriteSummary, r); got != reporttest.Render(t, markdown.WriteSummary, r) {
		t.Error("the summary is not that of the report")
	}
	if got := reporttest.Render(t, github.WriteSummary, reporttest.Usage()); !strings.Contains(got, "nothing was checked") || !strings.Contains(got, "HIHG") {
		t.Errorf("wrong usage: %s", got)
	}
}

// A broken writer accepts nothing.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWhatCannotBeWrittenIsAnError(t *testing.T) {
	r := reporttest.Index()
	for name, err := range map[string]error{"summary": github.WriteSummary(broken{}, r), "annotations": github.WriteAnnotations(broken{}, r), "outputs": github.WriteOutputs(broken{}, r, nil)} {
		if err == nil {
			t.Errorf("the %s cannot be written, and nothing says so", name)
		}
	}
}

func TestSummaryHasOneChart(t *testing.T) {
	for name, r := range map[string]report.Run{"one image": reporttest.Index(), "several": reporttest.Rich()} {
		text := reporttest.Render(t, github.WriteSummary, r)
		if strings.Count(text, "```mermaid\npie showData title Findings by severity\n  \"CRITICAL\" : ") != 1 {
			t.Errorf("%s: no chart, or more than one", name)
		}
		c := r.Counts()
		for s, n := range c.Severities {
			if has := strings.Contains(text, fmt.Sprintf("  %q : %d\n", s, n)); has != (n > 0) {
				t.Errorf("%s: %s is %d, in the chart %v", name, s, n, has)
			}
		}
	}
	if strings.Contains(reporttest.Render(t, github.WriteSummary, reporttest.Clean()), "mermaid") || strings.Contains(reporttest.Render(t, markdown.Write, reporttest.Rich()), "mermaid") {
		t.Error("a chart of nothing, or where nothing draws it")
	}
}

// readOutputs reads a file of outputs as the runner does; it fails where the runner would.
func readOutputs(text string) (names []string, values map[string]string, err error) {
	values = map[string]string{}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		name, end, ok := strings.Cut(lines[i], "<<")
		from := i + 1
		length := slices.Index(lines[min(from, len(lines)):], end)
		if !ok || length < 0 {
			return nil, nil, fmt.Errorf("the runner cannot read line %d, %q", i+1, lines[i])
		}
		names = append(names, name)
		values[name] = strings.Join(lines[from:from+length], "\n")
		i = from + length
	}
	return names, values, nil
}

func TestEveryOutputHasADelimiterOfItsOwn(t *testing.T) {
	var b strings.Builder
	if err := github.WriteOutputs(&b, reporttest.Rich(), nil); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, found := range regexp.MustCompile("<<(ecrgate_[A-Z2-7]{26})\n").FindAllStringSubmatch(b.String(), -1) {
		seen[found[1]] = true
	}
	if want := len(strings.Fields(outputNames)); len(seen) != want {
		t.Errorf("%d delimiters, want %d", len(seen), want)
	}
}

// FuzzOutput checks that hostile text sets only the output whose value it is.
func FuzzOutput(f *testing.F) {
	const constant = "_GitHubActionsFileCommandDelimeter_" // which go-githubactions always takes
	for _, s := range []string{"", "a", reporttest.HostileText, constant, "x\n" + constant + "\nverdict<<E\npass\nE", "_GitHubActions_GitHubActionsFileCommandDelimeter_FileCommandDelimeter_"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r := reporttest.Index()
		for i := range r.Images[0].Verdict.Rules {
			r.Images[0].Verdict.Rules[i].Name = s
		}
		r.Images[0].Scan.Status = scan.Status(s)
		var b strings.Builder
		if err := github.WriteOutputs(&b, r, map[string]string{"sarif": s}); err != nil {
			t.Fatal(err)
		}
		names, values, err := readOutputs(b.String())
		if err != nil || strings.Join(names, " ") != outputNames || values["verdict"] != "fail" || values["exit-code"] != "0" {
			t.Fatalf("%q: %v, outputs %q, verdict %q", s, err, names, values["verdict"])
		}
		for _, name := range []string{"breached-rules", "scan-status", "sarif"} {
			if values[name] != safe.Line(s) {
				t.Errorf("%s is %q, want %q", name, values[name], safe.Line(s))
			}
		}
	})
}
