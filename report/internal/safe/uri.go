package safe

import (
	"net/url"
	"regexp"
	"strings"
)

// WebPage reports whether an address may be shown as a link: a web page and nothing else.
func WebPage(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http")) &&
		!strings.ContainsFunc(s, func(r rune) bool {
			return r <= ' ' || r > '~' || strings.ContainsRune("\"<>`\\", r)
		})
}

// strictURL is what a validator of the SARIF schema accepts as a URI; it rejects a file with any other.
// https://www.rfc-editor.org/rfc/rfc3986
var strictURL = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:[/?](?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?(?:#(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)?$`)

// StrictURL reports whether an address is a web page that follows RFC 3986 exactly.
func StrictURL(s string) bool { return strictURL.MatchString(s) }

// Path returns a name as a relative URI: percent-encoded, without .. segments.
func Path(name string) string {
	segments := strings.Split(name, "/")
	for i, seg := range segments {
		switch seg {
		case "", ".", "..":
			segments[i] = "_"
		default:
			segments[i] = strings.ReplaceAll(url.PathEscape(seg), ":", "%3A")
		}
	}
	return strings.Join(segments, "/")
}
