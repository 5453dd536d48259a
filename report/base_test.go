package report_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/scan"
)

// TestEveryReportSaysWhatComesFromTheBaseImage checks that every format has the line about the base image, or
// that the image is not built on it. The JSON report has the numbers.
func TestEveryReportSaysWhatComesFromTheBaseImage(t *testing.T) {
	const line = "1 of 3 counted findings comes from the base image node:20 (unknown for 1 finding); node:22 removes 31 and adds 1"
	for _, f := range formats {
		text := reporttest.Render(t, f.format, reporttest.OnBase())
		want := []string{line, "not built on the base image node:20"}
		if f.file == "report.json" {
			want = []string{`"base":{"image":"node:20",`, `"fits":true,"findings":1,"counted":1,"newBase":{"image":"node:22",`, `"removes":31,"adds":1}`, `"fits":false,"findings":0`, `"newBase":null`}
		}
		for _, w := range want {
			if !strings.Contains(strings.ReplaceAll(text, "\\", ""), w) {
				t.Errorf("%s does not hold %s", f.file, w)
			}
		}
	}
}

// TestTheBaseImageIsAColumnOnlyWhenThereIsOne checks the columns, and that no other report changes.
func TestTheBaseImageIsAColumnOnlyWhenThereIsOne(t *testing.T) {
	with, without := reporttest.OnBase(), reporttest.Index()
	columns := map[string]string{
		"report.html":  `<th scope="col">in base image</th>`,
		"report.md":    "| fix | in base image | why |",
		"summary.md":   "| fix | in base image | why |",
		"comment.md":   "| fix | in base image | why |",
		"report.sarif": `"properties":{"inBaseImage":"UNKNOWN"}`,
		"report.txt":   "from the base image",
	}
	anywhere := regexp.MustCompile(`(?i)(in|the) ?base ?image`)
	for _, f := range formats {
		column := columns[f.file]
		if column != "" && !strings.Contains(reporttest.Render(t, f.format, with), column) {
			t.Errorf("%s has no %s", f.file, column)
		}
		if f.file == "report.json" {
			continue // it always has the fields
		}
		text := strings.ReplaceAll(reporttest.Render(t, f.format, without), "change the base image", "") // advice
		if m := anywhere.FindString(text); m != "" {
			t.Errorf("%s says %q without a base image", f.file, m)
		}
	}
}

// TestSARIFTagsWhatComesFromTheBaseImage checks that only a vulnerability with all its findings in the base
// image has the tag.
func TestSARIFTagsWhatComesFromTheBaseImage(t *testing.T) {
	text := reporttest.Render(t, sarif.Write, reporttest.OnBase())
	if got := strings.Count(text, `"base-image"`); got != 1 {
		t.Errorf("%d rules have the tag base-image, want 1 (CVE-2024-1 of team/app)", got)
	}
}

func TestTheLineOfTheBaseImage(t *testing.T) {
	counted := func(d policy.Disposition, word scan.Availability) policy.JudgedFinding {
		return policy.JudgedFinding{Finding: &scan.Finding{ID: "1", InBaseImage: word}, Disposition: d}
	}
	yes, no, n := true, false, 4
	newer := &report.NewBase{Image: "n", Removes: &n, Adds: &n}
	for name, c := range map[string]struct {
		img  report.Image
		want string
	}{
		"no base image":      {report.Image{Judged: true}, ""},
		"not judged":         {report.Image{Base: &report.Base{Image: "b"}}, ""},
		"nothing":            {report.Image{Judged: true, Base: &report.Base{Image: "b", Fits: &yes}}, "no findings come from the base image b"},
		"nothing, and a new": {report.Image{Judged: true, Base: &report.Base{Image: "b", Fits: &yes, New: newer}}, "no findings come from the base image b; n removes 4 and adds 4"},
		"not compared":       {report.Image{Judged: true, Base: &report.Base{Image: "b", New: &report.NewBase{Image: "n"}}}, "no findings come from the base image b"},
		"not built on it":    {report.Image{Judged: true, Base: &report.Base{Image: "b", Fits: &no}}, "not built on the base image b"},
		"counted": {report.Image{Judged: true, Base: &report.Base{Image: "b", Fits: &yes}, Verdict: policy.Verdict{Findings: []policy.JudgedFinding{
			counted(policy.Counted, scan.Yes), counted(policy.Counted, scan.Yes), counted(policy.Counted, scan.No), counted(policy.Unmatched, scan.Yes), counted(policy.SetAside, scan.Unknown)}}},
			"2 of 3 counted findings come from the base image b"},
		"none is counted": {report.Image{Judged: true, Base: &report.Base{Image: "b", Fits: &yes}, Verdict: policy.Verdict{Findings: []policy.JudgedFinding{
			counted(policy.Known, scan.Yes), counted(policy.Excepted, scan.No), counted(policy.SetAside, scan.Yes), counted(policy.Unmatched, "")}}},
			"1 of 3 findings comes from the base image b (unknown for 1 finding)"},
	} {
		if got := c.img.BaseLine(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
