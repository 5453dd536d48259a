package vex

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/scan"
)

// managers are Inspector's package managers that a purl type can mean. A manager in none of the lists is
// unknown, and matches every type.
// https://docs.aws.amazon.com/inspector/v2/APIReference/API_VulnerablePackage.html
var managers = map[string][]string{
	"deb":      {"OS"},
	"rpm":      {"OS"},
	"apk":      {"OS"},
	"alpm":     {"OS"},
	"npm":      {"NPM", "YARN", "NODEPKG", "PNPM"},
	"pypi":     {"PIP", "PIPENV", "POETRY", "PYTHONPKG"},
	"maven":    {"JAR", "POM", "GRADLE"},
	"golang":   {"GOBINARY", "GOMOD"},
	"gem":      {"BUNDLER", "GEMSPEC"},
	"cargo":    {"CARGO"},
	"composer": {"COMPOSER"},
	"nuget":    {"NUGET", "DOTNET_CORE"},
}

func knownManager(manager string) bool {
	for _, list := range managers {
		if slices.Contains(list, manager) {
			return true
		}
	}
	return false
}

// covers reports whether the product covers the package: as a whole, or by one of its parts. Only the whole
// product covers a finding without packages (nil).
func (p *product) covers(pkg *scan.Package, t *Target) bool {
	if len(p.parts) == 0 {
		return true
	}
	return pkg != nil && slices.ContainsFunc(p.parts, func(c component) bool { return c.is(pkg, t) })
}

// is reports whether the component is a package. Findings have neither hashes nor CPEs, so a component
// identified by them never matches.
func (c *component) is(pkg *scan.Package, t *Target) bool {
	if len(c.purls) == 0 || c.hashed {
		return false
	}
	return !slices.ContainsFunc(c.purls, func(p purl) bool { return !p.is(pkg, t) })
}

func (p *purl) is(pkg *scan.Package, t *Target) bool {
	fits := !knownManager(pkg.Manager) || slices.Contains(managers[p.kind], pkg.Manager)
	return fits && p.subpath == "" && p.sameName(pkg) && p.sameVersion(pkg) && p.sameQualifiers(pkg, t)
}

// sameQualifiers accepts qualifiers that do not narrow a package within one image, and compares the
// architecture. Any other qualifier narrows the package by something that findings do not have, so it never
// matches.
func (p *purl) sameQualifiers(pkg *scan.Package, t *Target) bool {
	for key, value := range p.qualifiers {
		switch {
		case slices.Contains([]string{"arch", "distro", "upstream", "package-id"}, key):
		case key == "epoch" && p.kind == "rpm":
		case key == "type" && p.kind == "maven" && value == "jar":
		default:
			return false
		}
	}
	want, have := normalArch(p.qualifiers["arch"]), normalArch(pkg.Arch)
	if have == "" {
		have = normalArch(t.Platform.Arch)
	}
	return want == "" || want == have
}

// sameName compares names the way the ecosystem writes them. The namespace of an operating system's package
// is its distribution, and an image has only one.
func (p *purl) sameName(pkg *scan.Package) bool {
	switch p.kind {
	case "deb", "rpm", "apk", "alpm":
		return p.name == pkg.Name
	case "maven":
		return p.joined(":") == pkg.Name
	case "golang":
		// purl writes module paths in lower case, and Inspector calls the standard library go/stdlib.
		return strings.EqualFold(p.joined("/"), pkg.Name) || p.joined("/") == "stdlib" && pkg.Name == "go/stdlib"
	case "pypi":
		return plainPython(p.joined("/")) == plainPython(pkg.Name)
	case "nuget", "composer":
		return strings.EqualFold(p.joined("/"), pkg.Name)
	}
	return p.joined("/") == pkg.Name
}

func (p *purl) joined(separator string) string {
	if p.namespace == "" {
		return p.name
	}
	if separator != "/" && strings.Contains(p.namespace, "/") {
		return "" // no such ecosystem has a path there
	}
	return p.namespace + separator + p.name
}

var pythonSeparators = regexp.MustCompile(`[-_.]+`)

// plainPython returns the normalized name of a Python package.
// https://packaging.python.org/en/latest/specifications/name-normalization/
func plainPython(name string) string {
	return strings.ToLower(pythonSeparators.ReplaceAllString(name, "-"))
}

// sameVersion compares versions as text; a purl without a version matches every one. A purl of an RPM has the
// epoch in a qualifier; without one, any epoch matches.
func (p *purl) sameVersion(pkg *scan.Package) bool {
	want, have := p.version, pkg.Version
	if want == "" {
		return p.qualifiers["epoch"] == ""
	}
	switch {
	case p.kind == "golang":
		want, have = strings.TrimPrefix(want, "v"), strings.TrimPrefix(have, "v")
	case p.qualifiers["epoch"] != "":
		want = p.qualifiers["epoch"] + ":" + want
	case p.kind == "rpm" && !strings.Contains(want, ":"):
		if _, rest, ok := strings.Cut(have, ":"); ok {
			have = rest
		}
	}
	return strings.TrimPrefix(want, "0:") == strings.TrimPrefix(have, "0:")
}

// describe returns the name of a package for a reason.
func describe(pkg *scan.Package) string {
	if pkg == nil {
		return "no package"
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s %s", strings.ToLower(pkg.Manager), pkg.Name, pkg.Version))
}
