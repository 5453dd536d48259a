package ecr

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

const plainManifest = `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:0"}}`

// manifestServer answers BatchGetImage: the text for the tag, a plain image for every digest.
type manifestServer string

func (m manifestServer) RoundTrip(req *http.Request) (*http.Response, error) {
	var body struct {
		ImageIDs []imageID `json:"imageIds"`
	}
	text, _ := io.ReadAll(req.Body)
	_ = json.Unmarshal(text, &body)
	batch := imageBatch{}
	for _, id := range body.ImageIDs {
		manifest := plainManifest
		if id.ImageTag != "" {
			id.ImageDigest, manifest = digest, lengthen(string(m))
		}
		batch.Images = append(batch.Images, batchImage{ImageID: id, ImageManifest: manifest})
	}
	text, _ = json.Marshal(batch)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(text))), Request: req}, nil
}

func resolve(m manifestServer, platforms ...scan.Platform) (*Target, error) {
	return resolveWith(m, platforms...)
}

func resolveWith(m http.RoundTripper, platforms ...scan.Platform) (*Target, error) {
	img := scan.Image{Repository: repo, Tag: "1"}
	return New(m, "us-east-1").Resolve(context.Background(), img, platforms, Options{Deadline: time.Now().Add(time.Minute)})
}

// manifestTexts are what a registry may return as a manifest.
var manifestTexts = []string{
	plainManifest, `{}`, `[]`, `null`, ``,
	`{"mediaType":"` + ociIndex + `","manifests":[{"digest":"sha256:1","platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}`,
	`{"manifests":[{"digest":"sha256:1","platform":{"os":"unknown","architecture":"unknown"}},{"digest":"sha256:2","artifactType":"a"}]}`,
	`{"manifests":[{"digest":"sha256:1"},{"digest":"sha256:1","platform":null},{"digest":""}]}`,
	`{"manifests":[{"digest":"sha256:1"},{"digest":"sha256:1","platform":null}]}`,
	`{"mediaType":"` + dockerList + `","manifests":null}`,
	`{"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"}}`,
	`{"artifactType":"x","config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"manifests":[{}]}`,
	`{"manifests":[{"digest":5}]}`, `{"manifests":{}}`, `{"MANIFESTS":[{"digest":"sha256:1","Platform":{"OS":"linux"}}]}`,
}

// TestManifests resolves a tag to each of them: the result is pinned, every entry of an index is checked or
// named, and an index without anything to check is an error.
func TestManifests(t *testing.T) {
	for _, text := range manifestTexts {
		target, err := resolve(manifestServer(text))
		if err != nil {
			if target != nil {
				t.Errorf("%s: target %+v with error %v", text, target, err)
			}
			continue
		}
		if target.Image.Digest != digest || len(target.Manifests) == 0 {
			t.Errorf("%s: not pinned, or nothing to check: %+v", text, target)
		}
		checkEntries(t, lengthen(text), target)
	}
}

// FuzzManifest does the same with random manifests, without calls, which would mostly test the SDK. Every
// child is an image.
func FuzzManifest(f *testing.F) {
	for _, text := range manifestTexts {
		f.Add(lengthen(text))
	}
	image, err := parseManifest([]byte(plainManifest), "")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseManifest([]byte(text), "")
		if err != nil {
			return
		}
		r := &resolver{caller: &caller{}, target: &Target{Index: m.isIndex()}}
		if !r.target.Index {
			if target, err := r.single(t.Context(), m); err == nil && len(target.Manifests) != 1 {
				t.Fatalf("an image became %+v", target)
			}
			return
		}
		_, entries, err := r.entries(m)
		if err != nil {
			return
		}
		for digest, e := range entries {
			child := *image
			child.digest = digest
			if err := r.child(t.Context(), &child, e, 1); err != nil {
				t.Fatalf("the child %+v: %v", e, err)
			}
		}
		checkEntries(t, text, r.target)
	})
}

// checkEntries checks that a target has every entry of an index.
func checkEntries(t *testing.T, text string, target *Target) {
	t.Helper()
	var m manifest
	if json.Unmarshal([]byte(text), &m) != nil {
		t.Fatalf("a target was made of something other than JSON: %+v", target)
	}
	for _, d := range m.Manifests {
		if target.Index && !checkedOrNamed(target, d.Digest) {
			t.Fatalf("the entry %q is neither checked nor named", d.Digest)
		}
	}
}

func checkedOrNamed(target *Target, digest string) bool {
	for _, c := range target.Manifests {
		if c.Digest == digest {
			return true
		}
	}
	return strings.Contains(strings.Join(target.Notes, "\n"), digest)
}

// FuzzAnswer lets ECR answer every call with one text: only a complete, settled scan of the requested image
// may become a result.
func FuzzAnswer(f *testing.F) {
	for _, p := range []page{
		{status: "COMPLETE", completed: old, basic: []string{"HIGH"}},
		{status: "ACTIVE", completed: old, enhanced: []string{"1:LOW"}, counts: map[string]int{"LOW": 1}},
		{status: "COMPLETE", completed: old, next: "token"},
		{status: "FAILED"}, {status: "PENDING"}, {status: "COMPLETE", digest: other, completed: old},
	} {
		f.Add(p.reply().body)
	}
	f.Add(`{}`)
	f.Add(`{"imageId":{"imageDigest":"` + digest + `"},"imageScanStatus":{"status":"COMPLETE"},"imageScanFindings":null}`)
	f.Fuzz(func(t *testing.T, text string) {
		asked := &stub{response: func(call) reply { return reply{status: 200, body: text} }}
		result, err := New(asked, "us-east-1").Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, Options{Deadline: time.Now()})
		if (err == nil) != (result != nil) {
			t.Fatalf("result %v with error %v", result, err)
		}
		if err != nil {
			return
		}
		p, err := scan.ReadPage([]byte(text))
		if err != nil {
			t.Fatalf("a result was made of what cannot be read: %v", err)
		}
		s := result.Scan
		switch {
		case p.Image.Digest != digest || !p.Status.Ended() || p.Findings == nil:
			t.Fatalf("a result was made of %+v", p)
		case p.NextToken != "" || p.CompletedAt == nil || len(s.Findings) != len(p.Findings) || len(s.Findings) < p.CountsTotal:
			t.Fatalf("a result was made of a part: %+v", p)
		}
	})
}
