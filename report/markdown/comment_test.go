package markdown_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/scan"
)

func TestCommentGolden(t *testing.T) {
	reporttest.Golden(t, "index-comment.md", reporttest.Render(t, markdown.WriteComment, reporttest.Index()))
	reporttest.Golden(t, "rich-comment.md", reporttest.Render(t, markdown.WriteComment, reporttest.Rich()))
}

// TestCommentFits: GitHub rejects a comment of more than 65,536 characters.
func TestCommentFits(t *testing.T) {
	runs := reporttest.Runs()
	runs["3,000 findings"], runs["a monstrous run"], runs["400 images"] = reporttest.Large(3000), reporttest.Monstrous(), reporttest.Fleet(400)
	byTime := reporttest.Clean()
	for range 2000 { // one for each platform
		byTime.Images[0].Notes = append(byTime.Images[0].Notes, "linux/amd64: "+scan.ByTimeAlone+": Amazon Inspector does not list the image")
	}
	runs["an index that time alone settled"] = byTime
	for name, r := range runs {
		got := reporttest.Render(t, markdown.WriteComment, r)
		if len(got) > 65_536 {
			t.Errorf("%s: the comment has %d bytes", name, len(got))
		}
		if !strings.HasPrefix(got, "<!-- ecrgate ") || !strings.Contains(got, fmt.Sprintf("Exit code %d.", r.ExitCode)) {
			t.Errorf("%s: no marker or no exit code:\n%.300s", name, got)
		}
	}
}

// TestCommentLeavesOutTheLeastSevere: of 3,000 findings, the worst are shown and the others counted.
func TestCommentLeavesOutTheLeastSevere(t *testing.T) {
	r := reporttest.Large(3000)
	got := reporttest.Render(t, markdown.WriteComment, r)
	if len(got) < 60_000 {
		t.Errorf("there is room for more than %d bytes", len(got))
	}
	shown := strings.Count(got, "\n| CRITICAL | ") - 1 // and the line of the severity table
	counted := r.Images[0].Verdict.Counts().Counted
	if shown < 100 || strings.Contains(got, "\n| HIGH | 9") || !strings.Contains(got, fmt.Sprintf("… and %d more; see the full reports.", counted-shown)) {
		t.Errorf("%d of %d counted findings are shown, and the rest is not counted", shown, counted)
	}
}

// TestCommentIsStable: a second run of the same image changes nothing, so that an edited comment does
// not flicker.
func TestCommentIsStable(t *testing.T) {
	first, second := reporttest.Rich(), reporttest.Rich()
	second.Started, second.Ended = second.Started.Add(time.Hour), second.Ended.Add(time.Hour)
	for i := range second.Images {
		if at := second.Images[i].Scan.CompletedAt; at != nil {
			later := at.Add(time.Hour)
			second.Images[i].Scan.CompletedAt = &later
		}
		second.Images[i].Notes = append(second.Images[i].Notes, "this machine's clock is 3m0s behind")
	}
	if a, b := reporttest.Render(t, markdown.WriteComment, first), reporttest.Render(t, markdown.WriteComment, second); a != b {
		t.Error(reporttest.FirstDifference(a, b))
	}
}

func TestCommentMarkerNamesTheRepositories(t *testing.T) {
	run := func(repositories ...string) report.Run {
		p := reporttest.MustLoad("version: 1\nrules:\n  - name: all\n")
		var images []report.Image
		for i, name := range repositories {
			images = append(images, reporttest.Judged(p, reporttest.Image(name, "1", i), scan.Scan{CompletedAt: reporttest.At(19)}))
		}
		return reporttest.Concluded(p, images)
	}
	var many []string
	for i := range 500 {
		many = append(many, fmt.Sprintf("team/app%d", i))
	}
	for _, c := range []struct {
		run  report.Run
		want string
	}{
		{run("team/app"), "<!-- ecrgate team/app -->\n"},
		{run("team/web", "team/app", "team/web"), "<!-- ecrgate team/app,team/web -->\n"},
		{run("a --><b>"), "<!-- ecrgate a -___b_ -->\n"},
		{run(many...), "<!-- ecrgate 500 repositories "},
	} {
		if got := reporttest.Render(t, markdown.WriteComment, c.run); !strings.HasPrefix(got, c.want) {
			t.Errorf("the comment begins with %.100q, want %q", got, c.want)
		}
	}
}

func TestCommentSaysWhatIsNew(t *testing.T) {
	got := reporttest.Render(t, markdown.WriteComment, reporttest.Index())
	if !strings.Contains(got, "New, that is, not in the baseline:\n") || strings.Contains(got, "CVE-2024-3000") {
		t.Errorf("the comment does not separate new findings from known ones:\n%s", got)
	}
	if strings.Contains(reporttest.Render(t, markdown.WriteComment, reporttest.Large(10)), "baseline") {
		t.Error("there is a baseline in a comment of a run without one")
	}
}
