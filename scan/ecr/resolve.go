package ecr

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
)

// imageGrace is how long a missing image is asked for again: a push may not be visible yet, and a
// replicated image may still be on its way.
const imageGrace = 60 * time.Second

// maxDepth is how many indexes may lie inside each other.
const maxDepth = 3

// A Target is what a reference stands for: one manifest, or the scannable children of an index.
type Target struct {
	// Image is the reference with the digest it was pinned to. Without permission to resolve it
	// the digest is empty, and the first answer pins it.
	Image scan.Image
	// Index is set when the image is an index; Children are then the manifests to judge, in the
	// order of the index.
	Index    bool
	Children []Manifest
	// Notes name what was skipped and why.
	Notes []string
}

// A Manifest is one scannable child of an index.
type Manifest struct {
	Digest   string
	Platform scan.Platform
}

// Resolve pins a reference to digests. Platforms, if given, are the only ones wanted. The image
// that was asked for is a *Failure away from being judged when it is missing for a minute, is no
// container image, or has no child that is wanted.
func (c *Client) Resolve(ctx context.Context, img scan.Image, platforms []scan.Platform, o Options) (*Target, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return nil, err
	}
	r := resolver{caller: caller, wanted: platforms, target: &Target{Image: img}}
	root, err := r.root(ctx)
	switch {
	case err != nil && r.denied(err):
		return r.unresolved(err)
	case err != nil:
		return nil, err
	}
	r.pin(root)
	if !root.isIndex() {
		return r.single(ctx, root)
	}
	return r.index(ctx, root)
}

// A resolver collects what one reference stands for.
type resolver struct {
	*caller
	wanted []scan.Platform
	target *Target
	others []string // platforms that are there and not wanted
}

// root gets the manifest that the reference names, with patience for one that is missing.
func (r *resolver) root(ctx context.Context) (*manifest, error) {
	id := types.ImageIdentifier{}
	if r.image.Digest != "" {
		id.ImageDigest = &r.image.Digest
	} else {
		id.ImageTag = &r.image.Tag
	}
	pace := pace{longest: r.options.PollInterval}
	end := time.Now().Add(min(imageGrace, r.options.MissingAfter))
	for {
		batch, err := r.manifests(ctx, []types.ImageIdentifier{id})
		if err == nil {
			var found *manifest
			if found, err = batch.find(id); err == nil {
				return found, nil
			}
		}
		if !isMissing(err) {
			return nil, resolving(err)
		}
		if !time.Now().Before(end) {
			return nil, &Failure{Doing: "resolving the image", Err: err, Advice: "was it pushed, to this registry and region, under this name? A replicated image can take longer to arrive"}
		}
		r.tell("image not found")
		if err := r.pause(ctx, &pace, end); err != nil {
			return nil, err
		}
	}
}

// resolving makes a *Failure of an error that is not one yet.
func resolving(err error) error {
	var failure *Failure
	if errors.As(err, &failure) || errors.Is(err, context.Canceled) {
		return err
	}
	return &Failure{Doing: "resolving the image", Err: err}
}

func (r *resolver) pin(root *manifest) {
	r.target.Image.Digest = root.digest
	if root.registry != "" {
		r.target.Image.RegistryID = root.registry
	}
	r.target.Image.Region = r.region
}

func (r *resolver) denied(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.denied() && len(r.wanted) == 0
}

// unresolved goes on without permission to read manifests.
func (r *resolver) unresolved(error) (*Target, error) {
	r.target.Image.Region = r.region
	r.note("not allowed to call ecr:BatchGetImage: the reference was not looked into, an index cannot be told from an image without a scan")
	return r.target, nil
}

// single takes an image that is no index.
func (r *resolver) single(ctx context.Context, m *manifest) (*Target, error) {
	if why := m.noImage(); why != "" {
		return nil, &Failure{Doing: "resolving the image", Err: fmt.Errorf("%s is no container image: %s", r.image, why)}
	}
	if len(r.wanted) == 0 {
		return r.target, nil
	}
	platform, err := r.platformOf(ctx, m)
	if err != nil {
		return nil, err
	}
	if !r.wants(platform) {
		return nil, r.noChild(platform.String())
	}
	return r.target, nil
}

// index collects the scannable children.
func (r *resolver) index(ctx context.Context, m *manifest) (*Target, error) {
	r.target.Index = true
	if err := r.descend(ctx, m, 1); err != nil {
		return nil, err
	}
	if len(r.others) > 0 {
		r.note("platforms not judged, since only " + list(r.wanted) + " was asked for: " + strings.Join(r.others, ", "))
	}
	if len(r.target.Children) == 0 {
		return nil, r.noChild(strings.Join(r.others, ", "))
	}
	return r.target, nil
}

func (r *resolver) noChild(there string) error {
	f := &Failure{Doing: "resolving the image", Err: fmt.Errorf("the index %s holds nothing that can be scanned", r.target.Image.Digest)}
	if len(r.wanted) > 0 {
		if there == "" {
			there = "none"
		}
		f.Err = fmt.Errorf("no platform %s in %s (platforms there: %s)", list(r.wanted), r.target.Image, there)
	}
	if len(r.target.Notes) > 0 {
		f.Err = fmt.Errorf("%w; %s", f.Err, strings.Join(r.target.Notes, "; "))
	}
	return f
}

func (r *resolver) descend(ctx context.Context, index *manifest, depth int) error {
	if depth > maxDepth {
		return &Failure{Doing: "resolving the image", Err: fmt.Errorf("indexes lie more than %d deep in each other at %s", maxDepth, index.digest)}
	}
	var ids []types.ImageIdentifier
	platforms := map[string]scan.Platform{}
	for _, d := range index.Manifests {
		if why := d.noImage(); why != "" {
			r.note(fmt.Sprintf("skipped %s: %s", d.Digest, why))
			continue
		}
		if _, twice := platforms[d.Digest]; !twice {
			platforms[d.Digest] = d.Platform.platform()
			ids = append(ids, types.ImageIdentifier{ImageDigest: &d.Digest})
		}
	}
	for batch := range slices.Chunk(ids, 100) {
		answered, err := r.manifests(ctx, batch)
		if err != nil {
			return err
		}
		for _, id := range batch {
			child, err := answered.find(id)
			if err != nil {
				// It may be an image: whoever reads it finds out what is wrong with it.
				r.note(fmt.Sprintf("the manifest %s inside the index cannot be had: %v", *id.ImageDigest, err))
				child = &manifest{digest: *id.ImageDigest}
			}
			if err := r.child(ctx, child, platforms[child.digest], depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// child takes one manifest of an index: an index again, an artifact, or an image.
func (r *resolver) child(ctx context.Context, m *manifest, platform scan.Platform, depth int) error {
	if m.isIndex() {
		return r.descend(ctx, m, depth+1)
	}
	if why := m.noImage(); why != "" {
		r.note(fmt.Sprintf("skipped %s: %s", m.digest, why))
		return nil
	}
	if !r.wants(platform) {
		r.others = append(r.others, named(platform))
		return nil
	}
	known := func(c Manifest) bool { return c.Digest == m.digest }
	if !slices.ContainsFunc(r.target.Children, known) {
		r.target.Children = append(r.target.Children, Manifest{m.digest, platform})
	}
	return nil
}

func (r *resolver) wants(p scan.Platform) bool {
	return len(r.wanted) == 0 || slices.ContainsFunc(r.wanted, func(w scan.Platform) bool { return w.Covers(p) })
}

func (r *resolver) note(text string) { r.target.Notes = append(r.target.Notes, text) }

func named(p scan.Platform) string {
	if p == (scan.Platform{}) {
		return "one without a platform"
	}
	return p.String()
}

func list(platforms []scan.Platform) string {
	words := make([]string, len(platforms))
	for i, p := range platforms {
		words[i] = p.String()
	}
	return strings.Join(words, ", ")
}

// missingImage is the error for an image that is not there, or not yet.
type missingImage struct{ reason string }

func (m *missingImage) Error() string { return m.reason }

// isMissing tells an image that is not there from every other trouble.
func isMissing(err error) bool {
	var missing *missingImage
	return errors.As(err, &missing) || codeOf(err) == "ImageNotFoundException"
}

// manifests asks for manifests by tag or digest, at most 100.
func (r *resolver) manifests(ctx context.Context, ids []types.ImageIdentifier) (*imageBatch, error) {
	input := &ecr.BatchGetImageInput{RepositoryName: &r.image.Repository, ImageIds: ids, AcceptedMediaTypes: acceptedMediaTypes}
	if r.image.RegistryID != "" {
		input.RegistryId = &r.image.RegistryID
	}
	var batch *imageBatch
	_, err := r.call(ctx, "BatchGetImage", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.BatchGetImage(ctx, input, raw)
		return err
	}, func(a *answer) error {
		batch = &imageBatch{}
		if err := json.Unmarshal(a.body, batch); err != nil {
			return fmt.Errorf("the answer to BatchGetImage is not its JSON: %w", err)
		}
		return batch.passingFailure()
	})
	return batch, err
}

// IsMissing reports whether an error of Resolve says that the image, or its repository, does not
// exist.
func IsMissing(err error) bool { return isMissing(err) || codeOf(err) == "RepositoryNotFoundException" }
