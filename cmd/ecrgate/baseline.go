package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// baselineIsImage reports whether the baseline is to be asked for in ECR: it names no file.
func (g *gate) baselineIsImage() bool {
	if g.settings.baseline == "" {
		return false
	}
	_, err := os.Stat(g.settings.baseline)
	return err != nil
}

// unambiguousBaseline is an error for a file whose name is an image reference too: whoever puts a
// file into a checkout could take the place of the image that was meant.
func (g *gate) unambiguousBaseline() error {
	name := g.settings.baseline
	if name == "" || g.baselineIsImage() {
		return nil
	}
	if _, err := g.baselineReference("repository"); err != nil {
		return nil
	}
	return fmt.Errorf("baseline: %q is an image reference, and there is a file of that name (write ./%s if the file is meant, else remove it)", name, name)
}

// checkBaseline finds what is wrong with the reference of a baseline before anything is asked of AWS.
func (g *gate) checkBaseline() error {
	img, err := g.baselineReference("repository")
	if err != nil {
		return fmt.Errorf("baseline: no file of that name, and %w", err)
	}
	if len(g.settings.images) > 0 {
		return nil // it can have the region of the image
	}
	_, err = g.client.Region(img)
	return wrap("baseline", err)
}

// baselineReference reads the reference of a baseline beside an image of a repository.
func (g *gate) baselineReference(repository string) (scan.Image, error) {
	ref := g.settings.baseline
	if strings.HasPrefix(ref, ":") {
		ref = repository + ref
	}
	return scan.ParseImage(ref)
}

// digestsOf are those of a target and of its children.
func digestsOf(t *ecr.Target) []string {
	digests := []string{t.Image.Digest}
	for _, c := range t.Manifests {
		digests = append(digests, c.Digest)
	}
	return digests
}

// baseline gives the findings that are already known for a target. A baseline that cannot be had in
// full is an error, never an empty one.
func (g *gate) baseline(ctx context.Context, target *ecr.Target) (known, error) {
	if g.settings.baseline == "" {
		return known{}, nil
	}
	read := g.baselineImage
	if !g.baselineIsImage() {
		read = g.baselineFile
	}
	k, findings, err := read(ctx, target)
	switch {
	case err != nil && g.settings.noBaseline && ecr.IsMissing(err):
		return known{findings: policy.NewBaseline(nil), notes: []string{"the baseline " + g.settings.baseline + " does not exist: nothing is known"}}, nil
	case err == nil:
		err = k.excludes(digestsOf(target)...)
	}
	if err != nil {
		return known{}, fmt.Errorf("baseline: %w", err)
	}
	k.findings, k.notes = policy.NewBaseline(open(findings)), k.strangers(target.Image)
	for _, note := range k.notes {
		g.progress.warn(note)
	}
	return k, nil
}

// open leaves out what is suppressed or closed: should it come to life, nobody has known it.
func open(findings []scan.Finding) []scan.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f scan.Finding) bool { return f.SetAside() })
}

// baselineImage reads all manifests of another image.
func (g *gate) baselineImage(ctx context.Context, target *ecr.Target) (k known, findings []scan.Finding, err error) {
	img, err := g.baselineReference(target.Image.Repository)
	if err != nil {
		return k, nil, err
	}
	if img.Region == "" {
		img.Region, img.RegistryID = target.Image.Region, target.Image.RegistryID
	}
	base, err := g.client.Resolve(ctx, img, g.settings.platforms, g.options())
	if err != nil {
		return k, nil, err
	}
	k.digests, k.images = slices.DeleteFunc(digestsOf(base), func(d string) bool { return d == "" }), []scan.Image{base.Image}
	if err := k.excludes(digestsOf(target)...); err != nil {
		return k, nil, err
	}
	type reading struct {
		result *ecr.Result
		err    error
	}
	options := g.options()
	options.MaxAge = 0
	for _, r := range parallel.Map(base.Manifests, func(m ecr.Manifest) reading {
		one := base.Image
		one.Digest = m.Digest
		result, err := g.client.Read(ctx, one, m.Platform, options)
		return reading{result, err}
	}) {
		if r.err != nil {
			return k, nil, fmt.Errorf("%s: %w", img, r.err)
		}
		k.digests = append(k.digests, r.result.Scan.Image.Digest)
		findings = append(findings, r.result.Scan.Findings...)
	}
	return k, findings, nil
}

// baselineFile reads a saved response or a JSON report of ecrgate.
func (g *gate) baselineFile(_ context.Context, target *ecr.Target) (known, []scan.Finding, error) {
	file := g.settings.baseline
	text, err := g.baselineText()
	if err != nil {
		return known{}, nil, err
	}
	if isReport(text) {
		k, findings, err := reportFindings(text, target.Image)
		return k, findings, wrapFile(file, err)
	}
	s, err := scan.ReadSaved(bytes.NewReader(text))
	switch {
	case err != nil:
		return known{}, nil, wrapFile(file, err)
	case !s.Status.Ended():
		return known{}, nil, wrapFile(file, &scan.StatusError{Status: s.Status, Description: s.Description})
	}
	return known{digests: []string{s.Image.Digest}, images: []scan.Image{s.Image}}, s.Findings, nil
}

func (g *gate) readBaseline(ctx context.Context) ([]byte, error) {
	ctx, cancel := g.settings.reading(ctx, g.now)
	defer cancel()
	return readFile(ctx, g.settings.baseline, nil)
}

func wrapFile(file string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%q: %w", file, err)
}

func isReport(text []byte) bool {
	var head struct {
		Tool struct {
			Name string `json:"name"`
		} `json:"tool"`
	}
	return json.Unmarshal(text, &head) == nil && head.Tool.Name == "ecrgate"
}

// reportFindings takes the findings of an image out of a JSON report: those of the same repository,
// or of the only image there is.
func reportFindings(text []byte, img scan.Image) (k known, findings []scan.Finding, err error) {
	run, err := jsonreport.Read(text)
	if err != nil {
		return k, nil, err
	}
	found := false
	for _, i := range run.Images {
		if len(run.Images) > 1 && i.Repository != img.Repository {
			continue
		}
		if !i.Judged || i.Error != "" {
			return k, nil, fmt.Errorf("the report has no complete result of %s", i.Image)
		}
		found = true
		k.digests, k.images = append(k.digests, i.Digests...), append(k.images, scan.Image{Repository: i.Repository})
		findings = append(findings, i.Findings...)
	}
	if !found {
		return k, nil, fmt.Errorf("the report has no image of repository %s", img.Repository)
	}
	return k, findings, nil
}
