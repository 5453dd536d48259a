package gate

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// layer returns the digest of a layer with a one-letter name.
func layer(name string) string { return "sha256:" + strings.Repeat(fmt.Sprintf("%02x", name), 32) }

// manifest returns a manifest with a platform (empty for none) and layers with one-letter names. Without
// layers it is unresolved.
func manifest(digest, platform, layers string) ecr.Manifest {
	m := ecr.Manifest{Digest: digest, Unresolved: layers == "?"}
	if platform != "" {
		m.Platform, _ = scan.ParsePlatform(platform)
	}
	if m.Unresolved {
		return m
	}
	for _, name := range strings.Split(layers, "") {
		m.Layers = append(m.Layers, layer(name))
	}
	return m
}

func TestManifestsAreComparedWithThoseOfTheBaseImage(t *testing.T) {
	type list = []ecr.Manifest
	one := func(layers string) list { return list{manifest("i", "", layers)} }
	base := func(layers string) list { return list{manifest("b", "", layers)} }
	bad := manifest("b", "", "ab")
	bad.Layers[1] = ""
	alike := manifest("i", "", "ab")
	alike.Layers[1] = ""
	for name, c := range map[string]struct {
		image, base list
		// layers is the number of layers of the base image by manifest; fits is true, false, null or error,
		// and says is a part of the only note or of the error.
		layers, fits, says string
	}{
		"built on it":                        {one("abc"), base("ab"), "i:2", "true", ""},
		"not built on it":                    {one("abc"), base("ax"), "", "false", "not built on"},
		"no layer of its own":                {one("ab"), base("ab"), "i:2", "true", ""},
		"a layer twice":                      {one("aabc"), base("aa"), "i:2", "true", ""},
		"a layer of the base again on top":   {one("aba"), base("ab"), "i:2", "true", ""},
		"the image has no layers":            {one(""), base("ab"), "", "null", "cannot compare"},
		"the image was not read":             {one("?"), base("ab"), "", "null", "cannot compare"},
		"the base image was not read":        {one("abc"), base("?"), "", "error", "ECR did not return it"},
		"the base image has no layers":       {one("abc"), base(""), "", "error", "the manifest has no layers"},
		"a layer without a digest":           {list{alike}, list{bad}, "", "error", "layer 2 of the manifest has the digest"},
		"an index as the base image":         {one("abc"), list{manifest("1", "linux/amd64", "x"), manifest("2", "linux/arm64", "ab")}, "i:2", "true", ""},
		"the longest that fits":              {one("abc"), list{manifest("1", "windows/amd64", "a"), manifest("2", "windows/amd64", "ab"), manifest("3", "linux/amd64", "a")}, "i:2", "true", ""},
		"an unread one beside one that fits": {one("abc"), list{manifest("1", "linux/amd64", "?"), manifest("2", "linux/arm64", "ab")}, "i:2", "true", ""},
		"an unread one and none that fits":   {one("abc"), list{manifest("1", "linux/amd64", "?"), manifest("2", "linux/arm64", "x")}, "", "error", "ECR did not return it"},
		"platform by platform": {
			list{manifest("i", "linux/amd64", "abc"), manifest("j", "linux/arm64", "xyz")},
			list{manifest("1", "linux/arm64/v8", "x"), manifest("2", "linux/amd64", "ab")}, "i:2 j:1", "true", ""},
		"another platform's layers do not count": {
			list{manifest("i", "linux/amd64", "xyz")},
			list{manifest("1", "linux/arm64", "x"), manifest("2", "linux/amd64", "ab")}, "", "false", "not built on the base image B: its layers are not the first layers of linux/amd64"},
		"one platform is not built on it": {
			list{manifest("i", "linux/amd64", "abc"), manifest("j", "linux/arm64", "qyz")},
			list{manifest("1", "linux/arm64", "x"), manifest("2", "linux/amd64", "ab")}, "i:2", "false", "its layers are not the first layers of linux/arm64"},
		"one platform is lacking": {
			list{manifest("i", "linux/amd64", "abc"), manifest("j", "linux/arm64", "xyz")},
			list{manifest("2", "linux/amd64", "ab")}, "i:2", "null", "no manifest for linux/arm64"},
		"the manifest of one platform": {
			list{manifest("i", "linux/amd64", "abc"), manifest("j", "linux/arm64", "xyz")}, base("ab"), "i:2", "null", "no manifest for linux/arm64"},
		"the manifest of no platform": {
			list{manifest("i", "linux/amd64", "abc"), manifest("j", "linux/arm64", "xyz")}, base("q"), "", "false", "linux/amd64 and linux/arm64"},
		"a manifest without a platform in the index": {
			list{manifest("i", "linux/amd64", "abc")},
			list{manifest("1", "", "a"), manifest("2", "linux/arm64", "ab")}, "i:1", "true", ""},
	} {
		a, err := attributionOf(&ecr.Target{Manifests: c.image}, &ecr.Target{Manifests: c.base}, "B")
		var layers []string
		for _, digest := range slices.Sorted(maps.Keys(a.base)) {
			layers = append(layers, fmt.Sprintf("%s:%d", digest, len(a.base[digest])))
		}
		fits, says := "null", strings.Join(a.notes, "\n")
		switch {
		case err != nil:
			layers, fits, says = nil, "error", err.Error()
		case a.fits != nil:
			fits = fmt.Sprint(*a.fits)
		}
		if strings.Join(layers, " ") != c.layers || fits != c.fits || !strings.Contains(says, c.says) || (says == "") != (c.says == "") {
			t.Errorf("%s: layers %v, fits %s, %q", name, layers, fits, says)
		}
	}
}

func TestABaseImageIsNotTheImageItself(t *testing.T) {
	index := &ecr.Target{Image: scan.Image{Digest: "index"}, Manifests: []ecr.Manifest{{Digest: "amd"}, {Digest: "arm"}}}
	for digest, itself := range map[string]bool{"index": true, "arm": true, "other": false, "": false} {
		image := &ecr.Target{Image: scan.Image{Digest: digest}, Manifests: []ecr.Manifest{{Digest: digest}}}
		if err := notItself(index, image); (err != nil) != itself {
			t.Errorf("%q: %v", digest, err)
		}
		if err := notItself(image, index); (err != nil) != itself {
			t.Errorf("%q as the base image: %v", digest, err)
		}
	}
	reformatted := func(config string) *ecr.Target {
		return &ecr.Target{Image: scan.Image{Digest: "file"}, Manifests: []ecr.Manifest{{Digest: "file", Config: config}}}
	}
	image := &ecr.Target{Image: scan.Image{Digest: "image"}, Manifests: []ecr.Manifest{{Digest: "amd", Config: "a"}, {Digest: "arm", Config: "b"}}}
	for config, itself := range map[string]bool{"b": true, "c": false, "": false} {
		if err := notItself(reformatted(config), image); (err != nil) != itself {
			t.Errorf("a file with the config %q: %v", config, err)
		}
	}
}

func TestWhatANewBaseImageChanges(t *testing.T) {
	in := func(id string, packages ...string) policy.JudgedFinding {
		f := &scan.Finding{ID: id, InBaseImage: scan.Yes}
		for _, name := range packages {
			f.Packages = append(f.Packages, scan.Package{Name: name, Layer: "base"})
		}
		return policy.JudgedFinding{Finding: f, Disposition: policy.Counted}
	}
	outside := in("1", "p")
	outside.InBaseImage, outside.Packages[0].Layer = scan.No, "own"
	unknown := in("1", "p")
	unknown.InBaseImage, unknown.Packages[0].Layer = scan.Unknown, ""
	mixed := in("1", "p", "q")
	mixed.InBaseImage, mixed.Packages[1].Layer = scan.No, "own"
	suppressed := in("1", "p")
	suppressed.Disposition = policy.SetAside
	nameless := in("")
	nameless.Title = "a title"
	finding := func(j policy.JudgedFinding) scan.Finding { return *j.Finding }
	closed := finding(in("1", "p"))
	closed.Status = "CLOSED"
	moved := finding(in("1", "p"))
	moved.Packages[0].Path, moved.Packages[0].Version = "elsewhere", "2"
	type now = []policy.JudgedFinding
	type newer = []scan.Finding
	for name, c := range map[string]struct {
		now           now
		newer         newer
		removes, adds int
	}{
		"nothing and nothing":         {nil, nil, 0, 0},
		"the same":                    {now{in("1", "p")}, newer{finding(in("1", "p"))}, 0, 0},
		"in another file and version": {now{in("1", "p")}, newer{moved}, 0, 0},
		"gone":                        {now{in("1", "p"), in("2", "p")}, newer{finding(in("1", "p"))}, 1, 0},
		"closed":                      {now{in("1", "p")}, newer{closed}, 1, 0},
		"new":                         {nil, newer{finding(in("1", "p"))}, 0, 1},
		"another package":             {now{in("1", "p")}, newer{finding(in("1", "q"))}, 1, 1},
		"one package of two stays":    {now{in("1", "p", "q")}, newer{finding(in("1", "q"))}, 0, 0},
		"both platforms have it":      {nil, newer{finding(in("1", "p")), finding(in("1", "p"))}, 0, 1},
		"only the image's own has it": {now{outside}, newer{finding(in("1", "p"))}, 0, 1},
		"both had it":                 {now{mixed}, newer{finding(in("1", "p"))}, 0, 0},
		"perhaps the base had it":     {now{unknown}, newer{finding(in("1", "p"))}, 0, 0},
		"perhaps it is gone":          {now{unknown}, nil, 0, 0},
		"suppressed":                  {now{suppressed}, newer{finding(in("1", "p"))}, 0, 0},
		"suppressed and gone":         {now{suppressed}, nil, 0, 0},
		"no id":                       {now{nameless}, newer{finding(nameless)}, 0, 0},
	} {
		removes, adds := difference(c.now, c.newer, map[string]bool{"base": true})
		if removes != c.removes || adds != c.adds {
			t.Errorf("%s: removes %d and adds %d, want %d and %d", name, removes, adds, c.removes, c.adds)
		}
	}
}
