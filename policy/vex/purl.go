package vex

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"
)

// A purl is a package URL, decoded: pkg:TYPE/NAMESPACE/NAME@VERSION?KEY=VALUE&…#SUBPATH.
// https://github.com/package-url/purl-spec
type purl struct {
	kind       string // the type, lower case
	namespace  string
	name       string
	version    string
	qualifiers map[string]string
	subpath    string
}

func parsePurl(text string) (purl, error) {
	p, err := cutPurl(text)
	if err != nil {
		return purl{}, fmt.Errorf("%q is not a package URL: %w (want pkg:TYPE/NAME@VERSION)", text, err)
	}
	return p, nil
}

func cutPurl(text string) (p purl, err error) {
	scheme, rest, _ := strings.Cut(text, ":")
	if !strings.EqualFold(scheme, "pkg") {
		return p, errors.New("a package URL must start with \"pkg:\"")
	}
	rest, p.subpath, _ = strings.Cut(rest, "#")
	rest, qualifiers, _ := strings.Cut(rest, "?")
	if p.qualifiers, err = parseQualifiers(qualifiers); err != nil {
		return p, err
	}
	// An @ after a slash begins the scope of an npm package, not a version.
	if i := strings.LastIndexByte(rest, '@'); i > 0 && rest[i-1] != '/' {
		if p.version, err = decode(rest[i+1:]); err != nil {
			return p, err
		}
		rest = rest[:i]
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	if len(parts) < 2 {
		return p, fmt.Errorf("type or name is missing")
	}
	for i, part := range parts {
		if parts[i], err = decode(part); err != nil {
			return p, err
		}
		if parts[i] == "" || strings.Contains(parts[i], "/") {
			return p, fmt.Errorf("a part of its name is empty or has a slash")
		}
	}
	last := len(parts) - 1
	p.kind, p.namespace, p.name = strings.ToLower(parts[0]), strings.Join(parts[1:last], "/"), parts[last]
	return p, nil
}

// parseQualifiers parses KEY=VALUE&…; a key without a value is ignored.
func parseQualifiers(text string) (map[string]string, error) {
	out := map[string]string{}
	for _, pair := range strings.Split(text, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key = strings.ToLower(key)
		value, err := decode(value)
		switch _, duplicate := out[key]; {
		case err != nil:
			return nil, err
		case duplicate:
			return nil, fmt.Errorf("duplicate qualifier %q", key)
		case value != "" && key == "":
			return nil, fmt.Errorf("a qualifier has no name")
		case value != "":
			out[key] = value
		}
	}
	return out, nil
}

func decode(text string) (string, error) {
	out, err := url.PathUnescape(text)
	switch {
	case err != nil:
		return "", fmt.Errorf("bad percent-encoding in %q", text)
	case strings.ContainsFunc(out, unicode.IsControl):
		return "", fmt.Errorf("it has control characters")
	}
	return out, nil
}
