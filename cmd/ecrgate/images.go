package main

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// images assembles the references from arguments, the input image, and the parts.
func (r *reader) images(args []string, saved bool) []scan.Image {
	var refs []string
	for _, arg := range append(args, r.text["image"]) {
		refs = append(refs, strings.Fields(arg)...)
	}
	parts := r.parts()
	switch {
	case saved && len(refs) > 0:
		r.wrong("findings: %q is an image beside saved responses (give one or the other)%s", refs[0], flagHint(refs[0]))
		return nil
	case saved && parts != (scan.Image{Region: parts.Region}):
		r.wrong("findings: repository, tag, digest and registry-id name an image beside saved responses (give one or the other)")
		return nil
	case saved:
		return nil
	case len(refs) == 0 && parts == (scan.Image{Region: parts.Region}):
		r.wrong("no image given (want a reference such as team/app:1.2, the input image, or the inputs repository and tag)")
		return nil
	case len(refs) == 0:
		r.check(wrap("inputs repository, tag, digest, registry-id, region", parts.Check()))
		return []scan.Image{parts}
	case len(refs) > 1 && parts != (scan.Image{}):
		r.wrong("repository, tag, digest, registry-id and region belong to one image, but there are %d: write them into the references%s", len(refs), flagHint(refs...))
		return nil
	}
	return r.references(refs, parts)
}

// parts are the inputs that name an image in parts. A registry host in front of the repository stands
// for an account and a region.
func (r *reader) parts() scan.Image {
	img := scan.CutRegistry(r.text["repository"])
	img.Tag, img.Digest = r.text["tag"], r.text["digest"]
	for _, p := range []struct {
		name string
		mine *string
	}{{"registry-id", &img.RegistryID}, {"region", &img.Region}} {
		text := r.text[p.name]
		if text != "" && *p.mine != "" && *p.mine != text {
			r.wrong("%s is %q, but the repository %q names %q (omit one)", p.name, text, r.text["repository"], *p.mine)
		}
		if *p.mine == "" {
			*p.mine = text
		}
	}
	return img
}

func (r *reader) references(refs []string, parts scan.Image) []scan.Image {
	var images []scan.Image
	seen := map[scan.Image]bool{}
	for _, ref := range refs {
		img, err := scan.ParseImage(ref)
		if err != nil && parts.Tag+parts.Digest != "" && !strings.ContainsAny(ref, "@") {
			img, err = scan.ParseImage(ref + suffix(parts))
		}
		if err != nil {
			r.wrong("%v%s", err, flagHint(ref))
			continue
		}
		r.fill(&img, parts, ref)
		if !seen[img] {
			seen[img] = true
			images = append(images, img)
		}
	}
	return images
}

// flagHint helps with the first word that looks like the value of the flag before it.
func flagHint(words ...string) string {
	for _, word := range words {
		switch {
		case word == "true" || word == "false":
			return fmt.Sprintf(". Is %[1]s the value of a flag? Write --only-fixed=%[1]s, in one word", word)
		case isFile(word):
			return fmt.Sprintf(". Is %s one of several files? They are one value: --findings \"a.json b.json\"", word)
		}
	}
	return ""
}

func suffix(parts scan.Image) string {
	if parts.Tag != "" {
		return ":" + parts.Tag
	}
	return "@" + parts.Digest
}

// fill adds the parts that a reference lacks. A part that contradicts the reference is an error.
func (r *reader) fill(img *scan.Image, parts scan.Image, ref string) {
	for _, p := range []struct {
		name string
		mine *string
		part string
	}{
		{"registry-id", &img.RegistryID, parts.RegistryID},
		{"region", &img.Region, parts.Region},
		{"repository", &img.Repository, parts.Repository},
		{"tag", &img.Tag, parts.Tag},
		{"digest", &img.Digest, parts.Digest},
	} {
		if p.part != "" && *p.mine != "" && *p.mine != p.part {
			r.wrong("%s is %q, but the image %q says %q (omit one)", p.name, p.part, ref, *p.mine)
		}
		if *p.mine == "" {
			*p.mine = p.part
		}
	}
	r.check(wrap("image "+ref, img.Check()))
}
