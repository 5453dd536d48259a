package vex

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// A Target is the scanned image, with the names by which statements may refer to it.
type Target struct {
	// Image is the manifest that was scanned. An empty RegistryID matches no repository_url; an empty
	// Region, as in a saved response, matches every one.
	Image scan.Image
	// Index is the digest of the index that contains the manifest, empty outside one. A statement about the
	// index applies to its children.
	Index string
	// Platform is zero if it is not known; then no product with arch matches.
	Platform scan.Platform
}

// A component identifies a product or a package in a statement.
type component struct {
	name   string // as in the document
	purls  []purl
	digest string // from the hash sha-256, with the prefix sha256:
	hashed bool   // it has hashes, of any kind
}

// A product is an image, or if it has parts, some packages in it.
type product struct {
	component
	parts []component
}

// mismatch returns why the product is not the target; empty if it is. Every attribute of the product must
// match, and it must name a digest or a repository.
func (p *product) mismatch(t *Target) string {
	if p.hashed && p.digest == "" {
		return "the product has hashes, but not sha-256, which is the digest of an image"
	}
	named := p.digest != ""
	if named && !t.hasDigest(p.digest) {
		return t.otherDigest(p.digest)
	}
	for i := range p.purls {
		q := &p.purls[i]
		if why := q.unlike(t); why != "" {
			return why
		}
		named = named || q.version != "" || q.qualifiers["repository_url"] != ""
	}
	switch {
	case !named && len(p.purls) == 0:
		return fmt.Sprintf("product %s is not a package URL of an image (want pkg:oci/NAME@sha256:… or ?repository_url=HOST/PATH)", p.name)
	case !named:
		return fmt.Sprintf("product %s matches every image with that name (add @sha256:… or ?repository_url=HOST/PATH)", p.name)
	}
	return ""
}

func (t *Target) hasDigest(digest string) bool {
	return digest == t.Image.Digest || digest == t.Index
}

func (t *Target) otherDigest(digest string) string {
	have := t.Image.Digest
	if have == "" {
		have = "unknown"
	}
	return fmt.Sprintf("it is about digest %s; the image's is %s", digest, have)
}

// unlike returns why a purl is not the target; empty if nothing in it differs.
func (p *purl) unlike(t *Target) string {
	switch {
	case p.kind != "oci" || p.namespace != "" || p.subpath != "":
		return fmt.Sprintf("product pkg:%s/%s is not an image (want pkg:oci/NAME)", p.kind, path.Join(p.namespace, p.name))
	case p.version != "" && !t.hasDigest(strings.ToLower(p.version)):
		return t.otherDigest(p.version)
	}
	for key := range p.qualifiers {
		if !slices.Contains([]string{"repository_url", "arch", "tag"}, key) {
			return fmt.Sprintf("the product's qualifier %s cannot be compared with an image", key)
		}
	}
	if arch := p.qualifiers["arch"]; arch != "" && normalArch(arch) != normalArch(t.Platform.Arch) {
		return fmt.Sprintf("it is about architecture %s; the image's is %s", arch, orUnknown(t.Platform.Arch))
	}
	// Beside a digest the tag is only a label, as in our references.
	if tag := p.qualifiers["tag"]; p.version == "" && tag != "" && tag != t.Image.Tag {
		return fmt.Sprintf("it is about tag %s; the image's is %s", tag, orUnknown(t.Image.Tag))
	}
	return p.otherRepository(t)
}

// anyDigest turns a repository into a reference, for the parser of registry hosts.
var anyDigest = "@sha256:" + strings.Repeat("0", 64)

// otherRepository returns why repository_url is not the target's repository; empty if it is, or is not set.
// Account and repository must agree, and the region where it is known: the hosts for FIPS and dual-stack are
// the same registry.
func (p *purl) otherRepository(t *Target) string {
	at := p.qualifiers["repository_url"]
	if at == "" {
		return ""
	}
	img, err := scan.ParseImage(at + anyDigest)
	switch {
	case err != nil || img.RegistryID == "" || img.Tag != "":
		return fmt.Sprintf("repository_url %s is not an Amazon ECR repository (want HOST/PATH, without scheme and tag)", at)
	case !strings.EqualFold(p.name, path.Base(img.Repository)):
		return fmt.Sprintf("the product's name %s is not the end of its repository_url %s", p.name, at)
	case img.Repository != t.Image.Repository:
		return fmt.Sprintf("it is about repository %s; the image's is %s", img.Repository, orUnknown(t.Image.Repository))
	case img.RegistryID != t.Image.RegistryID:
		return fmt.Sprintf("it is about account %s; the image's is %s", img.RegistryID, orUnknown(t.Image.RegistryID))
	case t.Image.Region != "" && img.Region != t.Image.Region:
		return fmt.Sprintf("it is about region %s; the image's is %s", img.Region, t.Image.Region)
	}
	return ""
}

func orUnknown(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// architectures are the names that package managers and registries have for the same processor.
var architectures = map[string]string{
	"x86_64": "amd64", "aarch64": "arm64", "noarch": "all", "i386": "386", "i686": "386", "x86": "386",
	"armhf": "arm", "armv7": "arm", "ppc64el": "ppc64le",
}

func normalArch(arch string) string {
	arch = strings.ToLower(arch)
	if other, ok := architectures[arch]; ok {
		return other
	}
	return arch
}
