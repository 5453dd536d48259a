package report

import (
	"cmp"
	"fmt"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Base is the base image that an image is compared with.
type Base struct {
	// Image is the reference or the file in the input base.
	Image string
	// Digest is the digest of the image or index, or the SHA-256 of a file. It is empty if the base could not
	// be read.
	Digest string
	// Fits is whether the image is built on it: its layers are the first layers of the image, on every
	// platform. It is nil if that is not known.
	Fits *bool
	// New is a base image to compare it with; nil for none.
	New *NewBase
}

// A NewBase is a base image that the base image could be replaced with.
type NewBase struct {
	// Image is the reference or the saved response in the input new-base.
	Image string
	// Digest is empty when the image could not be resolved, and for a saved response that names none.
	Digest string
	// Removes is the number of findings from the base image that the new one does not have; Adds is the
	// number of findings that only the new one has. They are nil if it is not known which findings come from
	// the base image, or if the new one was not read.
	Removes, Adds *int
}

// BaseCounts has the number of findings that come from the base image, without those set aside.
type BaseCounts struct {
	// Findings is the number from the base image, Counted how many of them a rule counts.
	Findings, Counted int
	// Unknown is the number of findings of unknown origin.
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

// BaseLine returns a sentence, without a period, with the number of findings from the base image. It is empty
// without a base image, and if no findings were read.
func (img *Image) BaseLine() string {
	b := img.Base
	switch {
	case b == nil || !img.Judged && len(img.Verdict.Findings) == 0:
		return ""
	case b.Fits != nil && !*b.Fits && len(img.Children) == 0:
		return "not built on the base image " + b.Image
	}
	from := "from the base image " + b.Image
	if b.Fits != nil && !*b.Fits {
		from += ", which not every platform is built on"
	}
	base, all := CountBase(&img.Verdict), img.Verdict.Counts()
	part, whole, noun := base.Counted, all.Counted, "counted finding"
	if whole == 0 {
		part, whole, noun = base.Findings, all.Total, "finding"
	}
	verb := "come"
	switch {
	case whole == 0:
		return "no findings come " + from + b.New.change()
	case part == 1 || whole == 1:
		verb = "comes"
	}
	text := fmt.Sprintf("%d of %s %s %s", part, Number(whole, noun), verb, from)
	if base.Unknown > 0 {
		text += fmt.Sprintf(" (unknown for %s)", Number(base.Unknown, "finding"))
	}
	return text + b.New.change()
}

// change returns what the new base image would change.
func (n *NewBase) change() string {
	if n == nil || n.Removes == nil || n.Adds == nil {
		return ""
	}
	return fmt.Sprintf("; %s removes %d and adds %d", n.Image, *n.Removes, *n.Adds)
}

// BaseWord returns whether a finding comes from the base image: YES, NO or UNKNOWN.
func BaseWord(f *scan.Finding) string { return string(cmp.Or(f.InBaseImage, scan.Unknown)) }

// BaseLabel returns a label for a finding from the base image; empty for any other.
func BaseLabel(f *scan.Finding) string {
	if f.InBaseImage == scan.Yes {
		return "from the base image"
	}
	return ""
}
