package ecr

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
)

// maxBatch is how many images BatchGetImage takes.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
const maxBatch = 100

// maxDepth is how many indexes may lie inside each other.
const maxDepth = 3

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
		if d.ArtifactType != "" {
			r.note(fmt.Sprintf("the index gives %s the platform %s and calls it an artifact of type %s: its manifest decides", d.Digest, d.Platform.platform(), d.ArtifactType))
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
