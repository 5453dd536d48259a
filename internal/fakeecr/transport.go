package fakeecr

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
)

// Transport carries requests to a handler without a socket, so that it works in a testing/synctest
// bubble.
func Transport(h http.Handler) http.RoundTripper { return carrier{h} }

type carrier struct{ handler http.Handler }

// RoundTrip runs the handler. A request that ends first ends it.
func (c carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if req.Body == nil {
		req = req.Clone(req.Context())
		req.Body = http.NoBody
	}
	if req.Host == "" {
		req = req.Clone(req.Context())
		req.Host = req.URL.Host
	}
	w := &writer{header: http.Header{}, status: http.StatusOK}
	c.handler.ServeHTTP(w, req)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	if w.broken != nil {
		return nil, w.broken
	}
	body := io.Reader(&w.body)
	if w.cut {
		body = io.MultiReader(body, cut{})
	}
	return &http.Response{StatusCode: w.status, Header: w.header, Body: io.NopCloser(body), Request: req, ContentLength: -1, ProtoMajor: 1, ProtoMinor: 1}, nil
}

// A writer collects a response.
type writer struct {
	header http.Header
	status int
	body   bytes.Buffer
	broken error
	cut    bool
}

func (w *writer) Header() http.Header             { return w.header }
func (w *writer) WriteHeader(status int)          { w.status = status }
func (w *writer) Write(b []byte) (int, error)     { return w.body.Write(b) }
func (w *writer) breakOff(err error, within bool) { w.broken, w.cut = err, within }

// A cut is where a body ends too early.
type cut struct{}

func (cut) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Listen serves a handler on a free port of the loopback interface.
func Listen(h http.Handler) (url string, stop func(), err error) {
	return ListenOn("127.0.0.1:0", h)
}

// ListenOn is Listen on a given address.
func ListenOn(addr string, h http.Handler) (url string, stop func(), err error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{Handler: h}
	go func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			panic(err)
		}
	}()
	return "http://" + l.Addr().String(), func() { _ = server.Close() }, nil
}
