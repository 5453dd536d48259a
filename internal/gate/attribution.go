package gate

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// An attribution is how to find out which findings of an image come from its base image.
type attribution struct {
	given    bool                // there is a base image
	base     map[string][]string // manifest digest of the image → layers of the base image; missing: unknown
	fits     *bool
	complete bool     // the layers of the base image are known for every manifest
	notes    []string // for every report
	// platform is the platform of the base image's manifest that a single image is built on; zero if unknown.
	platform scan.Platform
}

// attribute sets InBaseImage of the findings of a manifest.
func (a *attribution) attribute(findings []scan.Finding, digest string) {
	if a.given {
		scan.Attribute(findings, a.base[digest])
	}
}

// notItself returns an error if the base image is the checked image: no finding would be outside of it.
func notItself(base, target *ecr.Target) error {
	for _, digest := range digestsOf(target) {
		if digest != "" && slices.Contains(digestsOf(base), digest) {
			return fmt.Errorf("this is the image being checked (%s); it cannot be its own base image", digest)
		}
	}
	// The manifest in a file can have other white space than ECR's, and so another digest.
	for _, m := range target.Manifests {
		if m.Config != "" && slices.ContainsFunc(base.Manifests, func(b ecr.Manifest) bool { return b.Config == m.Config }) {
			return fmt.Errorf("this is the image being checked (it has the same config, %s); it cannot be its own base image", m.Config)
		}
	}
	return nil
}

// usable returns an error for a manifest of the base image whose layers cannot be compared.
func usable(m ecr.Manifest) error {
	if m.Unresolved {
		return &ecr.Error{
			Op:   "reading the manifest",
			Err:  errors.New("ECR did not return it, so its layers are not known"),
			Hint: "allow ecr:BatchGetImage on the repository of the base image to this role, or push the base image again",
		}
	}
	if err := m.CheckLayers(); err != nil {
		return fmt.Errorf("%s: %w", m.Digest, err)
	}
	return nil
}

// firstUnusable returns the first error of usable.
func firstUnusable(list []ecr.Manifest) error {
	for _, m := range list {
		if err := usable(m); err != nil {
			return err
		}
	}
	return nil
}

// attributionOf compares every manifest of an image with the base image's manifest for its platform.
func attributionOf(image, base *ecr.Target, baseName string) (attribution, error) {
	a := attribution{given: true, base: map[string][]string{}}
	var unlike, lacking, unread []string
	for _, m := range image.Manifests {
		candidates, name := candidatesFor(m.Platform, base.Manifests), labelOf(m.Platform, m.Digest)
		if len(image.Manifests) == 1 && !m.Platform.Known() {
			name = "this image"
		}
		fitting := longest(m.Layers, candidates)
		switch {
		case len(m.Layers) == 0:
			unread = append(unread, name)
		case len(candidates) == 0:
			lacking = append(lacking, name)
		case len(fitting.Layers) > 0:
			a.base[m.Digest], a.platform = fitting.Layers, fitting.Platform
		default:
			if err := firstUnusable(candidates); err != nil {
				return a, err
			}
			unlike = append(unlike, name)
		}
	}
	if len(base.Manifests) == 1 && len(a.base) > 0 { // the manifest of one platform
		unlike, lacking = nil, append(lacking, unlike...)
	}
	a.complete = len(unlike)+len(lacking)+len(unread) == 0
	a.conclude(baseName, unlike, lacking, unread)
	return a, nil
}

// savedAttribution is attributionOf for a saved response, which does not show the image's layers: only the
// layers of the packages decide, and whether the image is built on the base image is unknown. Any manifest of
// the base image may match.
func savedAttribution(image, base *ecr.Target, baseName string) (attribution, error) {
	if image.Image.Digest == "" {
		return attribution{}, errors.New("the saved response does not name its image, which could be this one (save the whole response, with imageId)")
	}
	var layers []string
	for _, m := range base.Manifests {
		layers = append(layers, m.Layers...)
	}
	return attribution{
		given:    true,
		base:     map[string][]string{image.Image.Digest: layers},
		complete: true,
		notes:    []string{fmt.Sprintf("a saved response does not show the layers of its image: findings are compared with the base image %s only by the layers of their packages", baseName)},
	}, firstUnusable(base.Manifests)
}

// conclude decides whether the image is built on the base image: false if one manifest is not, unknown if it
// is unknown for one.
func (a *attribution) conclude(name string, unlike, lacking, unread []string) {
	yes, no := true, false
	switch {
	case len(unlike) > 0:
		a.fits = &no
	case a.complete:
		a.fits = &yes
	}
	add := func(places []string, format string) {
		if len(places) > 0 {
			a.notes = append(a.notes, fmt.Sprintf(format, name, strings.Join(places, " and ")))
		}
	}
	add(unlike, "not built on the base image %s: its layers are not the first layers of %s, so inBaseImage is UNKNOWN for all findings of %[2]s. "+whyUnlike)
	add(lacking, "the base image %s has no manifest for %s, so inBaseImage is UNKNOWN for all findings of %[2]s")
	add(unread, "cannot compare with the base image %s: the layers of %s are not known, so inBaseImage is UNKNOWN for all findings of %[2]s")
}

// whyUnlike lists the likely reasons why an image is not built on the named base image.
const whyUnlike = "Possible causes: the base image is newer than the one that was built on (name the digest of the build), " +
	"the image is squashed, its last stage is FROM another image, --cache-from reused older layers, " +
	"or a mirror or zstd compression changed the layers"

// candidatesFor returns the manifests of the base image for a platform. An unknown platform, on either side,
// matches any.
func candidatesFor(p scan.Platform, base []ecr.Manifest) []ecr.Manifest {
	var out []ecr.Manifest
	for _, b := range base {
		if !p.Known() || !b.Platform.Known() || p.Covers(b.Platform) || b.Platform.Covers(p) {
			out = append(out, b)
		}
	}
	return out
}

// longest returns the manifest of the base image that an image with these layers is built on, the zero value
// for none. Of several, it is the one with the most layers.
func longest(layers []string, base []ecr.Manifest) ecr.Manifest {
	var best ecr.Manifest
	for _, b := range base {
		if usable(b) == nil && scan.BuiltOn(layers, b.Layers) && len(b.Layers) > len(best.Layers) {
			best = b
		}
	}
	return best
}

// layers returns the layers of the base image over all platforms.
func (a *attribution) layers() map[string]bool {
	all := map[string]bool{}
	for _, layers := range a.base {
		for _, layer := range layers {
			all[layer] = true
		}
	}
	return all
}
