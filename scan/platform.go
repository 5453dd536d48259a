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

// Known reports whether the platform names a real system: attestations and other artifacts in an index have
// unknown/unknown or nothing.
func (p Platform) Known() bool {
	return p.OS != "" && p.Arch != "" && p.OS != "unknown" && p.Arch != "unknown"
}

// Covers reports whether o matches p, in any spelling that container runtimes accept. Without a variant, p
// matches every variant.
func (p Platform) Covers(o Platform) bool {
	wanted, got := p.normalized(), o.normalized()
	if p.Variant == "" && !namesVariant[strings.ToLower(p.Arch)] {
		wanted.Variant = got.Variant
	}
	return wanted == got
}

// namesVariant has the architectures that include a variant.
var namesVariant = map[string]bool{"armhf": true, "armel": true}

// normalized returns the platform as containerd reads it: in lower case, one name per architecture, Linux if
// there is no system, and the default variant if there is none.
// https://github.com/containerd/platforms/blob/main/database.go
func (p Platform) normalized() Platform {
	p.OS, p.Arch, p.Variant = strings.ToLower(p.OS), strings.ToLower(p.Arch), strings.ToLower(p.Variant)
	switch p.OS {
	case "":
		p.OS = "linux"
	case "macos":
		p.OS = "darwin"
	}
	switch p.Arch {
	case "i386":
		p.Arch, p.Variant = "386", ""
	case "x86_64", "x86-64", "amd64":
		p.Arch = "amd64"
		if p.Variant == "v1" {
			p.Variant = ""
		}
	case "aarch64", "arm64":
		p.Arch = "arm64"
		if p.Variant == "8" || p.Variant == "v8" {
			p.Variant = ""
		}
	case "armhf":
		p.Arch, p.Variant = "arm", "v7"
	case "armel":
		p.Arch, p.Variant = "arm", "v6"
	case "arm":
		switch p.Variant {
		case "":
			p.Variant = "v7"
		case "5", "6", "7", "8":
			p.Variant = "v" + p.Variant
		}
	}
	return p
}
