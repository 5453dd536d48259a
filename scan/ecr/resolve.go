package ecr

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

// imageGrace is how long to wait for a missing image: a push may not be visible yet, and a replicated
// image may still be on its way.
const imageGrace = 60 * time.Second

// A Target is what a reference resolves to: one manifest, or the scannable children of an index.
type Target struct {
	// Image is the reference, pinned to a digest. Without permission to resolve it, the digest is empty and
	// the first response pins it.
	Image scan.Image
	// Index is set when the image is an index. Manifests are its scannable children, in the order of the
	// index; for a single image, the image itself.
	Index     bool
	Manifests []Manifest
	// Lacking are the wanted platforms that the index lacks, although it has others.
	Lacking []scan.Platform
	// Unwanted are the platforms that the index has and that were not wanted. If there are any, a verdict over
	// Manifests does not cover the index.
	Unwanted []string
	// Notes are what was skipped and why.
	Notes []string
}

// A Manifest is one image to check: a single image or a child of an index.
type Manifest struct {
	// Digest is empty for a tag that could not be resolved; the first response pins it.
	Digest string
	// Platform is the platform in the index; zero for a single image.
	Platform scan.Platform
	// Config is the digest of the image config; empty if Unresolved is set. Manifests with the same config
	// belong to the same image.
	Config string
	// Layers are the digests of the compressed layers, from the bottom up; nil if Unresolved is set.
	Layers []string
	// Unresolved is set when the manifest could not be read: it may be an index.
	Unresolved bool
}

// Resolve pins a reference to digests. If platforms are given, only they are wanted. An image that is missing
// for a minute, is not a container image, or has no wanted child is an *Error.
func (c *Client) Resolve(ctx context.Context, img scan.Image, platforms []scan.Platform, o Options) (*Target, error) {
	caller, err := c.caller(img, scan.Platform{}, o)
	if err != nil {
		return nil, err
	}
	return caller.resolve(ctx, platforms)
}

func (c *caller) resolve(ctx context.Context, platforms []scan.Platform) (*Target, error) {
	r := resolver{caller: c, wanted: platforms, met: map[scan.Platform]bool{}, target: &Target{Image: c.image}}
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

// A resolver collects the manifests of one reference.
type resolver struct {
	*caller
	wanted []scan.Platform
	met    map[scan.Platform]bool // the wanted ones that exist
	target *Target
	others []string // platforms that exist but are not wanted
}

// root returns the manifest of the reference, and waits for one that is missing.
func (r *resolver) root(ctx context.Context) (*manifest, error) {
	id := *imageIdentifier(r.image.Tag, r.image.Digest)
	backoff := awsapi.Backoff{Longest: r.options.PollInterval}
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
			return nil, &Error{Op: "resolving the image", Err: err, Hint: "check that it was pushed to this registry and Region under this name; a replicated image can take longer to arrive"}
		}
		r.State = "image not found"
		r.Tell(r.State)
		if err := r.Pause(ctx, &backoff, end); err != nil {
			return nil, err
		}
	}
}

// resolving wraps an error into an *Error.
func resolving(err error) error {
	var failure *Error
	if errors.As(err, &failure) || errors.Is(err, context.Canceled) {
		return err
	}
	return &Error{Op: "resolving the image", Err: err}
}

// pin records the digest, and the registry if the reference does not name it.
func (r *resolver) pin(root *manifest) error {
	img := &r.target.Image
	if root.registry != "" && img.RegistryID != "" && root.registry != img.RegistryID {
		return &Error{Op: "resolving the image", Err: fmt.Errorf("got a response for registry %q, want %q", root.registry, img.RegistryID)}
	}
	img.Digest, img.Region = root.digest, r.region
	if img.RegistryID == "" {
		img.RegistryID = root.registry
	}
	return nil
}

func (r *resolver) denied(err error) bool {
	var refused *awsapi.APIError
	return errors.As(err, &refused) && refused.Denied() && len(r.wanted) == 0
}

// unresolved continues without permission to read manifests.
func (r *resolver) unresolved() *Target {
	r.target.Image.Region = r.region
	r.target.Manifests = []Manifest{{Digest: r.image.Digest, Unresolved: true}}
	r.note("no permission for ecr:BatchGetImage: the manifest was not read, so an index looks like an image without a scan")
	return r.target
}

// single handles an image that is not an index.
func (r *resolver) single(ctx context.Context, m *manifest) (*Target, error) {
	if why := m.notImage(); why != "" {
		return nil, &Error{Op: "resolving the image", Err: fmt.Errorf("%s is not a container image: %s", r.image, why)}
	}
	r.target.Manifests = []Manifest{{Digest: m.digest, Config: m.config(), Layers: m.layers()}}
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

// missingImage is the error for an image that does not exist, or not yet.
type missingImage struct{ reason string }

func (m *missingImage) Error() string { return m.reason }

// isMissing reports whether an error means that the image does not exist.
func isMissing(err error) bool {
	var missing *missingImage
	return errors.As(err, &missing) || awsapi.CodeOf(err) == "ImageNotFoundException"
}

// IsMissing reports whether an error of Resolve means that the image, or its repository, does not exist.
func IsMissing(err error) bool {
	return isMissing(err) || awsapi.CodeOf(err) == "RepositoryNotFoundException"
}
