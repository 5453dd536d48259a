// Package httpclient has what an HTTP client for AWS needs beyond net/http: bodies that do not lose a race
// with the response, and no redirects.
package httpclient

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// A Doer sends a request, as *http.Client does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// WithBodyInMemory returns a Doer that passes on every request with its body in memory.
//
// The AWS SDK closes the body of a request as soon as the header of the response has arrived. net/http does
// not recognize the SDK's body as bytes in memory: it reads past the announced length, to see whether there
// is more. If a server responds at once, the close can come first. net/http then treats the closed body as a
// failure and closes the connection while the response is being read: "use of closed network connection". If
// net/http knows that a body is in memory, it never reads past its end.
func WithBodyInMemory(next Doer) Doer { return inMemory{next} }

type inMemory struct{ next Doer }

func (m inMemory) Do(req *http.Request) (*http.Response, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return m.next.Do(req)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the request's body: %w", err)
	}
	if err := req.Body.Close(); err != nil {
		return nil, fmt.Errorf("closing the request's body: %w", err)
	}
	// http.NewRequest knows a bytes.Reader, and sets what has to be set beside the body.
	known, err := http.NewRequest(req.Method, req.URL.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	clone := req.Clone(req.Context())
	clone.Body, clone.GetBody, clone.ContentLength = known.Body, known.GetBody, known.ContentLength
	return m.next.Do(clone)
}

// ErrRedirect is in the chain of the error of a request that would have followed a redirect.
var ErrRedirect = errors.New("the server redirects the request, and redirects are never followed")

// NoRedirects returns a client that returns every redirect to the caller as an ordinary response. A signed
// request is meant for one host, and so is the verdict based on its response.
func NoRedirects(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// RefuseRedirects makes a transport reject requests that an http.Client makes to follow a redirect, before
// they connect. It is for clients whose CheckRedirect cannot be set: the AWS SDK's own follows 307 and 308,
// and so would take credentials to another host. Those requests carry the response that caused them, and the
// transport asks for the proxy of every request first.
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
