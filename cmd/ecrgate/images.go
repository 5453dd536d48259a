package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// images returns the images that the arguments, the input image, and the inputs for parts of a reference
// name.
func (r *reader) images(args []string, saved bool) []scan.Image {
	var refs []string
	for _, arg := range append(args, r.text["image"]) {
		refs = append(refs, strings.Fields(arg)...)
	}
	parts := r.parts()
	switch {
	case saved && len(refs) > 0:
		r.wrong("findings: image %q cannot be combined with saved responses (omit one)%s", refs[0], flagHint(refs[0]))
		return nil
	case saved && parts != (scan.Image{Region: parts.Region}):
		r.wrong("findings: repository, tag, digest and registry-id cannot be combined with saved responses (omit one)")
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
		r.wrong("repository, tag, digest, registry-id and region apply to one image, but there are %d: write them into the references%s", len(refs), flagHint(refs...))
		return nil
	}
	return r.references(refs, parts)
}

// parts returns the image that separate inputs name. A registry host before the repository sets the
// account and the region.
func (r *reader) parts() scan.Image {
	img := scan.CutRegistry(r.text["repository"])
	img.Tag, img.Digest = r.text["tag"], r.text["digest"]
	for _, p := range []struct {
		name string
		dst  *string
	}{{"registry-id", &img.RegistryID}, {"region", &img.Region}} {
		text := r.text[p.name]
		if text != "" && *p.dst != "" && *p.dst != text {
			r.wrong("%s is %q, but the repository %q names %q (omit one)", p.name, text, r.text["repository"], *p.dst)
		}
		if *p.dst == "" {
			*p.dst = text
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

// flagHint returns a hint for the first word that looks like the value of the preceding flag.
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

// fill adds the parts that a reference lacks. A part that contradicts the reference is a problem.
func (r *reader) fill(img *scan.Image, parts scan.Image, ref string) {
	for _, p := range []struct {
		name string
		dst  *string
		part string
	}{
		{"registry-id", &img.RegistryID, parts.RegistryID},
		{"region", &img.Region, parts.Region},
		{"repository", &img.Repository, parts.Repository},
		{"tag", &img.Tag, parts.Tag},
		{"digest", &img.Digest, parts.Digest},
	} {
		if p.part != "" && *p.dst != "" && *p.dst != p.part {
			r.wrong("%s is %q, but the image %q says %q (omit one)", p.name, p.part, ref, *p.dst)
		}
		if *p.dst == "" {
			*p.dst = p.part
		}
	}
	r.check(wrap("image "+ref, img.Check()))
}

const (
	// maxPiped bounds the references on standard input: some 60,000 of ECR's length.
	maxPiped = 8 << 20
	// maxPipedErrors is how many invalid references are reported.
	maxPipedErrors = 10
)

// stdinInputs are the inputs that may name standard input as a file.
var stdinInputs = []string{"findings", "policy", "vex", "epss", "kev"}

// pipedImages returns the arguments of check with - replaced by the references on standard input. Standard
// input without a reference is an error: the command before the pipe may have failed.
func pipedImages(ctx context.Context, e env, v values, args []string, started time.Time) ([]string, error) {
	if !slices.Contains(args, "-") {
		return args, nil
	}
	r := reader{values: v}
	wait := r.wait()
	if len(args) > 1 {
		r.wrong("-: the references come from standard input, so no other argument is allowed (got %d arguments)", len(args))
	}
	for _, name := range []string{"image", "repository", "tag", "digest", "registry-id"} {
		if r.text[name] != "" {
			r.wrong("%s: the references come from standard input (omit %[1]s or -)", name)
		}
	}
	for _, name := range stdinInputs {
		if slices.Contains(strings.Fields(r.text[name]), "-") {
			r.wrong("%s: standard input has the references (give %[1]s a file)", name)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	reading, cancel := context.WithDeadlineCause(ctx, started.Add(wait.Timeout), ecr.Timeout(wait.Timeout))
	defer cancel()
	text, err := parallel.Await(reading, func() ([]byte, error) { return io.ReadAll(io.LimitReader(bufio.NewReader(e.stdin), maxPiped+1)) })
	switch err = readError("-", err); {
	case err != nil:
		return nil, err
	case len(text) > maxPiped:
		return nil, usagef("standard input has more than %d MiB of references (check them in batches)", maxPiped>>20)
	}
	return pipedReferences(string(text))
}

// lineEnds converts line endings of Windows, old Macs, and Unicode: a comment must not swallow the next reference.
// https://www.unicode.org/reports/tr14/#BK
var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

// pipedReferences returns the references in text, which are separated by white space. Lines that begin with #
// are comments.
func pipedReferences(text string) ([]string, error) {
	var refs, wrong []string
	for i, line := range strings.Split(lineEnds.Replace(text), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, ref := range strings.Fields(line) {
			refs = append(refs, ref)
			if _, err := scan.ParseImage(ref); err != nil {
				wrong = append(wrong, fmt.Sprintf("standard input, line %d: %v", i+1, err))
			}
		}
	}
	switch {
	case len(wrong) > maxPipedErrors:
		more := len(wrong) - maxPipedErrors
		wrong = append(wrong[:maxPipedErrors], fmt.Sprintf("standard input: %d more references are invalid", more))
		fallthrough
	case len(wrong) > 0:
		return nil, usagef("%s", strings.Join(wrong, "\n"))
	case len(refs) == 0:
		return nil, usagef("no image reference on standard input (did the command before the pipe fail?)")
	}
	return refs, nil
}
