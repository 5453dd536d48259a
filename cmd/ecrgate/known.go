package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// known is a baseline: the findings that do not count, and the images that they were found in,
// which it cannot excuse.
type known struct {
	findings policy.Baseline // nil: there is no baseline
	digests  []string
	images   []scan.Image // that it was read of, for a note on another repository
	notes    []string     // what every report must tell of it
}

// excludes is an error when the baseline does not say which images it is of, and when one of the
// digests is among theirs.
func (k known) excludes(digests ...string) error {
	if slices.Contains(k.digests, "") {
		return errors.New("it does not say which image it is of (imageId.imageDigest), so it could be the image that is judged: save it again with its imageId")
	}
	for _, d := range digests {
		if d != "" && slices.Contains(k.digests, d) {
			return fmt.Errorf("it is of the image that is judged (%s): it cannot excuse itself", d)
		}
	}
	return nil
}

// strangers are notes on images of the baseline that are of another repository than the judged one.
// It may be meant: images move from a registry to the next, and share a base.
func (k known) strangers(judged scan.Image) []string {
	var notes []string
	for _, img := range k.images {
		if img.Repository == judged.Repository && (img.RegistryID == "" || judged.RegistryID == "" || img.RegistryID == judged.RegistryID) {
			continue
		}
		note := fmt.Sprintf("the baseline is of another repository: its findings are of %s, judged is %s", home(img), home(judged))
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// home names the repository of an image, with its registry where that is known.
func home(img scan.Image) string {
	name := img.Repository
	if name == "" {
		name = "one without a name"
	}
	if img.RegistryID != "" {
		name += " in registry " + img.RegistryID
	}
	return name
}
