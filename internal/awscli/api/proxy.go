package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A proxyError reports a proxy that could not be reached, or that refused to connect.
type proxyError struct {
	proxy string // its URL, masked
	error
}

// proxy returns the proxy for a request, from the environment; lower-case names win.
func (l Link) proxy(req *http.Request) (*url.URL, error) {
	text := l.proxyText(req.URL)
	if text == "" {
		return nil, nil
	}
	return parseProxy(text)
}

// proxyText returns the URL of the proxy for an address as configured, with a scheme; empty for none.
func (l Link) proxyText(target *url.URL) string {
	text := l.either(target.Scheme + "_proxy")
	switch {
	case text == "" || l.bypassed(target):
		return ""
	case strings.HasPrefix(text, "http:"), strings.HasPrefix(text, "https:"):
		return text
	case strings.HasPrefix(text, "//"):
		return "http:" + text
	}
	return "http://" + text
}

// parseProxy parses a proxy URL as Python does: user and password may contain any character but / ? #, and an
// invalid escape is kept as it is.
func parseProxy(text string) (*url.URL, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	at := strings.LastIndex(rest[:end], "@")
	u, err := url.Parse(scheme + "://" + rest[at+1:])
	if err != nil {
		return nil, fmt.Errorf("Failed to parse: %s", MaskURL(text))
	}
	if at >= 0 {
		name, password, ok := strings.Cut(rest[:at], ":")
		u.User = url.User(unescape(name))
		if ok {
			u.User = url.UserPassword(unescape(name), unescape(password))
		}
	}
	return u, nil
}

func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// MaskURL replaces user and password of a URL by ***, as the AWS CLI does for proxies. It masks everything
// before the last @, so that a password with characters that end the authority stays masked.
func MaskURL(text string) string {
	start := strings.Index(text, "://") + len("://")
	if start < len("://") {
		start = 0
	}
	at := strings.LastIndex(text[start:], "@")
	if at < 0 {
		return text
	}
	masked := "***"
	if strings.Contains(text[start:start+at], ":") {
		masked = "***:***"
	}
	return text[:start] + masked + text[start+at:]
}
