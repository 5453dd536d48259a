package gate

import (
	"context"
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Base is the image that the checked ones are built on.
type Base struct {
	// Name is the input base: a file with an image manifest, or an image reference.
	Name string
	// IsFile is set for a file; Text is its content.
	IsFile bool
	Text   []byte

	file ecr.Manifest // read from Text by validate
}

// validate checks the name, and the manifest in a file.
func (b *Base) validate() error {
	err := oneReference("base", b.Name, b.IsFile)
	if err != nil {
		if !b.IsFile {
			err = fmt.Errorf("%w; for a base image in another registry, save its manifest (docker buildx imagetools inspect --raw NAME@DIGEST) and name the file", err)
		}
		return err
	}
	if b.IsFile {
		if b.file, err = ecr.ParseManifest(b.Text); err != nil {
			return fmt.Errorf("base: %q: %w", b.Name, err)
		}
	}
	return nil
}

// Attribute sets InBaseImage of the findings of a saved response. The base image must be a file; errors are
// about that file.
func (b *Base) Attribute(findings []scan.Finding) error {
	if err := b.validate(); err != nil {
		return err
	}
	if !b.IsFile {
		return fmt.Errorf("base: %q is an image, but this command does not call AWS (save its manifest, and name the file)", b.Name)
	}
	scan.Attribute(findings, b.file.Layers)
	return nil
}

// oneReference returns an error if a name is neither one file nor one image.
func oneReference(input, name string, isFile bool) error {
	if len(strings.Fields(name)) > 1 && !isFile {
		return fmt.Errorf("%s: %q is more than one reference (want one image, or one file)", input, name)
	}
	_, err := scan.ParseImage(name)
	return fileOrReference(input, name, isFile, err)
}

// baseTarget reads the manifests of the base image.
func (g *Gate) baseTarget(ctx context.Context, img scan.Image) (*ecr.Target, error) {
	if g.Base.IsFile {
		return &ecr.Target{Image: scan.Image{Digest: g.Base.file.Digest}, Manifests: []ecr.Manifest{g.Base.file}}, nil
	}
	return g.resolveOnce(ctx, g.Base.Name, img)
}

// resolveOnce resolves an image that several images of the run are compared with. A reference without a
// registry is in the registry of img.
func (g *Gate) resolveOnce(ctx context.Context, name string, img scan.Image) (*ecr.Target, error) {
	ref, err := scan.ParseImage(name)
	if err != nil {
		return nil, err
	}
	if ref.Region == "" {
		ref.Region, ref.RegistryID = img.Region, img.RegistryID
	}
	return g.targets.get(ref, func() (*ecr.Target, error) { return g.client.Resolve(ctx, ref, nil, g.Wait) })
}

// reportedBase returns what is known about the base image before it is read.
func (g *Gate) reportedBase() *report.Base {
	b := &report.Base{Image: g.Base.Name}
	if g.NewBase != nil {
		b.New = &report.NewBase{Image: g.NewBase.Name}
	}
	return b
}

// onBase returns the attribution of an image. A base image that cannot be read is an error, because it was
// requested. compare is attributionOf, or savedAttribution for a saved response.
func (g *Gate) onBase(ctx context.Context, out *report.Image, target *ecr.Target, compare func(image, base *ecr.Target, baseName string) (attribution, error)) (attribution, error) {
	if g.Base == nil {
		return attribution{}, nil
	}
	out.Base = g.reportedBase()
	base, err := g.baseTarget(ctx, target.Image)
	if err == nil {
		out.Base.Digest = base.Image.Digest
		err = notItself(base, target)
	}
	var a attribution
	if err == nil {
		a, err = compare(target, base, g.Base.Name)
	}
	if err != nil {
		return a, fmt.Errorf("base image %s: %w", g.Base.Name, err)
	}
	out.Base.Fits = a.fits
	out.Notes = append(out.Notes, a.notes...)
	return a, nil
}
