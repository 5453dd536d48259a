// Package httpbody keeps an HTTP client from losing answers to a race over the request's body.
//
// The AWS SDK closes the body of a request as soon as the answer's header is there. net/http does
// not recognize the SDK's body as bytes in memory: after the announced length it still reads, to
// see whether more comes. Against a server that answers at once the close wins, net/http takes the
// closed body for a failure, and closes the connection while the answer is being read: "use of
// closed network connection". A body that net/http knows to be in memory is never read too far.
package httpbody

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// A Doer sends a request, as *http.Client does.
type Doer interface {
	Do(*http.Request) (*http.Response, error)
}

// Wrap gives a Doer that hands every request on with its body in memory.
func Wrap(next Doer) Doer { return inMemory{next} }

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
