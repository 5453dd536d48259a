package ecr

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/ecrgate/ecrgate/scan"
)

// howToSave is the advice for a file that is not an image manifest.
const howToSave = "save it with docker buildx imagetools inspect --raw NAME@DIGEST, with the digest of one platform"

// ParseManifest reads one image manifest from a file, as docker buildx imagetools inspect --raw prints it.
// The digest is the SHA-256 of the text, which is the image's digest if the file has the registry's bytes.
// An index, which has no layers, and anything else that is not the manifest of an image is an error.
func ParseManifest(text []byte) (Manifest, error) {
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return Manifest{}, errors.New("the file is UTF-16 (want UTF-8; in Windows PowerShell, write it with Out-File -Encoding utf8)")
	}
	sum := sha256.Sum256(text)
	m, err := parseManifest(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf")), "")
	switch {
	case err != nil:
		return Manifest{}, fmt.Errorf("the file is not an image manifest: %w (%s)", err, howToSave)
	case m.isIndex():
		return Manifest{}, fmt.Errorf("the file is an index, which has no layers (want the manifest of one platform: %s)", howToSave)
	case m.notImage() != "":
		return Manifest{}, fmt.Errorf("the file is not the manifest of a container image: %s", m.notImage())
	case !m.hasImageConfig():
		return Manifest{}, fmt.Errorf("the file is not an image manifest: it has no config (%s)", howToSave)
	}
	out := Manifest{Digest: "sha256:" + hex.EncodeToString(sum[:]), Config: m.config(), Layers: m.layers()}
	return out, out.CheckLayers()
}

// CheckLayers returns an error if the layers cannot be compared with those of another image: there are none,
// as in a Docker schema 1 manifest, or one has no valid digest.
func (m *Manifest) CheckLayers() error {
	if len(m.Layers) == 0 {
		return errors.New("the manifest has no layers")
	}
	for i, digest := range m.Layers {
		if !scan.IsDigest(digest) {
			return fmt.Errorf("layer %d of the manifest has the digest %q (want sha256: and 64 hexadecimal digits)", i+1, digest)
		}
	}
	return nil
}
