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

// FuzzManifest resolves a tag whose manifest is made up: what comes out is pinned, every entry of an
// index is judged or named, and nothing at all to judge is an error.
func FuzzManifest(f *testing.F) {
	for _, text := range []string{
		plainManifest, `{}`, `[]`, `null`, ``,
		`{"mediaType":"` + ociIndex + `","manifests":[{"digest":"sha256:1","platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}`,
		`{"manifests":[{"digest":"sha256:1","platform":{"os":"unknown","architecture":"unknown"}},{"digest":"sha256:2","artifactType":"a"}]}`,
		`{"manifests":[{"digest":"sha256:1"},{"digest":"sha256:1","platform":null},{"digest":""}]}`,
		`{"mediaType":"` + dockerList + `","manifests":null}`,
		`{"config":{"mediaType":"application/vnd.cncf.helm.config.v1+json"}}`,
		`{"artifactType":"x","config":{"mediaType":"application/vnd.oci.image.config.v1+json"},"manifests":[{}]}`,
		`{"manifests":[{"digest":5}]}`, `{"manifests":{}}`, `{"MANIFESTS":[{"digest":"sha256:1","Platform":{"OS":"linux"}}]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := resolve(manifestServer(text))
		if err != nil {
			if target != nil {
				t.Fatalf("target %+v with error %v", target, err)
			}
			return
		}
		if target.Image.Digest != digest || len(target.Manifests) == 0 {
			t.Fatalf("not pinned: %+v", target)
		}
		if target.Index && len(target.Manifests) == 0 {
			t.Fatal("an index without children to judge is accepted")
		}
		var m manifest
		if json.Unmarshal([]byte(text), &m) != nil {
			t.Fatalf("a target was made of something other than JSON: %+v", target)
		}
		for _, d := range m.Manifests {
			if target.Index && !judgedOrNamed(target, lengthen(d.Digest)) {
				t.Fatalf("the entry %q is neither judged nor named", d.Digest)
			}
		}
	})
}

func judgedOrNamed(target *Target, digest string) bool {
	for _, c := range target.Manifests {
		if c.Digest == digest {
			return true
		}
	}
	return strings.Contains(strings.Join(target.Notes, "\n"), digest)
}

// FuzzAnswer lets ECR answer everything with one text: a result is only made of one that says that
// it is a whole, settled scan of the image that was asked for.
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
