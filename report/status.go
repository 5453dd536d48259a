package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Status is the word at the start of an image's block in a report.
type Status string

// The statuses, most urgent first.
const (
	StatusFail      Status = "FAIL"
	StatusNoVerdict Status = "NO VERDICT"
	StatusNotJudged Status = "NOT JUDGED"
	StatusPass      Status = "PASS"
)

var urgency = []Status{StatusFail, StatusNoVerdict, StatusNotJudged, StatusPass}

// Status returns the status of the image.
func (img *Image) Status() Status {
	switch {
	case img.Verdict.Outcome == policy.Failed:
		return StatusFail
	case img.Verdict.Outcome != policy.Passed:
		return StatusNoVerdict
	case img.Accepted != "" && !img.Judged:
		return StatusNotJudged
	}
	return StatusPass
}

// StatusCounts returns how many images have each status, most urgent first.
func (r *Run) StatusCounts() string {
	counts := map[Status]int{}
	for i := range r.Images {
		counts[r.Images[i].Status()]++
	}
	var parts []string
	for _, s := range urgency {
		if counts[s] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[s], s))
		}
	}
	return strings.Join(parts, ", ")
}

// ByUrgency returns all images, worst first: by status, then by what rules count, severity by severity.
// Images that are alike stay in their order.
func (r *Run) ByUrgency() []*Image {
	images := make([]*Image, len(r.Images))
	keys := make(map[*Image][]int, len(r.Images))
	for i := range r.Images {
		images[i] = &r.Images[i]
		keys[images[i]] = r.Images[i].urgency()
	}
	slices.SortStableFunc(images, func(a, b *Image) int { return slices.Compare(keys[a], keys[b]) })
	return images
}

// urgency returns a sort key for worst first.
func (img *Image) urgency() []int {
	key := []int{slices.Index(urgency, img.Status())}
	lines, _ := Tallies(&img.Verdict)
	for _, s := range scan.Severities {
		n := 0
		for _, l := range lines {
			if l.Severity == s {
				n = l.Counted
			}
		}
		key = append(key, -n)
	}
	return key
}
