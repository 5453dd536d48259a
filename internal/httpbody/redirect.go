package httpbody

import (
	"errors"
	"net/http"
	"net/url"
)

// ErrRedirect is in the chain of the error of a request that would have followed a redirect.
var ErrRedirect = errors.New("the server redirects the request, and redirects are never followed")

// NoRedirects returns a client that hands every redirect to the caller as the response it is. A
// signed request, and the verdict that its answer leads to, belong to one host.
func NoRedirects(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RefuseRedirects makes a transport refuse requests that an http.Client makes to follow a redirect,
// before they connect to anything. It is for clients whose CheckRedirect cannot be set: the AWS SDK's
// own follows 307 and 308, and so would take credentials to another host. Those requests carry the
// response that caused them, and the transport asks for the proxy of every request first.
func RefuseRedirects(t *http.Transport) {
	proxy := t.Proxy
	t.Proxy = func(req *http.Request) (*url.URL, error) {
		switch {
		case req.Response != nil:
			return nil, ErrRedirect
		case proxy == nil:
			return nil, nil
		}
		return proxy(req)
	}
}
