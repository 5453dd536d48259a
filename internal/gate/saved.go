package gate

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// Saved is a saved response.
type Saved struct {
	// Name is the file that it was read from, or - for standard input.
	Name string
	Text []byte
}

// Parse returns the scan of a saved response, and whether the response names its repository. If it does
// not, the scan has one made from the file's name. Errors are those of scan.ReadSaved.
func (s Saved) Parse() (result *scan.Scan, named bool, err error) {
	result, err = scan.ReadSaved(bytes.NewReader(s.Text))
	if err != nil {
		return nil, false, err
	}
	if result.Image.Repository != "" {
		return result, true, nil
	}
	result.Image.Repository = s.label()
	return result, false, nil
}

// checkSaved checks one saved response.
func (g *Gate) checkSaved(ctx context.Context, saved Saved) report.Image {
	out := report.Image{Notes: slices.Clone(g.Notes)}
	s, named, err := saved.Parse()
	if err != nil {
		out.Ref.Repository, out.Saved = saved.label(), saved.Name
		return failed(out, fmt.Errorf("%s: %w", saved.Name, err))
	}
	if !named {
		out.Saved = saved.Name
		out.Notes = append(out.Notes, fmt.Sprintf("the saved response names no repository, so it is called %s", s.Image.Repository))
	}
	out.Ref = s.Image
	if err := g.exploitDataError(); err != nil {
		return failed(out, err)
	}
	if s.Image.Digest == "" && g.Baseline != nil {
		return failed(out, fmt.Errorf("baseline: %s does not say which image it comes from (imageId.imageDigest), and that could be the baseline's own image: save it again with its imageId, or omit the baseline", saved.Name))
	}
	image := &ecr.Target{Image: s.Image}
	base, err := g.baseline(ctx, image)
	if err != nil {
		return failed(out, err)
	}
	out.Notes = append(out.Notes, base.notes...)
	layers, err := g.onBase(ctx, &out, image, savedAttribution)
	if err != nil {
		return failed(out, err)
	}
	manifest := report.Manifest{Digest: s.Image.Digest}
	if !s.Status.Ended() {
		manifest = g.unread(manifest, s.Image, &scan.StatusError{Status: s.Status, Description: s.Description}, false)
	} else {
		layers.attribute(s.Findings, s.Image.Digest)
		manifest = g.evaluate(ctx, manifest, s, base, target(s, named))
	}
	newer := g.readNewBase(ctx, s.Image, &layers, []scan.Platform{s.Platform})
	return g.compareBases(fold(out, false, []report.Manifest{manifest}), newer, layers.layers())
}

// target is what statements may call the image of a saved response. A repository that is only made of
// the file's name is none.
func target(s *scan.Scan, named bool) vex.Target {
	t := vex.Target{Image: s.Image, Platform: s.Platform}
	if !named {
		t.Image.Repository = ""
	}
	return t
}

// Target returns what VEX statements may call the image of a saved response.
func (s Saved) Target() vex.Target {
	result, named, err := s.Parse()
	if err != nil {
		return vex.Target{}
	}
	return target(result, named)
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// label makes a repository name of the file's name, for a response that lost its own.
func (s Saved) label() string {
	base := strings.TrimSuffix(filepath.Base(s.Name), filepath.Ext(s.Name))
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if len(name) < 2 {
		return "saved-response"
	}
	return name
}
