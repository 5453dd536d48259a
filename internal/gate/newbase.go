package gate

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A NewBase is a base image to compare with the one that the images are built on. It never changes what the
// policy decides.
type NewBase struct {
	// Name is the input new-base: a saved response, or an image reference.
	Name string
	// IsFile is set for a file; Text is its content, and Err why it could not be read.
	IsFile bool
	Text   []byte
	Err    error
}

// newFindings are the findings of the new base image for the platforms of an image.
type newFindings struct {
	digest   string
	findings []scan.Finding
	lacking  []string // platforms of the image that the new base image lacks
	err      error
}

// readNewBase reads the findings of the new base image for an image on these platforms; a zero platform is
// unknown. It reads nothing if the image is not built on a base image, because there is nothing to compare.
func (g *Gate) readNewBase(ctx context.Context, img scan.Image, a *attribution, platforms []scan.Platform) *newFindings {
	switch {
	case g.NewBase == nil || !a.complete:
		return nil
	case g.NewBase.IsFile:
		return g.NewBase.saved()
	}
	out := &newFindings{}
	target, err := g.resolveOnce(ctx, g.NewBase.Name, img)
	if err != nil {
		out.err = err
		return out
	}
	out.digest = target.Image.Digest
	manifests, err := out.choose(target, platforms)
	if err != nil {
		out.err = err
		return out
	}
	for _, r := range parallel.Map(manifests, func(m ecr.Manifest) newFindings { return g.manifestFindings(ctx, target.Image, m) }) {
		out.findings, out.err = append(out.findings, r.findings...), cmp.Or(out.err, r.err)
	}
	return out
}

// platformsOf returns the platforms of an image's manifests. The platform of a single image comes from its
// base image, or from the input platform.
func (g *Gate) platformsOf(target *ecr.Target, a *attribution) []scan.Platform {
	if !target.Index {
		p := a.platform
		if p == (scan.Platform{}) && len(g.Platforms) == 1 {
			p = g.Platforms[0]
		}
		return []scan.Platform{p}
	}
	var out []scan.Platform
	for _, m := range target.Manifests {
		out = append(out, m.Platform)
	}
	return out
}

// saved reads the findings of a saved response.
func (b *NewBase) saved() *newFindings {
	if b.Err != nil {
		return &newFindings{err: b.Err}
	}
	s, err := scan.ReadSaved(bytes.NewReader(b.Text))
	switch {
	case err != nil:
		return &newFindings{err: err}
	case !s.Status.Ended():
		return &newFindings{err: &scan.StatusError{Status: s.Status, Description: s.Description}}
	}
	return &newFindings{digest: s.Image.Digest, findings: s.Findings}
}

// choose returns the manifests of the new base image for the platforms.
func (n *newFindings) choose(target *ecr.Target, platforms []scan.Platform) ([]ecr.Manifest, error) {
	if len(target.Manifests) == 1 && !target.Manifests[0].Platform.Known() {
		return target.Manifests, nil
	}
	var out []ecr.Manifest
	for _, p := range platforms {
		if !p.Known() {
			return nil, &ecr.Error{
				Op:   "choosing a platform",
				Err:  fmt.Errorf("it is an index of %s, and the platform of the image being checked is not known", platformNames(target.Manifests)),
				Hint: "name the manifest of one platform in new-base by its digest, or set the input platform",
			}
		}
		found := candidatesFor(p, target.Manifests)
		if len(found) == 0 {
			n.lacking = append(n.lacking, p.String())
			continue
		}
		if !slices.ContainsFunc(out, func(m ecr.Manifest) bool { return m.Digest == found[0].Digest }) {
			out = append(out, found[0])
		}
	}
	return out, nil
}

func platformNames(list []ecr.Manifest) string {
	var names []string
	for _, m := range list {
		names = append(names, labelOf(m.Platform, m.Digest))
	}
	return strings.Join(names, ", ")
}

// manifestFindings reads the findings of one manifest of the new base image, once for all images.
func (g *Gate) manifestFindings(ctx context.Context, img scan.Image, m ecr.Manifest) newFindings {
	img.Digest = m.Digest
	findings, err := g.findings.get(img, func() ([]scan.Finding, error) {
		options := g.Wait
		options.Unresolved = m.Unresolved
		result, err := g.client.Read(ctx, img, m.Platform, options)
		if err != nil {
			return nil, err
		}
		return result.Scan.Findings, nil
	})
	return newFindings{findings: findings, err: err}
}

// compareBases adds to the report on an image what the new base image would change. If that could not be
// read, there is no verdict, except that a breach remains one. layers are the layers of the base image.
func (g *Gate) compareBases(out report.Image, newer *newFindings, layers map[string]bool) report.Image {
	if g.NewBase == nil {
		return out
	}
	if newer == nil {
		out.Notes = append(out.Notes, fmt.Sprintf("%s is not compared, because it is not known which findings come from the base image", g.NewBase.Name))
		return out
	}
	out.Base.New.Digest = newer.digest
	if newer.err != nil {
		return withoutNewBase(out, fmt.Errorf("new base image %s: %w", g.NewBase.Name, newer.err))
	}
	if len(newer.lacking) > 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("the new base image %s has no manifest for %s, so it is not compared", g.NewBase.Name, strings.Join(newer.lacking, ", ")))
		return out
	}
	if out.Judged && attributed(out.Verdict.Findings) {
		removes, adds := difference(out.Verdict.Findings, newer.findings, layers)
		out.Base.New.Removes, out.Base.New.Adds = &removes, &adds
	}
	return out
}

// withoutNewBase returns an image whose new base image could not be read.
func withoutNewBase(out report.Image, err error) report.Image {
	if out.Verdict.Outcome != policy.Failed && out.Err == nil {
		out.Verdict.Outcome, out.Verdict.Err = policy.Errored, err
		out.Judged, out.Accepted = false, ""
	}
	if out.Err != nil {
		err = fmt.Errorf("%w; %w", out.Err, err)
	}
	out.Err, out.Hint = err, cmp.Or(out.Hint, hintOf(err))
	return out
}

// attributed reports whether the origin of at least one finding is known, or there are no findings.
func attributed(findings []policy.JudgedFinding) bool {
	return len(findings) == 0 || slices.ContainsFunc(findings, func(f policy.JudgedFinding) bool {
		return f.InBaseImage == scan.Yes || f.InBaseImage == scan.No
	})
}

// difference compares the findings of an image from its base image, which has these layers, with those of a
// new base image: how many the change removes, and how many it adds. Findings are the same if they share an
// id and a package. Suppressed or closed findings are ignored, and do not count as added.
func difference(now []policy.JudgedFinding, newer []scan.Finding, layers map[string]bool) (removes, adds int) {
	had, gets := map[scan.Key]bool{}, map[scan.Key]bool{}
	for i := range now {
		for _, p := range now[i].AffectedPackages() {
			if p.Layer == "" || layers[p.Layer] { // it may come from the base image
				had[sameKey(now[i].Finding, p)] = true
			}
		}
	}
	counted := map[string]bool{} // a finding of several platforms counts once
	for _, f := range open(newer) {
		isNew, text := true, ""
		for _, p := range f.AffectedPackages() {
			k := sameKey(&f, p)
			gets[k] = true
			isNew = isNew && !had[k]
			text += fmt.Sprintf("%q %q\n", k.ID, k.Package)
		}
		if isNew && !counted[text] {
			counted[text] = true
			adds++
		}
	}
	for i := range now {
		f := &now[i]
		if f.InBaseImage == scan.Yes && f.Disposition != policy.SetAside &&
			!slices.ContainsFunc(f.AffectedPackages(), func(p scan.Package) bool { return gets[sameKey(f.Finding, p)] }) {
			removes++
		}
	}
	return removes, adds
}

// sameKey returns what identifies a finding in a package across two base images: files may move.
func sameKey(f *scan.Finding, p scan.Package) scan.Key {
	return scan.Key{ID: cmp.Or(f.ID, f.Title), Package: p.Name}
}
