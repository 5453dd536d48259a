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

// Parse returns the scan of a saved response, and whether the response names its repository. If not, the scan
// has a repository made from the file name. Errors are those of scan.ReadSaved.
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
		out.Notes = append(out.Notes, fmt.Sprintf("the saved response does not name its repository, so it is called %s", s.Image.Repository))
	}
	out.Ref = s.Image
	if err := g.exploitDataError(); err != nil {
		return failed(out, err)
	}
	if s.Image.Digest == "" && g.Baseline != nil {
		return failed(out, fmt.Errorf("baseline: %s does not name its image (imageId.imageDigest), which could be the baseline's own image: save it again with its imageId, or omit the baseline", saved.Name))
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

// target returns the names by which statements may refer to the image of a saved response. A repository made
// from the file name does not count.
func target(s *scan.Scan, named bool) vex.Target {
	t := vex.Target{Image: s.Image, Platform: s.Platform}
	if !named {
		t.Image.Repository = ""
	}
	return t
}

// Target returns the names by which VEX statements may refer to the image of a saved response.
func (s Saved) Target() vex.Target {
	result, named, err := s.Parse()
	if err != nil {
		return vex.Target{}
	}
	return target(result, named)
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

// label returns a repository name made from the file name, for a response without one.
func (s Saved) label() string {
	base := strings.TrimSuffix(filepath.Base(s.Name), filepath.Ext(s.Name))
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(base), "-"), "-")
	if len(name) < 2 {
		return "saved-response"
	}
	return name
}
