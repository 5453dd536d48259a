package text

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

// For more than maxImages images, the report has at most maxLines lines, and details only for images that
// fail or have no verdict.
const (
	maxImages   = 10
	maxLines    = 200
	maxOverview = 50 // images in the table
)

// overview starts the report of several images.
func (t *text) overview(r *report.Run, images []*report.Image, o report.Overview) {
	t.line("%s: %s", report.Number(len(images), "image"), r.StatusCounts())
	t.line("")
	t.line("  %-10s %8s %8s %8s %8s %8s  %s", "verdict", "critical", "high", "other", "counted", "total", "image")
	shown := images
	if t.fleet {
		shown = images[:min(len(images), maxOverview)]
	}
	for _, img := range shown {
		t.overviewLine(img)
	}
	if n := len(images) - len(shown); n > 0 {
		t.line("  … and %s, none worse", report.Number(n, "more image"))
	}
	t.list("Vulnerabilities in most images", o.VulnerabilityLines())
	if !t.fleet || t.Groups == NoGroups {
		t.list("Upgrades that fix most", o.UpgradeLines())
	}
	if due := r.DueLine(); due != "" {
		t.heading(due)
	}
	t.line("")
}

// overviewLine has the image's counted findings by severity.
func (t *text) overviewLine(img *report.Image) {
	critical, high := 0, 0
	lines, sum := report.Tallies(&img.Verdict)
	for _, l := range lines {
		switch l.Severity {
		case "CRITICAL":
			critical = l.Counted
		case "HIGH":
			high = l.Counted
		}
	}
	status := string(img.Status())
	t.line("  %s %8d %8d %8d %8d %8d  %s", t.color(status, fmt.Sprintf("%-10s", status)), critical, high, sum.Counted-critical-high, sum.Counted, sum.Total, t.rowName(img))
}

// nameColumn is where the image's name starts in its row, and shortDigest how much of a digest a narrow
// terminal shows there: sha256: and 12 digits. The details and all other reports show all of it.
const nameColumn, shortDigest = 59, 19

// rowName returns the image's name, shortened if it does not fit beside the numbers.
func (t *text) rowName(img *report.Image) string {
	name := safe.Line(img.Name())
	if t.Width == 0 || nameColumn+utf8.RuneCountInString(name) <= t.Width || !scan.IsDigest(img.Ref.Digest) {
		return name
	}
	if repository, pinned := strings.CutSuffix(name, "@"+img.Ref.Digest); pinned {
		return repository + "@" + img.Ref.Digest[:shortDigest] + "…"
	}
	return name
}

// details writes the blocks of the images; for a fleet, as many as fit before the end, whose line count is
// given.
func (t *text) details(r *report.Run, images []*report.Image, end int) {
	for i, img := range images {
		if t.fleet && !needsAttention(img) {
			return
		}
		block := t.part(func(b *text) { b.block(r, i, img) })
		if t.fleet && t.lines+lineCount(block)+lineCount(t.rest(images[i+1:]))+end > maxLines {
			t.write(t.rest(images[i:]))
			return
		}
		t.write(block)
	}
}

// part returns the text that a function writes.
func (t *text) part(write func(*text)) []byte {
	var b bytes.Buffer
	write(&text{Options: t.Options, fleet: t.fleet, out: &b})
	return b.Bytes()
}

func lineCount(b []byte) int { return bytes.Count(b, []byte("\n")) }

// block writes the block of the i-th image.
func (t *text) block(r *report.Run, i int, img *report.Image) {
	if t.Groups == NoGroups {
		t.image(img)
		return
	}
	t.line("%s", t.Groups.begin(i, r.Ended, string(img.Status())+"  "+img.Name()))
	t.image(img)
	t.line("%s", t.Groups.end(i, r.Ended))
}

func needsAttention(img *report.Image) bool {
	return img.Status() == report.StatusFail || img.Status() == report.StatusNoVerdict
}

// rest writes how many images that need attention are left out and which reports have them; nothing if there
// are none.
func (t *text) rest(images []*report.Image) []byte {
	n := 0
	for _, img := range images {
		if needsAttention(img) {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	where := "write a report, such as --html FILE, to see all of them"
	if len(t.Reports) > 0 {
		where = "the full reports have all of them: " + strings.Join(t.Reports, ", ")
	}
	return t.part(func(b *text) {
		b.sentence("", fmt.Sprintf("… and %s that fail or have no verdict: %s", report.Number(n, "more image"), where))
		b.line("")
	})
}

// conclusion writes, outside the groups, the verdict on each image and what to do; for a fleet, the upgrades
// that fix the most.
func (t *text) conclusion(images []*report.Image, o report.Overview) {
	switch {
	case t.Groups == NoGroups:
	case t.fleet:
		if upgrades := o.UpgradeLines(); len(upgrades) > 0 {
			t.list("Upgrades that fix most", upgrades)
			t.line("")
		}
	default:
		for _, img := range images {
			t.headline(img)
			t.list("What to do", img.NextSteps())
			t.line("")
		}
	}
}
