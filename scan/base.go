package scan

import "slices"

// BuiltOn reports whether an image is built on a base image: the layers of the base are its first layers.
// Both lists are digests of compressed layers, from the bottom up. It returns false for a base without
// layers.
func BuiltOn(layers, base []string) bool {
	return len(base) > 0 && len(base) <= len(layers) && slices.Equal(layers[:len(base)], base)
}

// Attribute sets InBaseImage of every finding by the layers of the base image. Without layers, as for a base
// on which the image is not built, all are UNKNOWN.
func Attribute(findings []Finding, base []string) {
	in := make(map[string]bool, len(base))
	for _, layer := range base {
		in[layer] = true
	}
	for i := range findings {
		findings[i].InBaseImage = findings[i].inBase(in)
	}
}

// inBase returns NO if a package is outside the layers, YES if all are inside, and UNKNOWN if neither is
// known: the package has no layer, there is no package, or there are no layers to compare with.
func (f *Finding) inBase(layers map[string]bool) Availability {
	if len(f.Packages) == 0 || len(layers) == 0 {
		return Unknown
	}
	answer := Yes
	for _, p := range f.Packages {
		switch {
		case p.Layer == "":
			answer = Unknown
		case !layers[p.Layer]:
			return No
		}
	}
	return answer
}
