package fakeecr

import (
	"encoding/json"
	"net/http"
	"strings"
)

const (
	dockerManifest = "application/vnd.docker.distribution.manifest.v2+json"
	dockerList     = "application/vnd.docker.distribution.manifest.list.v2+json"
	ociManifest    = "application/vnd.oci.image.manifest.v1+json"
	ociIndex       = "application/vnd.oci.image.index.v1+json"

	dockerConfig = "application/vnd.docker.container.image.v1+json"
	ociConfig    = "application/vnd.oci.image.config.v1+json"
	helmConfig   = "application/vnd.cncf.helm.config.v1+json"
)

func (img *image) isIndex() bool { return img.Kind == "index" || img.Kind == "list" }

func (img *image) mediaType() string {
	switch img.Kind {
	case "", "image":
		return dockerManifest
	case "list":
		return dockerList
	case "index":
		return ociIndex
	}
	return ociManifest
}

func (img *image) configDigest() string { return Digest(img.Name + " config") }

// platform is the image config's part that says what it runs on.
func (img *image) platform() map[string]string {
	os, rest, _ := strings.Cut(or(img.Platform, "linux/amd64"), "/")
	arch, variant, _ := strings.Cut(rest, "/")
	p := map[string]string{"os": os, "architecture": arch}
	if variant != "" {
		p["variant"] = variant
	}
	return p
}

// manifest is the image's manifest or index.
// https://github.com/opencontainers/image-spec/blob/main/manifest.md
func (r *Registry) manifest(img *image) map[string]any {
	m := map[string]any{"schemaVersion": 2, "mediaType": img.mediaType()}
	if img.isIndex() {
		entries := []any{}
		for _, name := range img.Children {
			entries = append(entries, r.entry(r.byName[name]))
		}
		m["manifests"] = entries
		return m
	}
	config := map[string]any{"mediaType": dockerConfig, "size": 100, "digest": img.configDigest()}
	switch img.Kind {
	case "helm":
		config["mediaType"] = helmConfig
	case "artifact":
		m["artifactType"] = "application/vnd.example.sbom"
		config["mediaType"] = "application/vnd.oci.empty.v1+json"
	case "attestation", "signature", "oci-image", "annotated":
		config["mediaType"] = ociConfig
	}
	layers := []any{}
	for _, name := range img.Layers {
		layers = append(layers, map[string]any{"mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": 100, "digest": Digest(name)})
	}
	m["config"], m["layers"] = config, layers
	return m
}

// entry is an index's line for a child. An attestation of BuildKit has the platform
// unknown/unknown; an artifact has its type there.
func (r *Registry) entry(child *image) map[string]any {
	e := map[string]any{"mediaType": child.mediaType(), "digest": child.Digest, "size": 100}
	switch child.Kind {
	case "attestation":
		e["platform"] = map[string]string{"os": "unknown", "architecture": "unknown"}
		e["annotations"] = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
	case "annotated": // an image that calls itself an attestation, and says so in an annotation alone
		e["annotations"] = map[string]string{"vnd.docker.reference.type": "attestation-manifest"}
		e["platform"] = child.platform()
	case "artifact":
		e["artifactType"] = "application/vnd.example.sbom"
	case "helm", "index", "list":
	default:
		e["platform"] = child.platform()
	}
	return e
}

// batchGetImage answers BatchGetImage; what is not there comes as a failure, with HTTP 200.
func (r *Registry) batchGetImage(w http.ResponseWriter, call Request) {
	images, failures := []any{}, []any{}
	for _, id := range call.ids {
		img := r.find(call.Repository, id, call.At)
		if code, reason := img.missing(); code != "" {
			failures = append(failures, map[string]any{"imageId": id, "failureCode": code, "failureReason": reason})
			continue
		}
		images = append(images, map[string]any{
			"registryId": r.script.Account, "repositoryName": img.Repository, "imageId": imageID{Digest: img.Digest, Tag: id.Tag},
			"imageManifest": r.manifestText(img), "imageManifestMediaType": img.mediaType(),
		})
	}
	reply(w, map[string]any{"images": images, "failures": failures})
}

// missing says why the manifest cannot be had; empty when it can.
func (img *image) missing() (code, reason string) {
	switch {
	case img == nil:
		return "ImageNotFound", "Requested image not found"
	case img.Failure != "":
		return img.Failure, "as the script says"
	}
	return "", ""
}

func (r *Registry) manifestText(img *image) string {
	if img.Manifest != "" {
		return img.Manifest
	}
	text, err := json.Marshal(r.manifest(img))
	if err != nil {
		panic(err) // it is made of texts and numbers
	}
	return string(text)
}
