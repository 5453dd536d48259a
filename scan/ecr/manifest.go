package ecr

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecrgate/ecrgate/scan"
)

const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"
)

// acceptedMediaTypes are all four that an image can have: without the index types a request by tag
// may be answered with one platform's manifest.
var acceptedMediaTypes = []string{dockerManifest, dockerList, ociManifest, ociIndex}

// imageConfigs are the config types of container images; a manifest with another one is an artifact.
var imageConfigs = []string{
	"application/vnd.docker.container.image.v1+json",
	"application/vnd.oci.image.config.v1+json",
}

// imageBatch is the answer of BatchGetImage. Problems of single images come in failures, with HTTP
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

// passingFailure is an error when an upstream registry was busy: the call may succeed next time.
func (b *imageBatch) passingFailure() error {
	for _, f := range b.Failures {
		if f.FailureCode == "UpstreamTooManyRequests" || f.FailureCode == "UpstreamUnavailable" {
			return fmt.Errorf("%s: %s", f.FailureCode, f.FailureReason)
		}
	}
	return nil
}

// find gives the manifest of an id that was asked for. An image that is not there is a
// *missingImage. An answer that leaves out what it is about is taken when it is the only one.
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
	return nil, errors.New("the answer to BatchGetImage holds neither the image nor a failure")
}

// answers reports whether this is the id that was asked for, of so many in the answer.
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

// A manifest is an image manifest or an index; which one, its members tell.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md
type manifest struct {
	digest   string
	registry string
	unseen   bool // only the digest is known

	MediaType    string       `json:"mediaType"`
	ArtifactType string       `json:"artifactType"`
	Config       *descriptor  `json:"config"`
	Manifests    []descriptor `json:"manifests"`
	// Layers are only looked at to see whether there are any beside Manifests.
	Layers []json.RawMessage `json:"layers"`
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

// parseManifest reads a manifest, which need not say its own media type.
func parseManifest(text []byte, mediaType string) (*manifest, error) {
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return nil, errors.New("it is not the JSON of a manifest")
	}
	m.MediaType = cmp.Or(m.MediaType, mediaType)
	if err := m.unambiguous(text); err != nil {
		return nil, err
	}
	return &m, nil
}

func (m *manifest) isIndex() bool {
	return m.MediaType == dockerList || m.MediaType == ociIndex || m.Config == nil && m.Manifests != nil
}

// hasImageConfig reports whether the config is that of a container image.
func (m *manifest) hasImageConfig() bool {
	return m.Config != nil && slices.Contains(imageConfigs, m.Config.MediaType)
}

// noImage says why the manifest cannot be scanned; empty when it can.
func (m *manifest) noImage() string {
	switch {
	case m.ArtifactType != "":
		return "artifact of type " + m.ArtifactType
	case m.Config != nil && !slices.Contains(imageConfigs, m.Config.MediaType):
		return "artifact with config " + m.Config.MediaType
	}
	return ""
}

// noImage says why an entry of an index need not be looked at; empty when it must. An annotation
// alone is no reason: anybody can write one. Nor is an artifact type beside a platform: whoever pulls
// for that platform gets what the entry names, and its manifest tells whether that is an image.
func (d *descriptor) noImage() string {
	switch p := d.Platform; {
	case p != nil && p.OS == "unknown" && p.Architecture == "unknown":
		return "platform unknown/unknown (an attestation or another artifact)"
	case d.ArtifactType != "" && p.platform() == scan.Platform{}:
		return "artifact of type " + d.ArtifactType
	}
	return ""
}

// platformOf finds the platform of an image on its own, which its manifest does not tell: it stands
// in the image config, a blob that is downloaded for it.
func (r *resolver) platformOf(ctx context.Context, m *manifest) (scan.Platform, error) {
	if m.Config == nil {
		return scan.Platform{}, &Failure{Doing: "finding the platform", Err: fmt.Errorf("%s has no config that tells it", r.image), Advice: "leave the input platform out for an image that is no index"}
	}
	if m.Config.Platform != nil {
		return m.Config.Platform.platform(), nil
	}
	text, err := r.blob(ctx, m.Config.Digest)
	if err != nil {
		return scan.Platform{}, &Failure{Doing: "finding the platform of an image that is no index", Err: err, Advice: "allow ecr:GetDownloadUrlForLayer on the repository, or leave the input platform out"}
	}
	var config wirePlatform
	if err := json.Unmarshal(text, &config); err != nil || config.OS == "" {
		return scan.Platform{}, &Failure{Doing: "finding the platform", Err: fmt.Errorf("the config of %s does not tell it", r.image), Advice: "leave the input platform out for an image that is no index"}
	}
	return config.platform(), nil
}
