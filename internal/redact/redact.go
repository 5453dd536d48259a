// Package redact removes user names and passwords of URLs from text. Endpoint and proxy URLs may contain
// them, and errors, reports and debug lines quote such URLs, malformed ones included.
package redact

import (
	"regexp"
	"strings"
)

const mask = "***@"

var (
	// A URL in quotes may contain a space.
	urls = regexp.MustCompile(`(?i)"[a-z][a-z0-9+.-]*://(?:[^"\\]|\\.)*"|[a-z][a-z0-9+.-]*://[^\s"]*`)
	// net/url quotes the piece it cannot parse, which may be a piece of a password.
	pieces = regexp.MustCompile(`(invalid port|invalid URL escape|invalid host|invalid character) "(?:[^"\\]|\\.)*"`)
	// net/http quotes a proxy that it cannot parse, with or without a scheme.
	proxy = regexp.MustCompile(`invalid proxy address .*`)
)

// Text masks the user information of every URL in a text.
func Text(s string) string {
	masked := urls.ReplaceAllStringFunc(proxy.ReplaceAllString(s, "invalid proxy address"), URL)
	if masked != s {
		masked = pieces.ReplaceAllString(masked, "$1")
	}
	return masked
}

// URL masks the user information of a text that is meant to be one URL, with or without a scheme. It masks
// everything before the last @, because an unescaped password may contain a / or an @. The @ of an image
// digest does not count.
func URL(s string) string {
	start := 0
	if i := strings.Index(s, "://"); i >= 0 {
		start = i + len("://")
	}
	end := strings.LastIndex(s[start:], "@")
	if end < 0 || strings.HasPrefix(s[start+end:], "@sha256:") {
		return s
	}
	return s[:start] + mask + s[start+end+1:]
}

// Error returns an error with the same chain and a masked text; nil for nil.
func Error(err error) error {
	if err == nil || Text(err.Error()) == err.Error() {
		return err
	}
	return &redacted{err}
}

type redacted struct{ err error }

func (r *redacted) Error() string { return Text(r.err.Error()) }
func (r *redacted) Unwrap() error { return r.err }
