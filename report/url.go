package report

import (
	"regexp"
	"strings"
)

// hasURL tells whether an address may be shown as a link: a web page and nothing else.
func hasURL(s string) bool {
	if usualURL(s) {
		return true
	}
	scheme, _, _ := strings.Cut(s, "://")
	return (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) && len(scheme) < len(s) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r <= ' ' || r == '"' || r == '<' || r == '>' || r == '`' || r == '\\' || r > '~'
		})
}

// strictURL is what a validator of the schema takes for a URI; one that is none refuses the file.
// https://www.rfc-editor.org/rfc/rfc3986
var strictURL = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$`)

// isStrictURL tries what most addresses are before the whole rule.
func isStrictURL(s string) bool { return usualURL(s) || strictURL.MatchString(s) }

// usualURL tells addresses with nothing in them but letters, digits, points, hyphens and slashes.
func usualURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || rest == "" || rest[0] == '/' {
		return false
	}
	for i := range len(rest) {
		if c := rest[i]; !alphanumeric(c) && c != '.' && c != '-' && c != '/' {
			return false
		}
	}
	return true
}
