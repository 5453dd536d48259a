package text

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// Of more than maxImages images the report has maxLines lines at most, and details only for images that
// fail or have no verdict.
const (
	maxImages   = 10
	maxLines    = 200
	maxOverview = 50 // images in the table
	closing     = 8  // lines kept for the end
)

// overview begins the report of several images.
func (t *text) overview(r *report.Run, images []*report.Image) {
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
	o := report.NewOverview(r)
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
	t.line("  %s %8d %8d %8d %8d %8d  %s", t.color(status, fmt.Sprintf("%-10s", status)), critical, high, sum.Counted-critical-high, sum.Counted, sum.Total, safe.Line(img.Name()))
}

// details writes the blocks of the images, those of a fleet as far as there is room.
func (t *text) details(r *report.Run, images []*report.Image) {
	for i, img := range images {
		if t.fleet && img.Status() != report.StatusFail && img.Status() != report.StatusNoVerdict {
			return
		}
		block := t.block(r, i, img)
		if t.fleet && t.lines+bytes.Count(block, []byte("\n")) > maxLines-closing {
			t.rest(images[i:])
			return
		}
		t.write(block)
	}
}

// block is what the report says about the i-th image.
func (t *text) block(r *report.Run, i int, img *report.Image) []byte {
	var b bytes.Buffer
	inner := text{Options: t.Options, fleet: t.fleet, out: &b}
	if t.Groups == NoGroups {
		inner.image(img)
		return b.Bytes()
	}
	inner.line("%s", t.Groups.begin(i, r.Ended, string(img.Status())+"  "+img.Name()))
	inner.image(img)
	inner.line("%s", t.Groups.end(i, r.Ended))
	return b.Bytes()
}

// rest says how many images that need attention are left out, and where they are.
func (t *text) rest(images []*report.Image) {
	n := 0
	for _, img := range images {
		if s := img.Status(); s == report.StatusFail || s == report.StatusNoVerdict {
			n++
		}
	}
	where := "write a report, such as --html FILE, to see all of them"
	if len(t.Reports) > 0 {
		where = "the full reports have all of them: " + strings.Join(t.Reports, ", ")
	}
	t.sentence("", fmt.Sprintf("… and %s that fail or have no verdict: %s", report.Number(n, "more image"), where))
	t.line("")
}

// conclusion has, outside the groups, the verdict on each image and what to do; of a fleet, the upgrades
// that fix most.
func (t *text) conclusion(r *report.Run, images []*report.Image) {
	switch {
	case t.Groups == NoGroups:
	case t.fleet:
		t.list("Upgrades that fix most", report.NewOverview(r).UpgradeLines())
		t.line("")
	default:
		for _, img := range images {
			t.headline(img)
			t.list("What to do", img.NextSteps())
			t.line("")
		}
	}
}
