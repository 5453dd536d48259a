package scan

import (
	"slices"
	"testing"
)

func TestAnImageIsBuiltOnABaseWhoseLayersAreItsFirst(t *testing.T) {
	for name, c := range map[string]struct {
		layers, base []string
		want         bool
	}{
		"first layers":                    {[]string{"a", "b", "c"}, []string{"a", "b"}, true},
		"no layer of its own":             {[]string{"a", "b"}, []string{"a", "b"}, true},
		"the same layers, another order":  {[]string{"b", "a", "c"}, []string{"a", "b"}, false},
		"a base with one layer more":      {[]string{"a", "b"}, []string{"a", "b", "c"}, false},
		"another second layer":            {[]string{"a", "x", "c"}, []string{"a", "b"}, false},
		"the base comes last":             {[]string{"x", "a", "b"}, []string{"a", "b"}, false},
		"one layer, twice in the base":    {[]string{"a", "e", "b", "c"}, []string{"a", "e", "e", "b"}, false},
		"a layer that occurs twice":       {[]string{"a", "e", "e", "c"}, []string{"a", "e", "e"}, true},
		"a base without layers":           {[]string{"a"}, nil, false},
		"an image without layers":         {nil, []string{"a"}, false},
		"neither has layers":              {nil, nil, false},
		"an empty digest matches nothing": {[]string{"a", "b"}, []string{"a", ""}, false},
		"a squashed image":                {[]string{"s"}, []string{"a", "b"}, false},
		"one layer was compressed again":  {[]string{"a", "b-zstd", "c"}, []string{"a", "b"}, false},
		"the beginning of a layer's name": {[]string{"ab"}, []string{"a"}, false},
	} {
		if got := BuiltOn(c.layers, c.base); got != c.want {
			t.Errorf("%s: %v on %v is %v", name, c.layers, c.base, got)
		}
	}
}

func TestAFindingIsInTheBaseWhenAllItsPackagesAre(t *testing.T) {
	in, out, none := Package{Name: "p", Layer: "a"}, Package{Name: "p", Layer: "x"}, Package{Name: "p"}
	for name, c := range map[string]struct {
		packages []Package
		base     []string
		want     Availability
	}{
		"one inside":               {[]Package{in}, []string{"a", "b"}, Yes},
		"two inside":               {[]Package{in, {Name: "q", Layer: "b"}}, []string{"a", "b"}, Yes},
		"one outside":              {[]Package{out}, []string{"a"}, No},
		"inside and outside":       {[]Package{in, out}, []string{"a"}, No},
		"outside, then unknown":    {[]Package{out, none}, []string{"a"}, No},
		"unknown, then outside":    {[]Package{none, out}, []string{"a"}, No},
		"inside and unknown":       {[]Package{in, none}, []string{"a"}, Unknown},
		"unknown and inside":       {[]Package{none, in}, []string{"a"}, Unknown},
		"no layer is named":        {[]Package{none}, []string{"a"}, Unknown},
		"no package":               {nil, []string{"a"}, Unknown},
		"the base says nothing":    {[]Package{in}, nil, Unknown},
		"an empty layer of a base": {[]Package{none}, []string{""}, Unknown},
	} {
		findings := []Finding{{Packages: c.packages}}
		if Attribute(findings, c.base); findings[0].InBaseImage != c.want {
			t.Errorf("%s: %s, want %s", name, findings[0].InBaseImage, c.want)
		}
	}
}

// FuzzAttribute checks that no finding is in the base image with a package outside its layers.
func FuzzAttribute(f *testing.F) {
	f.Add("a", "b", "a", "")
	f.Add("sha256:1", "", "", "sha256:1")
	f.Fuzz(func(t *testing.T, first, second, base, other string) {
		findings := []Finding{{Packages: []Package{{Layer: first}, {Layer: second}}}}
		layers := []string{base, other}
		Attribute(findings, layers)
		known := first != "" && second != ""
		inside := slices.Contains(layers, first) && slices.Contains(layers, second)
		if got := findings[0].InBaseImage; (got == Yes) != (known && inside) {
			t.Errorf("%q and %q in %q: %s", first, second, layers, got)
		}
	})
}
