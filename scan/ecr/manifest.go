package ecr

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
)

// acceptedMediaTypes are the four media types of images: without the index types, a request by tag may return
// one platform's manifest.
var acceptedMediaTypes = []string{dockerManifest, dockerList, ociManifest, ociIndex}

// imageConfigs are the config types of container images; a manifest with another one is an artifact.
var imageConfigs = []string{
	"application/vnd.docker.container.image.v1+json",
	"application/vnd.oci.image.config.v1+json",
}

// imageBatch is the response of BatchGetImage. Problems of single images come in failures, with HTTP
// 200. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
type imageBatch struct {
	Images   []batchImage   `json:"images"`
	Failures []batchFailure `json:"failures"`
}

type imageID struct {
	ImageDigest string `json:"imageDigest"`
	ImageTag    string `json:"imageTag"`
}

type batchImage struct {
	RegistryID             string  `json:"registryId"`
	ImageID                imageID `json:"imageId"`
	ImageManifest          string  `json:"imageManifest"`
	ImageManifestMediaType string  `json:"imageManifestMediaType"`
}

type batchFailure struct {
	ImageID       imageID `json:"imageId"`
	FailureCode   string  `json:"failureCode"`
	FailureReason string  `json:"failureReason"`
}

// transientFailure returns an error if an upstream registry was busy: the next call may succeed.
func (b *imageBatch) transientFailure() error {
	for _, f := range b.Failures {
		if f.FailureCode == "UpstreamTooManyRequests" || f.FailureCode == "UpstreamUnavailable" {
			return fmt.Errorf("%s: %s", f.FailureCode, f.FailureReason)
		}
	}
	return nil
}

// find returns the manifest of a requested id. A missing image is a *missingImage. An element that does
// not name its id is accepted if it is the only one.
func (b *imageBatch) find(asked types.ImageIdentifier) (*manifest, error) {
	for _, f := range b.Failures {
		if f.ImageID.answers(asked, len(b.Failures)) {
			return nil, f.err()
		}
	}
	for _, img := range b.Images {
		if img.ImageID.answers(asked, len(b.Images)) {
			return b.manifest(img)
		}
	}
	return nil, errors.New("the response to BatchGetImage has neither the image nor a failure")
}

// answers reports whether this is the requested id, given the number of elements in the response.
func (id imageID) answers(asked types.ImageIdentifier, many int) bool {
	if digest := aws.ToString(asked.ImageDigest); digest != "" {
		return id.ImageDigest == digest
	}
	return id.ImageTag == aws.ToString(asked.ImageTag) || id.ImageTag == "" && many == 1
}

func (f *batchFailure) err() error {
	reason := strings.TrimSuffix(f.FailureCode+": "+f.FailureReason, ": ")
	if f.FailureCode == "ImageNotFound" {
		return &missingImage{reason}
	}
	return errors.New(reason)
}

func (b *imageBatch) manifest(img batchImage) (*manifest, error) {
	m, err := parseManifest([]byte(img.ImageManifest), img.ImageManifestMediaType)
	if err != nil {
		return nil, fmt.Errorf("the manifest %s cannot be read: %w", img.ImageID.ImageDigest, err)
	}
	if !scan.IsDigest(img.ImageID.ImageDigest) {
		return nil, fmt.Errorf("the response to BatchGetImage has the image digest %q (want sha256: and 64 hexadecimal digits)", img.ImageID.ImageDigest)
	}
	m.digest, m.registry = img.ImageID.ImageDigest, img.RegistryID
	return m, nil
}

// A manifest is an image manifest or an index, depending on its fields.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md
type manifest struct {
	digest   string
	registry string
	unseen   bool // only the digest is known

	MediaType    string       `json:"mediaType"`
	ArtifactType string       `json:"artifactType"`
	Config       *descriptor  `json:"config"`
	Manifests    []descriptor `json:"manifests"`
	Layers       []descriptor `json:"layers"`
}

type descriptor struct {
	MediaType    string        `json:"mediaType"`
	Digest       string        `json:"digest"`
	ArtifactType string        `json:"artifactType"`
	Platform     *wirePlatform `json:"platform"`
}

type wirePlatform struct {
	OS           string `json:"os"`
	Architecture string `json:"architecture"`
	Variant      string `json:"variant"`
}

func (p *wirePlatform) platform() scan.Platform {
	if p == nil {
		return scan.Platform{}
	}
	return scan.Platform{OS: p.OS, Arch: p.Architecture, Variant: p.Variant}
}

// parseManifest decodes a manifest, which may omit its own media type. Tools differ in which of two duplicate
// keys they use, and in whether case matters, so a duplicate key in any case is an error.
func parseManifest(text []byte, mediaType string) (*manifest, error) {
	var m manifest
	if err := awsapi.Decode(text, &m); err != nil {
		return nil, err
	}
	m.MediaType = cmp.Or(m.MediaType, mediaType)
	if (m.isIndex() || m.Manifests != nil) && (m.Config != nil || m.Layers != nil) {
		// https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
		return nil, errors.New("it is both an index and an image: it lists manifests or has the media type of an index, and has a config or layers")
	}
	return &m, nil
}

func (m *manifest) isIndex() bool {
	return m.MediaType == dockerList || m.MediaType == ociIndex || m.Config == nil && m.Manifests != nil
}

// config returns the digest of the image config; empty if there is none.
func (m *manifest) config() string {
	if m.Config == nil {
		return ""
	}
	return m.Config.Digest
}

// layers returns the digests of the image's layers, from the bottom up.
func (m *manifest) layers() []string {
	var digests []string
	for _, l := range m.Layers {
		digests = append(digests, l.Digest)
	}
	return digests
}

// hasImageConfig reports whether the config is that of a container image.
func (m *manifest) hasImageConfig() bool {
	return m.Config != nil && slices.Contains(imageConfigs, m.Config.MediaType)
}

// notImage returns why the manifest is not that of a container image and so cannot be scanned; empty if it
// is.
func (m *manifest) notImage() string {
	switch {
	case m.ArtifactType != "":
		return "artifact of type " + m.ArtifactType
	case m.Config != nil && !slices.Contains(imageConfigs, m.Config.MediaType):
		return "artifact with config " + m.Config.MediaType
	}
	return ""
}

// platformOf returns the platform of a single image from its config, a blob that it downloads.
func (r *resolver) platformOf(ctx context.Context, m *manifest) (scan.Platform, error) {
	if m.Config == nil {
		return scan.Platform{}, &Error{Op: "finding the platform", Err: fmt.Errorf("%s has no config to read it from", r.image), Hint: "drop the input platform for an image that is not an index"}
	}
	if m.Config.Platform != nil {
		return m.Config.Platform.platform(), nil
	}
	text, err := r.blob(ctx, m.Config.Digest)
	if err != nil {
		return scan.Platform{}, &Error{Op: "finding the platform of an image that is not an index", Err: err, Hint: "allow ecr:GetDownloadUrlForLayer on the repository, or drop the input platform"}
	}
	var config wirePlatform
	if err := awsapi.Decode(text, &config); err != nil || config.OS == "" {
		return scan.Platform{}, &Error{Op: "finding the platform", Err: fmt.Errorf("the config of %s does not have it", r.image), Hint: "drop the input platform for an image that is not an index"}
	}
	return config.platform(), nil
}

// maxConfig is the largest image config in bytes; registries have a lower limit.
const maxConfig = 8 << 20

// blob downloads a small blob from the signed address that ECR returns.
func (r *resolver) blob(ctx context.Context, digest string) ([]byte, error) {
	input := &ecr.GetDownloadUrlForLayerInput{RepositoryName: &r.image.Repository, LayerDigest: &digest, RegistryId: optional(r.image.RegistryID)}
	var location struct {
		DownloadURL string `json:"downloadUrl"`
	}
	_, err := r.call(ctx, "GetDownloadUrlForLayer", func(ctx context.Context, api *ecr.Client, raw func(*ecr.Options)) error {
		_, err := api.GetDownloadUrlForLayer(ctx, input, raw)
		return err
	}, func(a *awsapi.Response) error { return awsapi.Decode(a.Body, &location) })
	if err != nil {
		return nil, err
	}
	return r.download(ctx, location.DownloadURL)
}

func (r *resolver) download(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithDeadline(ctx, r.CallDeadline())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, errors.New("the download address of the image config is not a URL")
	}
	resp, err := r.Download().Do(req)
	if err != nil {
		return nil, fmt.Errorf("downloading the image config: %w", awsapi.Deepest(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("downloading the image config: HTTP %d", resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxConfig))
}
