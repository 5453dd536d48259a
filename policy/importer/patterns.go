package importer

import (
	"net/url"
	"strings"
)

// pathPattern converts another tool's glob, in which only ** crosses a slash, into a pattern, in which every
// * does; why is the reason if that is not possible. The pattern never matches more: **/ needs a slash.
func pathPattern(glob string) (pattern, why string) {
	if glob == "" {
		return "", "it is empty"
	}
	parts := strings.Split(glob, "/")
	for i, part := range parts {
		switch {
		case part == "**":
			parts[i] = "*"
		case strings.ContainsAny(part, `*?[]{}\!`):
			return "", "only ** can be expressed, because * matches slashes here"
		}
	}
	if pattern = strings.Join(parts, "/"); strings.Trim(pattern, "*/") == "" {
		return "", "it matches every path"
	}
	return pattern, ""
}

// namePattern converts the regular expression of a package name into a pattern; why is the reason if that is
// not possible. Only literal text and .* are supported: a lone dot stays a dot, which matches less.
func namePattern(expression string) (pattern, why string) {
	expression = strings.TrimSuffix(strings.TrimPrefix(expression, "^"), "$")
	var b strings.Builder
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case strings.HasPrefix(expression[i:], ".*"):
			b.WriteByte('*')
			i++
		case c == '\\' && i+1 < len(expression) && strings.IndexByte(".+-", expression[i+1]) >= 0:
			b.WriteByte(expression[i+1])
			i++
		case strings.IndexByte(`\*?+()[]{}|^$`, c) >= 0:
			return "", "of regular expressions only .* can be expressed"
		default:
			b.WriteByte(c)
		}
	}
	if strings.Trim(b.String(), "*") == "" {
		return "", "it matches every package"
	}
	return b.String(), ""
}

// packageOf returns the name of a purl's package if the name alone identifies its ecosystem; otherwise, why
// is the reason.
func packageOf(purl string) (name, why string) {
	rest, ok := strings.CutPrefix(purl, "pkg:")
	if !ok {
		return "", "it is not a package URL"
	}
	if strings.ContainsAny(rest, "?#") {
		return "", "qualifiers and subpaths have no counterpart"
	}
	if i := strings.LastIndexByte(rest, '@'); i > 0 && rest[i-1] != '/' {
		return "", "a version has no counterpart"
	}
	kind, rest, _ := strings.Cut(rest, "/")
	namespace, last := "", rest
	if i := strings.LastIndexByte(rest, '/'); i >= 0 {
		namespace, last = rest[:i], rest[i+1:]
	}
	namespace, err := url.PathUnescape(namespace)
	last, err2 := url.PathUnescape(last)
	switch {
	case err != nil || err2 != nil || last == "" || strings.ContainsAny(namespace+last, "*?["):
		return "", "it is not a package URL"
	case kind == "maven" && namespace != "":
		return namespace + ":" + last, ""
	case kind == "npm" && strings.HasPrefix(namespace, "@"), kind == "golang" && strings.Contains(namespace, "."):
		return namespace + "/" + last, ""
	}
	return "", "an exception cannot name the package manager of a package"
}
