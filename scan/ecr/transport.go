package ecr

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/ecrgate/ecrgate/internal/httpbody"
)

// A response is the body of a successful call and the server's time. The SDK resolves the endpoint, finds
// credentials and signs. Package scan decodes the body, because it also reads saved responses that the
// SDK's decoder cannot.
type response struct {
	smithyhttp.ClientProtocol
	body []byte
	date time.Time
	held *bytes.Buffer // the buffer of body
}

// bodies holds buffers for reuse: pages are large, and there are hundreds of them.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// done releases the body, which must not be used afterwards.
func (a *response) done() {
	if a.held != nil {
		bodies.Put(a.held)
	}
	a.body, a.held = nil, nil
}

// readBody reads a response into one of the buffers.
func (a *response) readBody(resp *smithyhttp.Response) error {
	a.held = bodies.Get().(*bytes.Buffer)
	a.held.Reset()
	if n := resp.ContentLength; n > 0 && n <= maxAnswer {
		a.held.Grow(int(n) + bytes.MinRead)
	}
	_, err := a.held.ReadFrom(resp.Body)
	return err
}

// DeserializeResponse keeps the bytes of a success and returns an *apiError for anything else.
func (a *response) DeserializeResponse(_ context.Context, _ *smithy.OperationSchema, _ *smithy.TypeRegistry, resp *smithyhttp.Response, _ smithy.Deserializable) error {
	err := a.readBody(resp)
	body := a.held.Bytes()
	switch a.date, _ = http.ParseTime(resp.Header.Get("Date")); {
	case errors.Is(err, errTooLong):
		return &apiError{status: resp.StatusCode, date: a.date, message: errTooLong.Error()}
	case err != nil:
		return fmt.Errorf("reading the response: %w", err)
	case resp.StatusCode != http.StatusOK:
		return newAPIError(resp.StatusCode, resp.Header, body, a.date)
	}
	a.body = body
	return nil
}

// maxAnswer bounds what is read of a response: a page of ECR has some hundred kilobytes.
const maxAnswer = 64 << 20

var errTooLong = fmt.Errorf("with a response of more than %d MiB", maxAnswer>>20)

// A bounded body ends with an error when it is too long. The SDK reads a body to its end before it
// closes it.
type bounded struct {
	io.ReadCloser
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// An apiError is a response other than a success.
type apiError struct {
	status  int
	code    string // empty when the response is not in AWS's format
	message string
	date    time.Time
}

// newAPIError decodes an error of the JSON 1.1 protocol.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
func newAPIError(status int, header http.Header, body []byte, date time.Time) *apiError {
	var wire struct {
		Type    string `json:"__type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	r := &apiError{status: status, date: date}
	if status >= 300 && status < 400 { // whatever its body says
		r.message = http.StatusText(status) + ": redirects are never followed"
		return r
	}
	if decode(body, &wire) != nil {
		r.message = http.StatusText(status)
		return r
	}
	for _, code := range []string{header.Get("X-Amzn-ErrorType"), wire.Type, wire.Code} {
		if code != "" {
			code, _, _ = strings.Cut(code, ":")
			r.code = code[strings.LastIndex(code, "#")+1:]
			break
		}
	}
	r.message = wire.Message
	return r
}

func (r *apiError) Error() string {
	switch {
	case r.code == "":
		return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", r.status, r.message))
	case r.message == "":
		return r.code
	}
	return r.code + ": " + r.message
}

// ErrorCode, ErrorMessage and ErrorFault make it an API error for the SDK, which can then correct for
// clock skew.
func (r *apiError) ErrorCode() string    { return r.code }
func (r *apiError) ErrorMessage() string { return r.message }
func (r *apiError) ErrorFault() smithy.ErrorFault {
	if r.status >= 500 {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

// A transport is the HTTP client below the SDK. It records for the attempt in the request's context that
// the request was sent, and for all attempts whether any response ever arrived.
type transport struct {
	next    aws.HTTPClient
	debug   func(string)
	reached atomic.Bool
	ahead   atomic.Int64 // nanoseconds that the server's clock was ahead of ours at its last response
}

func newTransport(next aws.HTTPClient, debug func(string)) *transport {
	if next == nil {
		next = httpbody.NoRedirects(http.DefaultTransport)
	}
	return &transport{next: httpbody.Wrap(next), debug: debug}
}

type attemptKey struct{}

// An attempt is the state of one request.
type attempt struct {
	sent     bool // after credentials, endpoint and signing
	answered bool
	late     bool // it ran out of time
}

func (r *transport) Do(req *http.Request) (*http.Response, error) {
	begun := time.Now()
	a, _ := req.Context().Value(attemptKey{}).(*attempt)
	if a != nil {
		a.sent = true
	}
	resp, err := r.next.Do(req)
	if err == nil {
		r.reached.Store(true)
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			r.ahead.Store(int64(time.Until(date)))
		}
		resp.Body = &bounded{resp.Body, maxAnswer}
	}
	if err == nil && a != nil {
		a.answered = true
	}
	if r.debug != nil {
		r.debug(describe(req, resp, err, time.Since(begun)))
	}
	return resp, err
}

func describe(req *http.Request, resp *http.Response, err error, took time.Duration) string {
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	line := fmt.Sprintf("%s %s%s %s", req.Method, req.URL.Host, req.URL.Path, operation)
	if err != nil {
		return fmt.Sprintf("%s: %v (%s)", line, err, took.Round(time.Millisecond))
	}
	return fmt.Sprintf("%s: HTTP %d, request id %s (%s)", line, resp.StatusCode, resp.Header.Get("X-Amzn-Requestid"), took.Round(time.Millisecond))
}
