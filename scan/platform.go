package scan

import (
	"fmt"
	"strings"
	"unicode"
)

// A Platform is the os/architecture[/variant] of an image inside an index.
type Platform struct{ OS, Arch, Variant string }

// ParsePlatform parses os/architecture[/variant].
func ParsePlatform(text string) (Platform, error) {
	parts := strings.Split(text, "/")
	if len(parts) < 2 || len(parts) > 3 || strings.ContainsFunc(text, unprintable) || strings.ContainsAny(text, ",;") {
		return Platform{}, fmt.Errorf("platform %q is not os/architecture or os/architecture/variant, e.g. linux/arm64", text)
	}
	for _, p := range parts {
		if p == "" {
			return Platform{}, fmt.Errorf("platform %q has an empty part (os/architecture or os/architecture/variant, e.g. linux/arm64)", text)
		}
	}
	p := Platform{OS: parts[0], Arch: parts[1]}
	if len(parts) == 3 {
		p.Variant = parts[2]
	}
	return p, nil
}

func unprintable(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }

func (p Platform) String() string {
	switch {
	case p == Platform{}:
		return ""
	case p.Variant == "":
		return p.OS + "/" + p.Arch
	}
	return p.OS + "/" + p.Arch + "/" + p.Variant
}

// Known reports whether the platform names a system that runs: attestations and other artifacts
// inside an index say unknown/unknown or nothing.
func (p Platform) Known() bool {
	return p.OS != "" && p.Arch != "" && p.OS != "unknown" && p.Arch != "unknown"
}

// Covers reports whether o is what p asks for: without a variant p takes every variant.
func (p Platform) Covers(o Platform) bool {
	return p.OS == o.OS && p.Arch == o.Arch && (p.Variant == "" || p.Variant == o.Variant)
}
