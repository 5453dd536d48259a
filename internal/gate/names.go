package gate

import (
	"slices"
	"strings"
	"sync"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

// claims are the images of a run that are being checked: several references can lead to the same one.
type claims struct {
	mu    sync.Mutex
	taken map[scan.Image]bool
}

// claim reports whether the caller is the first to claim an image, and so must check it.
func (c *claims) claim(img scan.Image) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.taken == nil {
		c.taken = map[scan.Image]bool{}
	}
	key := identity(img)
	first := !c.taken[key]
	c.taken[key] = true
	return first
}

// count returns the number of images claimed so far, a lower bound for the run.
func (c *claims) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.taken)
}

// identity returns an image without its tag, which is only a name.
func identity(img scan.Image) scan.Image {
	img.Tag = ""
	return img
}

// A checked is the result for one reference.
type checked struct {
	ref   scan.Image    // with the digest, if the reference was resolved or its findings were read
	image *report.Image // nil if another reference of the run led to the same image first
}

// onePerImage returns each image once, at the position and under the name of its first reference. A note
// lists its other names. An image that was checked more than once, because only the findings showed the
// digest, has the worst of its verdicts.
func onePerImage(results []checked) []report.Image {
	names := map[scan.Image][]string{}
	images := map[scan.Image]*report.Image{}
	for _, r := range results {
		key := identity(r.ref)
		names[key] = append(names[key], r.ref.String())
		if r.image != nil && (images[key] == nil || badness(r.image) > badness(images[key])) {
			images[key] = r.image
		}
	}
	var out []report.Image
	for _, r := range results {
		key := identity(r.ref)
		switch {
		case r.ref.Digest == "":
			out = append(out, *r.image)
		case names[key] != nil:
			img := *images[key]
			img.Ref = r.ref
			if others := names[key][1:]; len(others) > 0 {
				img.Notes = append(img.Notes, "other names of this image in this run: "+strings.Join(others, ", "))
			}
			names[key] = nil
			out = append(out, img)
		}
	}
	return out
}

// badness orders verdicts as a run does: a breach is worse than a missing verdict.
func badness(img *report.Image) int {
	return slices.Index([]policy.Outcome{policy.Passed, policy.Errored, policy.Failed}, img.Outcome())
}
