package gate

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Baseline is where to find the findings that do not count.
type Baseline struct {
	// Name is the input baseline: a file, or an image reference (:TAG is the same repository).
	Name string
	// IsFile is set for a file; Text is its content, a saved response or a JSON report of ecrgate, and Err
	// why it could not be read.
	IsFile bool
	Text   []byte
	Err    error
	// Optional makes an image that does not exist an empty baseline.
	Optional bool
}

// validate checks the name.
func (b *Baseline) validate() error {
	_, err := b.reference("repository")
	return fileOrReference("baseline", b.Name, b.IsFile, err)
}

// fileOrReference checks the name of a file or an image. A file that could also be a reference is an error:
// anyone who can put a file into a checkout could replace the image that was meant.
func fileOrReference(input, name string, isFile bool, notReference error) error {
	switch {
	case isFile && notReference == nil:
		return fmt.Errorf("%s: %q is an image reference, and a file has that name (write ./%s for the file, or remove it)", input, name, name)
	case !isFile && notReference != nil:
		return fmt.Errorf("%s: not a file, and %w", input, notReference)
	}
	return nil
}

// reference parses the reference of a baseline for an image of a repository.
func (b *Baseline) reference(repository string) (scan.Image, error) {
	ref := b.Name
	if strings.HasPrefix(ref, ":") {
		ref = repository + ref
	}
	return scan.ParseImage(ref)
}

// A baseline is a baseline that was read for an image. The zero value means no baseline.
type baseline struct {
	findings policy.Baseline
	digests  []string     // digests of the manifests it was read from, which it cannot excuse
	images   []scan.Image // images it was read from
	notes    []string     // for every report
}

// baseline reads the known findings for a target. A baseline that cannot be read completely is an error,
// never empty.
func (g *Gate) baseline(ctx context.Context, target *ecr.Target) (baseline, error) {
	if g.Baseline == nil {
		return baseline{}, nil
	}
	read := g.baselineImage
	if g.Baseline.IsFile {
		read = g.baselineFile
	}
	b, findings, err := read(ctx, target)
	switch {
	case err != nil && g.Baseline.Optional && ecr.IsMissing(err):
		return baseline{findings: policy.NewBaseline(nil), notes: []string{"baseline " + g.Baseline.Name + " does not exist, so no finding is known"}}, nil
	case err == nil:
		err = b.excludes(digestsOf(target)...)
	}
	if err != nil {
		return baseline{}, fmt.Errorf("baseline: %w", err)
	}
	b.findings, b.notes = policy.NewBaseline(open(findings)), b.otherRepositoryNotes(target.Image)
	for _, note := range b.notes {
		g.Warn(note)
	}
	return b, nil
}

// open omits findings that are suppressed or closed: if one opens again, it is new.
func open(findings []scan.Finding) []scan.Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f scan.Finding) bool { return f.SetAside() })
}

// digestsOf returns the digests of a target and of its children.
func digestsOf(t *ecr.Target) []string {
	digests := []string{t.Image.Digest}
	for _, c := range t.Manifests {
		digests = append(digests, c.Digest)
	}
	return digests
}

// baselineImage reads all manifests of another image.
func (g *Gate) baselineImage(ctx context.Context, target *ecr.Target) (b baseline, findings []scan.Finding, err error) {
	img, err := g.Baseline.reference(target.Image.Repository)
	if err != nil {
		return b, nil, err
	}
	if img.Region == "" {
		img.Region, img.RegistryID = target.Image.Region, target.Image.RegistryID
	}
	other, err := g.client.Resolve(ctx, img, g.Platforms, g.Wait)
	if err != nil {
		return b, nil, err
	}
	b.digests, b.images = slices.DeleteFunc(digestsOf(other), func(d string) bool { return d == "" }), []scan.Image{other.Image}
	if err := b.excludes(digestsOf(target)...); err != nil {
		return b, nil, err
	}
	type reading struct {
		result *ecr.Result
		err    error
	}
	for _, r := range parallel.Map(other.Manifests, func(m ecr.Manifest) reading {
		one := other.Image
		one.Digest = m.Digest
		result, err := g.client.Read(ctx, one, m.Platform, g.Wait)
		return reading{result, err}
	}) {
		if r.err != nil {
			return b, nil, fmt.Errorf("%s: %w", img, r.err)
		}
		b.digests = append(b.digests, r.result.Scan.Image.Digest)
		findings = append(findings, r.result.Scan.Findings...)
	}
	return b, findings, nil
}

// baselineFile reads a saved response or a JSON report of ecrgate.
func (g *Gate) baselineFile(_ context.Context, target *ecr.Target) (baseline, []scan.Finding, error) {
	if g.Baseline.Err != nil {
		return baseline{}, nil, g.Baseline.Err
	}
	b, findings, err := parseBaseline(g.Baseline.Text, target.Image)
	if err != nil {
		return baseline{}, nil, fmt.Errorf("%q: %w", g.Baseline.Name, err)
	}
	return b, findings, nil
}

func parseBaseline(text []byte, img scan.Image) (baseline, []scan.Finding, error) {
	if isReport(text) {
		return reportFindings(text, img)
	}
	s, err := scan.ReadSaved(bytes.NewReader(text))
	switch {
	case err != nil:
		return baseline{}, nil, err
	case !s.Status.Ended():
		return baseline{}, nil, &scan.StatusError{Status: s.Status, Description: s.Description}
	}
	return baseline{digests: []string{s.Image.Digest}, images: []scan.Image{s.Image}}, s.Findings, nil
}

func isReport(text []byte) bool {
	var start struct {
		Tool struct {
			Name string `json:"name"`
		} `json:"tool"`
	}
	return json.Unmarshal(text, &start) == nil && start.Tool.Name == "ecrgate"
}

// reportFindings returns the findings of an image from a JSON report: of the same repository, or of its only
// image.
func reportFindings(text []byte, img scan.Image) (b baseline, findings []scan.Finding, err error) {
	run, err := jsonreport.Read(text)
	if err != nil {
		return b, nil, err
	}
	found := false
	for _, i := range run.Images {
		if len(run.Images) > 1 && i.Repository != img.Repository {
			continue
		}
		if !i.Judged || i.Error != "" {
			return b, nil, fmt.Errorf("the report has no complete result of %s", i.Image)
		}
		found = true
		b.digests, b.images = append(b.digests, i.Digests...), append(b.images, scan.Image{Repository: i.Repository})
		findings = append(findings, i.Findings...)
	}
	if !found {
		return b, nil, fmt.Errorf("the report has no image of repository %s", img.Repository)
	}
	return b, findings, nil
}

// excludes returns an error if the baseline does not name its images, or if one of them has one of the
// digests.
func (b baseline) excludes(digests ...string) error {
	if slices.Contains(b.digests, "") {
		return errors.New("it does not name its image (imageId.imageDigest), which could be the image being checked: save it again with its imageId")
	}
	for _, d := range digests {
		if d != "" && slices.Contains(b.digests, d) {
			return fmt.Errorf("this is the image being checked (%s); it cannot be its own baseline", d)
		}
	}
	return nil
}

// otherRepositoryNotes returns notes about images of the baseline from another repository. That may be
// intended: images move between registries and share bases.
func (b baseline) otherRepositoryNotes(img scan.Image) []string {
	var notes []string
	for _, other := range b.images {
		if other.Repository == img.Repository && (other.RegistryID == "" || img.RegistryID == "" || other.RegistryID == img.RegistryID) {
			continue
		}
		note := fmt.Sprintf("baseline findings come from another repository: %s, not %s", repositoryLabel(other), repositoryLabel(img))
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	return notes
}

// repositoryLabel returns the repository of an image, with its registry if known.
func repositoryLabel(img scan.Image) string {
	name := img.Repository
	if name == "" {
		name = "one without a name"
	}
	if img.RegistryID != "" {
		name += " in registry " + img.RegistryID
	}
	return name
}
