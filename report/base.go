package report

import (
	"cmp"
	"fmt"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Base is the base image that an image is compared with.
type Base struct {
	// Image is the reference or the file that the user gave.
	Image string
	// Digest is that of the image or index; of a file, the SHA-256 of its content. It is empty when the
	// base could not be read.
	Digest string
	// Fits says whether the image is built on it: its layers are the first layers of the image, on every
	// platform. It is nil when that is not known.
	Fits *bool
	// New is a base image to compare it with; nil for none.
	New *NewBase
}

// A NewBase is a base image that the base image could be replaced with.
type NewBase struct {
	// Image is the reference or the saved response that the user gave.
	Image string
	// Digest is empty when the image could not be resolved, and for a saved response that names none.
	Digest string
	// Removes is the number of findings from the base image that the new one does not have, Adds that of
	// the findings that only the new one has. They are nil when it is not known which findings come from
	// the base image, or the new one was not read.
	Removes, Adds *int
}

// BaseCounts says how many findings come from the base image, without those that were set aside.
type BaseCounts struct {
	// Findings come from the base image; Counted of them are counted by a rule.
	Findings, Counted int
	// Unknown is the number of findings for which that is not known.
	Unknown int
}

// CountBase counts the findings of a verdict that come from the base image.
func CountBase(v *policy.Verdict) BaseCounts {
	var c BaseCounts
	for i := range v.Findings {
		f := &v.Findings[i]
		switch {
		case f.Disposition == policy.SetAside:
		case f.InBaseImage == scan.Yes && f.Disposition == policy.Counted:
			c.Findings++
			c.Counted++
		case f.InBaseImage == scan.Yes:
			c.Findings++
		case f.InBaseImage != scan.No:
			c.Unknown++
		}
	}
	return c
}

// BaseLine says in one sentence, without a full stop, how many findings come from the base image; it is
// empty without a base image, and where no findings were read.
func (img *Image) BaseLine() string {
	b := img.Base
	switch {
	case b == nil || !img.Judged && len(img.Verdict.Findings) == 0:
		return ""
	case b.Fits != nil && !*b.Fits && len(img.Children) == 0:
		return "not built on the base image " + b.Image
	}
	base, all := CountBase(&img.Verdict), img.Verdict.Counts()
	part, whole, noun := base.Counted, all.Counted, "counted finding"
	if whole == 0 {
		part, whole, noun = base.Findings, all.Total, "finding"
	}
	verb := "come"
	switch {
	case whole == 0:
		return "no findings come from the base image " + b.Image + b.New.change()
	case part == 1 || whole == 1:
		verb = "comes"
	}
	text := fmt.Sprintf("%d of %s %s from the base image %s", part, Number(whole, noun), verb, b.Image)
	if base.Unknown > 0 {
		text += fmt.Sprintf(" (unknown for %s)", Number(base.Unknown, "finding"))
	}
	return text + b.New.change()
}

// change says what the new base image changes.
func (n *NewBase) change() string {
	if n == nil || n.Removes == nil || n.Adds == nil {
		return ""
	}
	return fmt.Sprintf("; %s removes %d and adds %d", n.Image, *n.Removes, *n.Adds)
}

// BaseWord says whether a finding comes from the base image: YES, NO or UNKNOWN.
func BaseWord(f *scan.Finding) string { return string(cmp.Or(f.InBaseImage, scan.Unknown)) }

// BaseLabel is empty unless a finding comes from the base image.
func BaseLabel(f *scan.Finding) string {
	if f.InBaseImage == scan.Yes {
		return "from the base image"
	}
	return ""
}
