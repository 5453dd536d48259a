package ecr

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

// indexOf returns an index with an entry per word: DIGEST=os/arch[/variant], or only DIGEST.
func indexOf(entries ...string) manifestServer {
	m := map[string]any{"mediaType": ociIndex}
	list := []any{}
	for _, e := range entries {
		digest, platform, _ := strings.Cut(e, "=")
		entry := map[string]any{"digest": digest}
		if parts := strings.Split(platform, "/"); len(parts) > 1 {
			entry["platform"] = map[string]string{"os": parts[0], "architecture": parts[1], "variant": strings.Join(parts[2:], "/")}
		}
		list = append(list, entry)
	}
	m["manifests"] = list
	text, _ := json.Marshal(m)
	return manifestServer(text)
}

func children(t *Target) string {
	if !t.Index {
		return ""
	}
	var list []string
	for _, c := range t.Manifests {
		list = append(list, shorten(c.Digest)+"="+c.Platform.String())
	}
	return strings.Join(list, " ")
}

func TestTheChildrenThatAreChecked(t *testing.T) {
	index := indexOf("sha256:a=linux/amd64", "sha256:b=linux/arm/v6", "sha256:c=linux/arm/v7", "sha256:d=linux/arm64/v8", "sha256:e=windows/amd64", "sha256:f=windows/amd64", "sha256:h=unknown/unknown")
	for wanted, want := range map[string]string{
		"":                          "sha256:a=linux/amd64 sha256:b=linux/arm/v6 sha256:c=linux/arm/v7 sha256:d=linux/arm64/v8 sha256:e=windows/amd64 sha256:f=windows/amd64",
		"linux/amd64":               "sha256:a=linux/amd64",
		"Linux/x86_64":              "sha256:a=linux/amd64",
		"linux/arm":                 "sha256:b=linux/arm/v6 sha256:c=linux/arm/v7",
		"linux/arm/v7":              "sha256:c=linux/arm/v7",
		"linux/armhf":               "sha256:c=linux/arm/v7",
		"linux/arm64":               "sha256:d=linux/arm64/v8",
		"windows/amd64 linux/amd64": "sha256:a=linux/amd64 sha256:e=windows/amd64 sha256:f=windows/amd64",
	} {
		var platforms []scan.Platform
		for _, text := range strings.Fields(wanted) {
			p, err := scan.ParsePlatform(text)
			if err != nil {
				t.Fatal(err)
			}
			platforms = append(platforms, p)
		}
		target, err := resolve(index, platforms...)
		if err != nil || children(target) != want {
			t.Fatalf("platform %q: %v %v, want %s", wanted, target, err, want)
		}
		if partial := len(target.Unwanted) > 0; partial != (wanted != "") {
			t.Errorf("platform %q: partial %t", wanted, partial)
		}
		if notes := shorten(strings.Join(target.Notes, "\n")); !strings.Contains(notes, "skipped sha256:h") {
			t.Errorf("platform %q: notes %s", wanted, notes)
		}
	}
	for _, wanted := range []scan.Platform{{OS: "linux", Arch: "arm64", Variant: "v9"}, {OS: "unknown", Arch: "unknown"}, {OS: "linux", Arch: "s390x"}} {
		if target, err := resolve(index, wanted); err == nil {
			t.Errorf("%s: %v", wanted, children(target))
		}
	}
}

// Container runtimes match all of these entries to the wanted platform, so they are checked.
func TestSpellingsOfAPlatformAreOnePlatform(t *testing.T) {
	for _, c := range []struct{ wanted, entry string }{
		{"linux/amd64", "linux/x86_64"}, {"linux/amd64", "Linux/amd64"}, {"linux/amd64", "linux/AMD64"}, {"linux/amd64", "/amd64"},
		{"linux/amd64", "linux/amd64/v1"}, {"linux/arm64", "linux/aarch64"}, {"linux/arm64/v8", "linux/arm64"}, {"linux/arm/v7", "linux/arm"},
		{"linux/arm/v7", "linux/armhf"}, {"linux/arm/v6", "linux/armel"}, {"linux/386", "linux/i386"}, {"darwin/arm64", "macos/arm64"},
	} {
		p, err := scan.ParsePlatform(c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		target, err := resolve(indexOf("sha256:1="+c.entry, "sha256:2=plan9/mips"), p)
		if err != nil || len(target.Manifests) != 1 || shorten(target.Manifests[0].Digest) != "sha256:1" {
			t.Errorf("platform %s with an entry %s: %+v, %v", c.wanted, c.entry, target, err)
		}
	}
}

// batchOf answers BatchGetImage with the index for the tag, and with these manifests for digests.
func batchOf(index string, manifests map[string]string) *stub {
	return &stub{response: func(c call) reply {
		batch := imageBatch{}
		if len(c.digests) == 0 {
			batch.Images = []batchImage{{ImageID: imageID{ImageDigest: digest}, ImageManifest: index}}
		}
		for _, d := range c.digests {
			if manifests[d] == "" {
				batch.Failures = append(batch.Failures, batchFailure{ImageID: imageID{ImageDigest: d}, FailureCode: "ImageNotFound", FailureReason: "gone"})
				continue
			}
			batch.Images = append(batch.Images, batchImage{ImageID: imageID{ImageDigest: d}, ImageManifest: manifests[d]})
		}
		text, _ := json.Marshal(batch)
		return reply{status: 200, body: string(text)}
	}}
}

func TestAMissingManifestThatMayHoldTheWantedPlatformIsAnError(t *testing.T) {
	amd64 := scan.Platform{OS: "linux", Arch: "amd64"}
	entry := func(mediaType, platform string) string {
		return `{"manifests":[{"digest":"sha256:1","platform":{"os":"linux","architecture":"amd64"}},{"digest":"sha256:2","mediaType":"` + mediaType + `"` + platform + `}]}`
	}
	const arm = `,"platform":{"os":"linux","architecture":"arm64"}`
	there := map[string]string{"sha256:1": plainManifest}
	for name, index := range map[string]string{
		"an index":                     entry(ociIndex, ""),
		"an index with a platform":     entry(ociIndex, arm),
		"an image without a platform":  entry(ociManifest, ""),
		"an entry without media type":  entry("", arm),
		"an image without its machine": entry(ociManifest, `,"platform":{"os":"linux"}`),
	} {
		if target, err := resolveWith(batchOf(index, there), amd64); err == nil || !strings.Contains(err.Error(), "may be for platform linux/amd64") {
			t.Errorf("%s: %+v, %v", name, target, err)
		}
	}
	target, err := resolveWith(batchOf(entry(ociManifest, arm), there), amd64)
	if err != nil || children(target) != "sha256:1=linux/amd64" {
		t.Errorf("an image for another platform: %+v, %v", target, err)
	}
}

func TestAnArtifactTypeOfTheManifestHidesNoImage(t *testing.T) {
	const index = `{"manifests":[{"digest":"sha256:1","platform":{"os":"linux","architecture":"amd64"}},{"digest":"sha256:2","platform":{"os":"linux","architecture":"arm64"}},{"digest":"sha256:3","platform":{"os":"linux","architecture":"arm"}}]}`
	target, err := resolveWith(batchOf(index, map[string]string{
		"sha256:1": plainManifest,
		"sha256:2": `{"artifactType":"application/spdx","config":{"mediaType":"` + imageConfigs[1] + `"}}`,
		"sha256:3": `{"artifactType":"application/spdx","config":{"mediaType":"application/vnd.oci.empty.v1+json"}}`,
	}))
	if err != nil || children(target) != "sha256:1=linux/amd64 sha256:2=linux/arm64" {
		t.Errorf("%+v, %v", target, err)
	}
}

func TestAChildOfTwoPlatformsIsJudgedOnce(t *testing.T) {
	index := indexOf("sha256:a=linux/amd64", "sha256:a=linux/arm64", "sha256:a=linux/amd64")
	for _, c := range []struct{ wanted, want string }{{"linux/arm64", "sha256:a=linux/arm64"}, {"linux/amd64", "sha256:a=linux/amd64"}} {
		p, _ := scan.ParsePlatform(c.wanted)
		target, err := resolve(index, p)
		if err != nil || children(target) != c.want {
			t.Errorf("%s: %v, %v", c.wanted, target, err)
		}
	}
}

func TestAnIndexOfMoreThanAHundredChildren(t *testing.T) {
	var entries []string
	for i := range 250 {
		entries = append(entries, fmt.Sprintf("sha256:%d=linux/amd64", i))
	}
	target, err := resolve(indexOf(entries...))
	if err != nil || len(target.Manifests) != 250 {
		t.Fatalf("%v, %v", target, err)
	}
	if got := children(target); got != strings.Join(entries, " ") {
		t.Errorf("the order of the children is %s", got)
	}
}

func TestABatchHoldsAtMostAHundredImages(t *testing.T) {
	var entries []string
	for i := range 101 {
		entries = append(entries, fmt.Sprintf("sha256:%d", i))
	}
	limited := &stub{response: func(c call) reply {
		if len(c.digests) > 100 {
			return refuse("InvalidParameterException", "imageIds: at most 100")
		}
		batch := imageBatch{}
		for _, d := range c.digests {
			batch.Images = append(batch.Images, batchImage{ImageID: imageID{ImageDigest: d}, ImageManifest: plainManifest})
		}
		if len(c.digests) == 0 {
			batch.Images = []batchImage{{ImageID: imageID{ImageDigest: digest}, ImageManifest: string(indexOf(entries...))}}
		}
		text, _ := json.Marshal(batch)
		return reply{status: 200, body: string(text)}
	}}
	target, err := resolveWith(limited)
	if err != nil || len(target.Manifests) != 101 {
		t.Errorf("%v, %v", target, err)
	}
}

func TestWhatBatchGetImageMayNotAnswer(t *testing.T) {
	for name, c := range map[string]struct{ body, says string }{
		"the manifest of another tag":            {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"2"},"imageManifest":"{}"}]}`, "neither the image nor a failure"},
		"two manifests without a tag":            {`{"images":[{"imageId":{"imageDigest":"sha256:a"},"imageManifest":"{}"},{"imageId":{"imageDigest":"sha256:b"},"imageManifest":"{}"}]}`, "neither the image nor a failure"},
		"a manifest without a digest":            {`{"images":[{"imageId":{"imageTag":"1"},"imageManifest":"{}"}]}`, "has the image digest"},
		"a manifest that is not JSON":            {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"x"}]}`, "cannot be read"},
		"no manifest":                            {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"}}]}`, "cannot be read"},
		"a failure beside the image":             {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{}"}],"failures":[{"imageId":{"imageTag":"1"},"failureCode":"ImageInaccessible"}]}`, "ImageInaccessible"},
		"a failure that names nothing":           {`{"images":[],"failures":[{"failureCode":"UpstreamAccessDenied","failureReason":"no"}]}`, "UpstreamAccessDenied: no"},
		"an index that has a config too":         {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"config\":{},\"manifests\":[]}"}]}`, "it is both an index and an image"},
		"an image that lists manifests too":      {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"layers\":[],\"manifests\":[{}]}"}]}`, "it is both an index and an image"},
		"an image that is called an index":       {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"mediaType\":\"application/vnd.oci.image.index.v1+json\",\"config\":{},\"layers\":[]}"}]}`, "it is both an index and an image"},
		"an image that came as an index":         {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"layers\":[]}","imageManifestMediaType":"application/vnd.docker.distribution.manifest.list.v2+json"}]}`, "it is both an index and an image"},
		"two lists of manifests":                 {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"manifests\":[{\"digest\":\"sha256:1\"}],\"Manifests\":[{\"digest\":\"sha256:2\"}]}"}]}`, "duplicate key \"Manifests\""},
		"a digest twice":                         {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"manifests\":[{\"digest\":\"sha256:1\",\"digest\":\"sha256:2\"}]}"}]}`, "duplicate key \"digest\""},
		"a platform twice":                       {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"manifests\":[{\"digest\":\"sha256:1\",\"platform\":{\"os\":\"linux\",\"o\u017f\":\"unknown\"}}]}"}]}`, "duplicate key \"oſ\""},
		"an image that is not a container image": {`{"images":[{"imageId":{"imageDigest":"sha256:a","imageTag":"1"},"imageManifest":"{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\"}}"}]}`, "not a container image"},
	} {
		t.Run(name, func(t *testing.T) {
			target, err := resolveWith(&stub{response: func(call) reply { return reply{status: 200, body: c.body} }})
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%+v, %v, want an error with %q", target, err, c.says)
			}
		})
	}
}

func TestAnArtifactIsSkippedAndNamed(t *testing.T) {
	index := manifestServer(`{"manifests":[{"digest":"sha256:sbom","artifactType":"application/spdx"},{"digest":"sha256:proof","artifactType":"application/spdx","platform":{"os":"unknown","architecture":"unknown"}},{"digest":"sha256:image"}]}`)
	target, err := resolve(index)
	if err != nil || children(target) != "sha256:image=" {
		t.Fatalf("%+v, %v", target, err)
	}
	if notes := shorten(strings.Join(target.Notes, "\n")); !strings.Contains(notes, "skipped sha256:sbom: artifact of type application/spdx") || !strings.Contains(notes, "skipped sha256:proof: platform unknown/unknown") {
		t.Errorf("notes %s", notes)
	}
}

// TestAnArtifactTypeHidesNoPlatform: anyone can write anything about an entry into an index, and a runtime
// that pulls for the platform gets the image.
func TestAnArtifactTypeHidesNoPlatform(t *testing.T) {
	index := manifestServer(`{"manifests":[{"digest":"sha256:hidden","artifactType":"application/spdx","platform":{"os":"linux","architecture":"amd64"}},{"digest":"sha256:image","platform":{"os":"linux","architecture":"arm64"}}]}`)
	target, err := resolve(index)
	if err != nil || children(target) != "sha256:hidden=linux/amd64 sha256:image=linux/arm64" {
		t.Fatalf("%+v, %v", target, err)
	}
	if notes := shorten(strings.Join(target.Notes, "\n")); !strings.Contains(notes, "its manifest decides") {
		t.Errorf("notes %s", notes)
	}
}

// TestAnImageInsideAnIndexIsNotPassedOverByItsMediaType: a child with the media type of an index and the
// config of an image is an image to a runtime that pulls it through the outer index.
func TestAnImageInsideAnIndexIsNotPassedOverByItsMediaType(t *testing.T) {
	hidden := `{"mediaType":"` + ociIndex + `","config":{"mediaType":"` + imageConfigs[1] + `"},"layers":[]}`
	registry := &stub{response: func(c call) reply {
		batch := imageBatch{Images: []batchImage{{ImageID: imageID{ImageDigest: digest}, ImageManifest: string(indexOf("sha256:hidden=linux/amd64", "sha256:image=linux/arm64"))}}}
		if len(c.digests) > 0 {
			batch.Images = []batchImage{{ImageID: imageID{ImageDigest: "sha256:hidden"}, ImageManifest: hidden}, {ImageID: imageID{ImageDigest: "sha256:image"}, ImageManifest: plainManifest}}
		}
		text, _ := json.Marshal(batch)
		return reply{status: 200, body: string(text)}
	}}
	target, err := resolveWith(registry)
	if err != nil || children(target) != "sha256:hidden=linux/amd64 sha256:image=linux/arm64" || !target.Manifests[0].Unresolved {
		t.Errorf("%+v, %v", target, err)
	}
}

// TestOrdinaryManifestsAreRead checks that manifests of the usual tools are accepted.
func TestOrdinaryManifestsAreRead(t *testing.T) {
	const layer = `{"mediaType":"application/vnd.oci.image.layer.v1.tar+zstd","digest":"sha256:1","size":7,"annotations":{"digest":"x","Config":"y","config":"z"}}`
	for name, c := range map[string]struct{ text, children string }{
		"an image of docker":             {`{"schemaVersion":2,"mediaType":"` + dockerManifest + `","config":{"mediaType":"` + imageConfigs[0] + `","size":7,"digest":"sha256:0"},"layers":[` + layer + `,` + layer + `]}`, ""},
		"a layer from another place":     {`{"schemaVersion":2,"mediaType":"` + dockerManifest + `","config":{"mediaType":"` + imageConfigs[0] + `","digest":"sha256:0"},"layers":[{"mediaType":"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip","digest":"sha256:1","urls":["https://example.com/a","https://example.com/b"]}]}`, ""},
		"no media type of its own":       {`{"schemaVersion":2,"config":{"mediaType":"` + imageConfigs[1] + `","digest":"sha256:0"},"layers":[` + layer + `]}`, ""},
		"a subject, data, no index":      {`{"schemaVersion":2,"mediaType":"` + ociManifest + `","config":{"mediaType":"` + imageConfigs[1] + `","digest":"sha256:0","size":2,"data":"e30="},"layers":[],"manifests":null,"subject":{"mediaType":"` + ociManifest + `","digest":"sha256:2","size":3},"annotations":{"a":"b"}}`, ""},
		"a list of docker":               {`{"schemaVersion":2,"mediaType":"` + dockerList + `","manifests":[{"mediaType":"` + dockerManifest + `","size":7,"digest":"sha256:1","platform":{"architecture":"amd64","os":"windows","os.version":"10.0.17763.1","os.features":["win32k"],"features":["sse4"]}}]}`, "sha256:1=windows/amd64"},
		"an index with null and subject": {`{"schemaVersion":2,"mediaType":"` + ociIndex + `","config":null,"layers":null,"subject":{"mediaType":"` + ociManifest + `","digest":"sha256:2","size":3},"manifests":[{"mediaType":"` + ociManifest + `","digest":"sha256:1","size":7,"urls":["https://example.com"],"data":"e30=","platform":{"architecture":"arm64","os":"linux","variant":"v8"}}],"annotations":{"os":"x","OS":"y"}}`, "sha256:1=linux/arm64/v8"},
		"attestations of BuildKit":       {`{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[{"mediaType":"` + ociManifest + `","digest":"sha256:1","size":7,"platform":{"architecture":"amd64","os":"linux"}},{"mediaType":"` + ociManifest + `","digest":"sha256:2","size":7,"annotations":{"vnd.docker.reference.digest":"sha256:1","vnd.docker.reference.type":"attestation-manifest"},"platform":{"architecture":"unknown","os":"unknown"}}]}`, "sha256:1=linux/amd64"},
	} {
		target, err := resolve(manifestServer(c.text))
		if err != nil || children(target) != c.children {
			t.Errorf("%s: %+v, %v", name, target, err)
		}
	}
}
