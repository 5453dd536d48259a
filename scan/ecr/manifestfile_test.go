package ecr

import (
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

func layerDigest(c string) string { return "sha256:" + strings.Repeat(c, 64) }

func manifestText(mediaType, layerType string, layers ...string) string {
	var list []string
	for _, digest := range layers {
		list = append(list, `{"mediaType":"`+layerType+`","size":7,"digest":"`+digest+`"}`)
	}
	return `{"schemaVersion":2,"mediaType":"` + mediaType + `","config":{"mediaType":"` + imageConfigs[0] + `","size":7,"digest":"` + layerDigest("c") + `"},"layers":[` + strings.Join(list, ",") + `]}`
}

func TestAManifestFileHasTheLayersOfAnImage(t *testing.T) {
	a, b := layerDigest("a"), layerDigest("b")
	const gzip, zstd = "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.oci.image.layer.v1.tar+zstd"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"Docker schema 2":        {manifestText(dockerManifest, gzip, a, b), []string{a, b}},
		"OCI":                    {strings.Replace(manifestText(ociManifest, zstd, a), imageConfigs[0], imageConfigs[1], 1), []string{a}},
		"the same layer twice":   {manifestText(dockerManifest, gzip, a, b, b), []string{a, b, b}},
		"a foreign layer":        {manifestText(dockerManifest, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", a, b), []string{a, b}},
		"without its media type": {strings.Replace(manifestText(dockerManifest, gzip, a), `"mediaType":"`+dockerManifest+`",`, "", 1), []string{a}},
		"white space around":     {"\xef\xbb\xbf\r\n" + manifestText(dockerManifest, gzip, a) + "\r\n", []string{a}},
	} {
		m, err := ParseManifest([]byte(c.text))
		if err != nil || !slices.Equal(m.Layers, c.want) || !scan.IsDigest(m.Digest) || m.Unresolved {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

func TestWhatIsNotAnImageManifestIsAnError(t *testing.T) {
	const gzip = "application/vnd.docker.image.rootfs.diff.tar.gzip"
	a := layerDigest("a")
	good := manifestText(dockerManifest, gzip, a)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                  {"", "it is not the expected JSON"},
		"cut":                      {good[:len(good)-20], "it is not the expected JSON"},
		"two manifests":            {good + good, "it is not the expected JSON"},
		"a list of them":           {"[" + good + "]", "it is not the expected JSON"},
		"null":                     {"null", "it has no config"},
		"an empty object":          {"{}", "it has no config"},
		"a saved response":         {`{"imageScanStatus":{"status":"COMPLETE"}}`, "it has no config"},
		"UTF-16":                   {"\xff\xfe{\x00}\x00", "UTF-16"},
		"an index":                 {`{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[{"digest":"` + a + `"}]}`, "the file is an index, which has no layers (want the manifest of one platform: save it with docker buildx imagetools inspect --raw NAME@DIGEST"},
		"an index by its key":      {`{"schemaVersion":2,"manifests":[]}`, "the file is an index"},
		"a manifest list":          {`{"mediaType":"` + dockerList + `","manifests":[]}`, "the file is an index"},
		"index and image":          {strings.Replace(good, `"layers"`, `"manifests":[],"layers"`, 1), "both an index and an image"},
		"Docker schema 1":          {`{"schemaVersion":1,"name":"node","tag":"20","architecture":"amd64","fsLayers":[{"blobSum":"` + a + `"}],"history":[{"v1Compatibility":"{}"}]}`, "it has no config"},
		"a chart":                  {strings.Replace(good, imageConfigs[0], "application/vnd.cncf.helm.config.v1+json", 1), "not the manifest of a container image: artifact with config application/vnd.cncf.helm.config.v1+json"},
		"an SBOM":                  {strings.Replace(good, `"config"`, `"artifactType":"application/spdx+json","config"`, 1), "artifact of type application/spdx+json"},
		"no layers":                {manifestText(dockerManifest, gzip), "the manifest has no layers"},
		"a layer without a digest": {manifestText(dockerManifest, gzip, a, ""), `layer 2 of the manifest has the digest ""`},
		"a short digest":           {manifestText(dockerManifest, gzip, "sha256:ab"), `layer 1 of the manifest has the digest "sha256:ab"`},
		"a duplicate key":          {strings.Replace(good, `"layers"`, `"Layers":[],"layers"`, 1), `duplicate key`},
	} {
		m, err := ParseManifest([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %+v, %v (want %q)", name, m, err, c.want)
		}
	}
}

// FuzzParseManifest checks that every accepted image has layers with valid digests.
func FuzzParseManifest(f *testing.F) {
	f.Add(manifestText(dockerManifest, "application/vnd.docker.image.rootfs.diff.tar.gzip", layerDigest("a"), layerDigest("b")))
	f.Add(`{"manifests":[]}`)
	f.Add(`{"config":{"mediaType":"` + imageConfigs[0] + `"},"layers":[null]}`)
	f.Fuzz(func(t *testing.T, text string) {
		m, err := ParseManifest([]byte(text))
		if err == nil && m.CheckLayers() != nil {
			t.Errorf("%q is read as %+v", text, m)
		}
	})
}
