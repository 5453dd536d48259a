package text_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/text"
	"github.com/ecrgate/ecrgate/scan"
)

// TestFleetFitsInto200Lines: the text of many images has details only for those that need attention, and
// says where the others are.
func TestFleetFitsInto200Lines(t *testing.T) {
	for _, n := range []int{11, 200, 1000} {
		for _, o := range []text.Options{{}, {Width: 80}, {Groups: text.GitHub}, {Groups: text.GitLab}} {
			r := reporttest.Fleet(n)
			got := reporttest.Render(t, o.Write, r)
			if lines := strings.Count(got, "\n"); lines > 200 {
				t.Errorf("%d images, %+v: %d lines", n, o, lines)
			}
			if strings.Contains(got, "\nPASS  ") || !strings.Contains(got, "  FAIL              1        1        0        2        3  team/app0000:1\n") {
				t.Errorf("%d images, %+v: details of an image that passes, or no overview:\n%.900s", n, o, got)
			}
			if !strings.HasSuffix(got, fmt.Sprintf("%d images: verdict fail\n%s Exit code 1.\n", n, r.PolicyLine())) {
				t.Errorf("%d images, %+v: the verdict is not last:\n%s", n, o, got[len(got)-300:])
			}
		}
	}
	r := reporttest.Fleet(200)
	got := reporttest.Render(t, text.Options{Reports: []string{"out.html", "out.json"}}.Write, r)
	shown := strings.Count(got, "\nFAIL  ") + strings.Count(got, "\nNO VERDICT  ")
	if want := fmt.Sprintf("… and %d more images that fail or have no verdict: the full reports have all of them: out.html, out.json\n", 80-shown); !strings.Contains(got, want) {
		t.Errorf("%q is missing in\n%s", want, got)
	}
	if got := reporttest.Render(t, text.Options{}.Write, r); !strings.Contains(got, "write a report, such as --html FILE, to see all of them\n") {
		t.Error("without a report, the text does not say how to see all images")
	}
}

// TestFleetKeepsRoomForItsEnd: the upgrades, which come last where a log has groups, are within the 200 lines, too,
// however long the details before them are.
func TestFleetKeepsRoomForItsEnd(t *testing.T) {
	r := reporttest.Fleet(50)
	for i := range r.Images {
		for k, f := range r.Images[i].Verdict.Findings {
			if f.Disposition == policy.Counted {
				f.Finding.Packages = nil
				for n := range 12 {
					f.Finding.Packages = append(f.Finding.Packages, scan.Package{Name: fmt.Sprint("package", n), Version: fmt.Sprint("1.", k), FixedIn: "2"})
				}
			}
		}
	}
	for notes := range 40 {
		for _, o := range []text.Options{{}, {Width: 60}, {Groups: text.GitHub}, {Groups: text.GitLab}} {
			got := reporttest.Render(t, o.Write, r)
			if lines := strings.Count(got, "\n"); lines > 200 || lines < 120 {
				t.Errorf("%d notes, %+v: %d lines", notes, o, lines)
			}
		}
		for i := range 2 {
			r.Images[4*i].Notes = append(r.Images[4*i].Notes, fmt.Sprint("note ", notes))
		}
	}
}

// TestOverviewShortensDigestsOnANarrowTerminal: a row of an image known by its digest alone, as list prints it, is
// longer than most terminals are wide. Logs have the whole digest.
func TestOverviewShortensDigestsOnANarrowTerminal(t *testing.T) {
	r := reporttest.Fleet(2)
	for i := range r.Images {
		r.Images[i].Ref.Tag = ""
	}
	pinned := r.Images[1].Ref.Repository + "@" + r.Images[1].Ref.Digest
	for width, want := range map[int]string{0: pinned, 200: pinned, 100: pinned[:len("team/app0001@sha256:")+12] + "…"} {
		if got := reporttest.Render(t, text.Options{Width: width}.Write, r); !strings.Contains(got, "  "+want+"\n") {
			t.Errorf("%d columns: no row ends with %q:\n%.900s", width, want, got)
		}
	}
}

func TestTenImagesHaveAllDetails(t *testing.T) {
	if got := reporttest.Render(t, text.Options{}.Write, reporttest.Fleet(10)); strings.Count(got, "\nPASS  ") != 5 {
		t.Errorf("not all images have details:\n%s", got)
	}
}

// group is a group of a log, with its content.
var group = map[text.Groups]*regexp.Regexp{
	text.GitHub: regexp.MustCompile(`(?ms)^::group::([^\n]*)\n(.*?)^::endgroup::\n`),
	text.GitLab: regexp.MustCompile("(?ms)^\x1b\\[0Ksection_start:\\d+:ecrgate_\\d+\\[collapsed=true\\]\r\x1b\\[0K([^\n]*)\n(.*?)^\x1b\\[0Ksection_end:\\d+:ecrgate_\\d+\r\x1b\\[0K\n"),
}

// TestGroupsFoldTheDetails: the verdict and what to do come after the groups.
func TestGroupsFoldTheDetails(t *testing.T) {
	for notation, pattern := range group {
		for name, r := range map[string]report.Run{"one image": reporttest.Index(), "several": reporttest.Rich(), "hostile": reporttest.Hostile()} {
			got := reporttest.Render(t, text.Options{Groups: notation}.Write, r)
			if n := len(pattern.FindAllString(got, -1)); n != len(r.Images) {
				t.Errorf("%s, %s: %d groups, want %d", notation, name, n, len(r.Images))
			}
			outside := pattern.ReplaceAllString(got, "")
			for _, line := range strings.Split(outside, "\n") {
				if reporttest.Commands.MatchString(line) || strings.Contains(line, "section_") {
					t.Errorf("%s, %s: a command outside: %.100q", notation, name, line)
				}
			}
			if name == "one image" && (!strings.HasPrefix(outside, "FAIL  team/app:1.2\n") || !strings.Contains(outside, "\n  What to do\n") || strings.Contains(outside, "Counted findings")) {
				t.Errorf("%s: outside the group is\n%s", notation, outside)
			}
			for _, found := range pattern.FindAllStringSubmatch(got, -1) {
				if strings.Contains(found[2], "What to do") {
					t.Errorf("%s, %s: what to do is folded", notation, name)
				}
			}
		}
	}
}
