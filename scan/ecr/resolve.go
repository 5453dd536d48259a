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

// maxBatch is how many images BatchGetImage takes.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
const maxBatch = 100

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
	// Lacking are the wanted platforms of which the index has no child, although it has others.
	Lacking []scan.Platform
	// Unresolved is set when the manifest could not be seen: the image may be an index.
	Unresolved bool
	// Notes name what was skipped and why.
	Notes []string
}

// A Manifest is one scannable child of an index.
type Manifest struct {
	Digest   string
	Platform scan.Platform
	// Unresolved is set when the manifest could not be seen: it may be an index inside the index.
	Unresolved bool
}

// Resolve pins a reference to digests. Platforms, if given, are the only ones wanted. The image
// that was asked for is a *Failure away from being judged when it is missing for a minute, is no
// container image, or has no child that is wanted.
func (c *Client) Resolve(ctx context.Context, img scan.Image, platforms []scan.Platform, o Options) (*Target, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return nil, err
	}
	r := resolver{caller: caller, wanted: platforms, met: map[scan.Platform]bool{}, target: &Target{Image: img}}
	root, err := r.root(ctx)
	switch {
	case err != nil && r.denied(err):
		return r.unresolved(), nil
	case err != nil:
		return nil, err
	}
	if err := r.pin(root); err != nil {
		return nil, err
	}
	if !root.isIndex() {
		return r.single(ctx, root)
	}
	return r.index(ctx, root)
}

// A resolver collects what one reference stands for.
type resolver struct {
	*caller
	wanted []scan.Platform
	met    map[scan.Platform]bool // the wanted ones that are there
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

// pin takes the digest, and the registry when the reference does not name it.
func (r *resolver) pin(root *manifest) error {
	img := &r.target.Image
	if root.registry != "" && img.RegistryID != "" && root.registry != img.RegistryID {
		return &Failure{Doing: "resolving the image", Err: fmt.Errorf("the answer is of registry %q, asked for was %q", root.registry, img.RegistryID)}
	}
	img.Digest, img.Region = root.digest, r.region
	if img.RegistryID == "" {
		img.RegistryID = root.registry
	}
	return nil
}

func (r *resolver) denied(err error) bool {
	var refused *refusal
	return errors.As(err, &refused) && refused.denied() && len(r.wanted) == 0
}

// unresolved goes on without permission to read manifests.
func (r *resolver) unresolved() *Target {
	r.target.Image.Region, r.target.Unresolved = r.region, true
	r.note("not allowed to call ecr:BatchGetImage: the reference was not looked into, an index cannot be told from an image without a scan")
	return r.target
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
	for _, w := range r.wanted {
		if !r.met[w] {
			r.target.Lacking = append(r.target.Lacking, w)
		}
	}
	return r.target, nil
}

// Complete is an error when a wanted platform is lacking: whoever asks for it, and perhaps misspelt
// it, would take the verdict over the others for one over all of them.
func (t *Target) Complete() error {
	if len(t.Lacking) == 0 {
		return nil
	}
	there := make([]scan.Platform, len(t.Children))
	for i, c := range t.Children {
		there[i] = c.Platform
	}
	return &Failure{
		Doing:  "resolving the image",
		Err:    fmt.Errorf("no platform %s in %s (wanted platforms there: %s)", list(t.Lacking), t.Image, list(there)),
		Advice: "correct the input platform, or build the image for that platform too",
	}
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
	ids, platforms, err := r.entries(index)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(ids, maxBatch) {
		answered, err := r.manifests(ctx, batch)
		if err != nil {
			return err
		}
		for _, id := range batch {
			child, err := answered.find(id)
			if err != nil {
				// It may be an image: whoever reads it finds out what is wrong with it.
				r.note(fmt.Sprintf("the manifest %s inside the index cannot be had: %v", *id.ImageDigest, err))
				child = &manifest{digest: *id.ImageDigest, unseen: true}
			}
			if err := r.child(ctx, child, platforms[child.digest], depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// entries gives the digests that an index names, but for what need not be looked at, and the
// platforms that it gives to each.
func (r *resolver) entries(index *manifest) ([]types.ImageIdentifier, map[string][]scan.Platform, error) {
	var ids []types.ImageIdentifier
	platforms := map[string][]scan.Platform{}
	for _, d := range index.Manifests {
		if why := d.noImage(); why != "" {
			r.note(fmt.Sprintf("skipped %s: %s", d.Digest, why))
			continue
		}
		if d.Digest == "" {
			return nil, nil, &Failure{Doing: "resolving the image", Err: fmt.Errorf("the index %s has an entry without a digest", index.digest)}
		}
		if platforms[d.Digest] == nil {
			ids = append(ids, types.ImageIdentifier{ImageDigest: &d.Digest})
		}
		platforms[d.Digest] = append(platforms[d.Digest], d.Platform.platform())
	}
	return ids, platforms, nil
}

// child takes one manifest of an index: an index again, an artifact, or an image. It is judged when
// any of the platforms that the index gives to it is wanted.
func (r *resolver) child(ctx context.Context, m *manifest, platforms []scan.Platform, depth int) error {
	if m.isIndex() {
		return r.inner(ctx, m, depth)
	}
	if why := m.noImage(); why != "" {
		r.note(fmt.Sprintf("skipped %s: %s", m.digest, why))
		return nil
	}
	i := slices.IndexFunc(platforms, r.wants)
	if i < 0 {
		r.others = append(r.others, named(platforms[0]))
		return nil
	}
	for _, w := range r.wanted {
		r.met[w] = r.met[w] || slices.ContainsFunc(platforms, w.Covers)
	}
	known := func(c Manifest) bool { return c.Digest == m.digest }
	if !slices.ContainsFunc(r.target.Children, known) {
		r.target.Children = append(r.target.Children, Manifest{m.digest, platforms[i], m.unseen})
	}
	return nil
}

// inner takes an index inside the index, and does not pass over one that adds nothing.
func (r *resolver) inner(ctx context.Context, m *manifest, depth int) error {
	before := len(r.target.Children) + len(r.others)
	err := r.descend(ctx, m, depth+1)
	if len(r.target.Children)+len(r.others) == before {
		r.note(fmt.Sprintf("the index %s inside the index holds nothing more that can be scanned", m.digest))
	}
	return err
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

// manifests asks for manifests by tag or digest, at most maxBatch.
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
