package ecr

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// maxBatch is the maximum number of images of BatchGetImage.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
const maxBatch = 100

// maxDepth is how deep indexes may be nested.
const maxDepth = 3

// index collects the children that can be scanned.
func (r *resolver) index(ctx context.Context, m *manifest) (*Target, error) {
	r.target.Index = true
	if err := r.descend(ctx, m, 1); err != nil {
		return nil, err
	}
	if len(r.others) > 0 {
		r.target.Unwanted = r.others
		r.note("platforms not checked because only " + list(r.wanted) + " was requested: " + strings.Join(r.others, ", "))
	}
	if len(r.target.Manifests) == 0 {
		return nil, r.noChild(strings.Join(r.others, ", "))
	}
	for _, w := range r.wanted {
		if !r.met[w] {
			r.target.Lacking = append(r.target.Lacking, w)
		}
	}
	return r.target, nil
}

// Complete returns an error if a wanted platform is missing: with a typo in a platform, the verdict over the
// others would look like a verdict over all of them.
func (t *Target) Complete() error {
	if len(t.Lacking) == 0 {
		return nil
	}
	there := slices.Clone(t.Unwanted)
	for _, c := range t.Manifests {
		there = append(there, c.Platform.String())
	}
	slices.Sort(there)
	there = slices.Compact(there)
	return &Error{
		Op:   "resolving the image",
		Err:  fmt.Errorf("%s is not among the platforms of %s (found: %s)", list(t.Lacking), t.Image, strings.Join(there, ", ")),
		Hint: "correct the input platform, or build the image for that platform",
	}
}

func (r *resolver) noChild(there string) error {
	f := &Error{Op: "resolving the image", Err: fmt.Errorf("the index %s has nothing that can be scanned", r.target.Image.Digest)}
	if len(r.wanted) > 0 {
		if there == "" {
			there = "none"
		}
		f.Err = fmt.Errorf("%s is not among the platforms of %s (found: %s)", list(r.wanted), r.target.Image, there)
	}
	if len(r.target.Notes) > 0 {
		f.Err = fmt.Errorf("%w; %s", f.Err, strings.Join(r.target.Notes, "; "))
	}
	return f
}

func (r *resolver) descend(ctx context.Context, index *manifest, depth int) error {
	if depth > maxDepth {
		return &Error{Op: "resolving the image", Err: fmt.Errorf("indexes are nested more than %d deep at %s", maxDepth, index.digest)}
	}
	ids, entries, err := r.entries(index)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(ids, maxBatch) {
		response, err := r.manifests(ctx, batch)
		if err != nil {
			return err
		}
		for _, id := range batch {
			child, err := response.find(id)
			if err != nil {
				if child, err = r.unseen(entries[*id.ImageDigest], err); err != nil {
					return err
				}
			}
			if err := r.child(ctx, child, entries[child.digest], depth); err != nil {
				return err
			}
		}
	}
	return nil
}

// unseen handles a manifest that ECR did not return. It may be an image, and then reading its scan shows the
// problem. But if only some platforms are wanted, it is an error, because it may be an index that contains
// them.
func (r *resolver) unseen(e *entry, cause error) (*manifest, error) {
	if len(r.wanted) > 0 && !(e.isImage && e.known()) {
		return nil, &Error{
			Op:   "resolving the image",
			Err:  fmt.Errorf("cannot read the manifest %s in the index, which may be for platform %s: %w", e.digest, list(r.wanted), cause),
			Hint: "push the image again, or drop the input platform",
		}
	}
	r.note(fmt.Sprintf("cannot read the manifest %s in the index: %v", e.digest, cause))
	return &manifest{digest: e.digest, unseen: true}, nil
}

// An entry is a digest in an index, with all its platforms there.
type entry struct {
	digest    string
	platforms []scan.Platform
	isImage   bool // the media type of every descriptor is that of an image manifest
}

// known reports whether every platform of the entry has an architecture.
func (e *entry) known() bool {
	return !slices.ContainsFunc(e.platforms, func(p scan.Platform) bool { return p.Arch == "" })
}

// entries returns the digests that an index lists, without attestations and other artifacts.
func (r *resolver) entries(index *manifest) ([]types.ImageIdentifier, map[string]*entry, error) {
	var ids []types.ImageIdentifier
	entries := map[string]*entry{}
	for _, d := range index.Manifests {
		if why := d.skipReason(); why != "" {
			r.note(fmt.Sprintf("skipped %s: %s", d.Digest, why))
			continue
		}
		if !scan.IsDigest(d.Digest) {
			return nil, nil, &Error{Op: "resolving the image", Err: fmt.Errorf("the index %s has an entry with the digest %q (want sha256: and 64 hexadecimal digits)", index.digest, d.Digest)}
		}
		if d.ArtifactType != "" {
			r.note(fmt.Sprintf("the index lists %s for platform %s and as an artifact of type %s: its manifest decides", d.Digest, d.Platform.platform(), d.ArtifactType))
		}
		e := entries[d.Digest]
		if e == nil {
			e = &entry{digest: d.Digest, isImage: true}
			entries[d.Digest] = e
			ids = append(ids, types.ImageIdentifier{ImageDigest: &d.Digest})
		}
		e.platforms = append(e.platforms, d.Platform.platform())
		e.isImage = e.isImage && (d.MediaType == dockerManifest || d.MediaType == ociManifest)
	}
	return ids, entries, nil
}

// skipReason returns why an entry of an index can be skipped; empty if it cannot. An annotation alone is not
// a reason, because anyone can write one. Neither is an artifact type next to a platform: a pull for that
// platform gets this entry, and its manifest shows whether it is an image.
func (d *descriptor) skipReason() string {
	switch p := d.Platform; {
	case p != nil && p.OS == "unknown" && p.Architecture == "unknown":
		return "platform unknown/unknown (an attestation or another artifact)"
	case d.ArtifactType != "" && p.platform() == scan.Platform{}:
		return "artifact of type " + d.ArtifactType
	}
	return ""
}

// child handles one manifest of an index: a nested index, an artifact, or an image. An image is checked
// if any of its platforms in the index is wanted.
func (r *resolver) child(ctx context.Context, m *manifest, e *entry, depth int) error {
	if m.isIndex() {
		return r.inner(ctx, m, depth)
	}
	if why := m.notImage(); why != "" && !(m.hasImageConfig() && slices.ContainsFunc(e.platforms, scan.Platform.Known)) {
		r.note(fmt.Sprintf("skipped %s: %s", m.digest, why))
		return nil
	}
	platforms, err := r.platforms(ctx, m, e)
	if err != nil {
		return err
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
	if !slices.ContainsFunc(r.target.Manifests, known) {
		r.target.Manifests = append(r.target.Manifests, Manifest{Digest: m.digest, Platform: platforms[i], Config: m.config(), Layers: m.layers(), Unresolved: m.unseen})
	}
	return nil
}

// platforms returns the platforms of a child. If the index names no architecture and it matters, the image
// config decides, as it does for container runtimes.
func (r *resolver) platforms(ctx context.Context, m *manifest, e *entry) ([]scan.Platform, error) {
	if len(r.wanted) == 0 || e.known() || m.unseen {
		return e.platforms, nil
	}
	p, err := r.platformOf(ctx, m)
	if err != nil {
		return nil, err
	}
	return append(slices.Clone(e.platforms), p), nil
}

// inner handles a nested index, and adds a note if it contributes nothing.
func (r *resolver) inner(ctx context.Context, m *manifest, depth int) error {
	before := len(r.target.Manifests) + len(r.others)
	err := r.descend(ctx, m, depth+1)
	if len(r.target.Manifests)+len(r.others) == before {
		r.note(fmt.Sprintf("the nested index %s has nothing else that can be scanned", m.digest))
	}
	return err
}

// manifests requests manifests by tag or digest, at most maxBatch.
func (r *resolver) manifests(ctx context.Context, ids []types.ImageIdentifier) (*imageBatch, error) {
	input := &ecr.BatchGetImageInput{RepositoryName: &r.image.Repository, ImageIds: ids, AcceptedMediaTypes: acceptedMediaTypes, RegistryId: optional(r.image.RegistryID)}
	var batch *imageBatch
	_, err := r.call(ctx, "BatchGetImage", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.BatchGetImage(ctx, input, raw)
		return err
	}, func(a *awsapi.Response) error {
		batch = &imageBatch{}
		if err := awsapi.Decode(a.Body, batch); err != nil {
			return fmt.Errorf("invalid response to BatchGetImage: %w", err)
		}
		return batch.transientFailure()
	})
	return batch, err
}
