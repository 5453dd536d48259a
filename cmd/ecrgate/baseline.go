package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
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

// baseline gives the findings that are already known for a target; nil when none was asked for. A
// baseline that cannot be had in full is an error, never an empty one.
func (g *gate) baseline(ctx context.Context, target *ecr.Target) (policy.Baseline, error) {
	switch {
	case g.settings.baseline == "":
		return nil, nil
	case !g.baselineIsImage():
		return g.baselineFile(target.Image)
	}
	ref := g.settings.baseline
	if strings.HasPrefix(ref, ":") {
		ref = target.Image.Repository + ref
	}
	img, err := scan.ParseImage(ref)
	if err != nil {
		return nil, err
	}
	if img.Region == "" {
		img.Region, img.RegistryID = target.Image.Region, target.Image.RegistryID
	}
	findings, err := g.baselineImage(ctx, img, target)
	if err != nil && g.settings.noBaseline && ecr.IsMissing(err) {
		return policy.NewBaseline(nil), nil
	}
	return newBaseline(findings, err)
}

func newBaseline(findings []scan.Finding, err error) (policy.Baseline, error) {
	if err != nil {
		return nil, err
	}
	return policy.NewBaseline(open(findings)), nil
}

// open leaves out what is suppressed or closed: should it come to life, nobody has known it.
func open(findings []scan.Finding) []scan.Finding {
	var out []scan.Finding
	for _, f := range findings {
		if !f.SetAside() {
			out = append(out, f)
		}
	}
	return out
}

// baselineImage reads all manifests of another image.
func (g *gate) baselineImage(ctx context.Context, img scan.Image, target *ecr.Target) ([]scan.Finding, error) {
	base, err := g.client.Resolve(ctx, img, g.settings.platforms, g.options())
	if err != nil {
		return nil, err
	}
	if same(base, target) {
		return nil, fmt.Errorf("%s is the image that is judged (%s): it cannot excuse itself", img, base.Image.Digest)
	}
	manifests := base.Children
	if !base.Index {
		manifests = []ecr.Manifest{{Digest: base.Image.Digest}}
	}
	type reading struct {
		result *ecr.Result
		err    error
	}
	options := g.options()
	options.MaxAge = 0
	readings := each(manifests, func(m ecr.Manifest) reading {
		one := base.Image
		one.Digest = m.Digest
		result, err := g.client.Read(ctx, one, m.Platform, options)
		return reading{result, err}
	})
	var findings []scan.Finding
	for _, r := range readings {
		if r.err != nil {
			return nil, fmt.Errorf("%s: %w", img, r.err)
		}
		findings = append(findings, r.result.Scan.Findings...)
	}
	return findings, nil
}

// same reports whether two targets share a manifest.
func same(a, b *ecr.Target) bool {
	digests := map[string]bool{a.Image.Digest: true}
	for _, c := range a.Children {
		digests[c.Digest] = true
	}
	for _, c := range b.Children {
		if digests[c.Digest] {
			return true
		}
	}
	return b.Image.Digest != "" && digests[b.Image.Digest]
}

// savedBaseline gives the baseline of an image whose own response was saved.
func (g *gate) savedBaseline(ctx context.Context, img scan.Image) (policy.Baseline, error) {
	return g.baseline(ctx, &ecr.Target{Image: img})
}

// baselineFile reads a saved response or a JSON report of ecrgate.
func (g *gate) baselineFile(img scan.Image) (policy.Baseline, error) {
	file := g.settings.baseline
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%q cannot be read: %w", file, errors.Unwrap(err))
	}
	if isReport(text) {
		findings, err := reportFindings(text, img)
		return newBaseline(findings, wrapFile(file, err))
	}
	s, err := scan.ReadSaved(bytes.NewReader(text))
	switch {
	case err != nil:
		return nil, wrapFile(file, err)
	case !s.Status.Ended():
		return nil, wrapFile(file, &scan.Unscanned{Status: s.Status, Description: s.Description})
	case s.Image.Digest != "" && s.Image.Digest == img.Digest:
		return nil, fmt.Errorf("%q is of the image that is judged (%s): it cannot excuse itself", file, img.Digest)
	}
	return newBaseline(s.Findings, nil)
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
func reportFindings(text []byte, img scan.Image) ([]scan.Finding, error) {
	run, err := report.ReadJSON(text)
	if err != nil {
		return nil, err
	}
	var findings []scan.Finding
	found := false
	for _, i := range run.Images {
		if len(run.Images) > 1 && i.Repository != img.Repository {
			continue
		}
		switch {
		case !i.Judged || i.Error != "":
			return nil, fmt.Errorf("the report has no complete result of %s", i.Image)
		case i.Digest != "" && i.Digest == img.Digest:
			return nil, fmt.Errorf("the report is of the image that is judged (%s): it cannot excuse itself", img.Digest)
		}
		found = true
		findings = append(findings, i.Findings...)
	}
	if !found {
		return nil, fmt.Errorf("the report has no image of repository %s", img.Repository)
	}
	return findings, nil
}
