package ecr

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// badDigests look like digests but are invalid: a digest is sha256: and 64 lower-case hexadecimal digits.
var badDigests = map[string]string{
	"upper case":        "sha256:" + strings.Repeat("A", 64),
	"another algorithm": "sha512:" + strings.Repeat("a", 128),
	"a digit too many":  digest + "a",
	"not hexadecimal":   "sha256:" + strings.Repeat("a", 63) + "_",
	"a line break":      digest + "\n",
}

func TestAPageWithABadDigestPinsNothing(t *testing.T) {
	for name, bad := range badDigests {
		t.Run(name, func(t *testing.T) {
			tr := tryImage(t, scan.Image{Repository: repo, Tag: "1"}, Options{Unresolved: true}, time.Hour, func(call) reply {
				return page{digest: bad, status: "COMPLETE", completed: old, basic: []string{"LOW"}}.reply()
			})
			tr.fails(t, "a page has the image digest", 0, time.Minute)
		})
	}
}

func TestAManifestWithABadDigestIsNotAnAnswer(t *testing.T) {
	for name, bad := range badDigests {
		batch, err := json.Marshal(imageBatch{Images: []batchImage{{ImageID: imageID{bad, "1"}, ImageManifest: plainManifest}}})
		if err != nil {
			t.Fatal(err)
		}
		target, err := resolveWith(&stub{response: func(call) reply { return reply{status: 200, body: string(batch)} }})
		if err == nil || !strings.Contains(err.Error(), "has the image digest") {
			t.Errorf("%s: %+v, %v", name, target, err)
		}
	}
}

func TestAnIndexWithABadDigestIsAnError(t *testing.T) {
	for name, bad := range badDigests {
		target, err := resolve(indexOf("sha256:a=linux/amd64", bad+"=linux/arm64"))
		if err == nil || !strings.Contains(err.Error(), "has an entry with the digest") {
			t.Errorf("%s: %+v, %v", name, target, err)
		}
	}
}
