package awsapi

import (
	"bytes"
	"cmp"
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
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/internal/httpclient"
)

// A Response is the body of a successful call and the server's time. The SDK resolves the endpoint, finds
// credentials and signs. Package scan decodes the body, because it also reads saved responses that the
// SDK's decoder cannot.
type Response struct {
	smithyhttp.ClientProtocol
	Body []byte        // valid until Done
	Date time.Time     // from the Date header; zero without one
	held *bytes.Buffer // the buffer of Body
}

// bodies holds buffers for reuse: pages are large, and there are hundreds of them.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Done releases the body, which must not be used afterwards.
func (a *Response) Done() {
	if a.held != nil {
		bodies.Put(a.held)
	}
	a.Body, a.held = nil, nil
}

// readBody reads a response into a pooled buffer.
func (a *Response) readBody(resp *smithyhttp.Response) error {
	a.held = bodies.Get().(*bytes.Buffer)
	a.held.Reset()
	if n := resp.ContentLength; n > 0 && n <= MaxResponse {
		a.held.Grow(int(n) + bytes.MinRead)
	}
	_, err := a.held.ReadFrom(resp.Body)
	return err
}

// DeserializeResponse keeps the bytes of a success and returns an *APIError for anything else.
func (a *Response) DeserializeResponse(_ context.Context, _ *smithy.OperationSchema, _ *smithy.TypeRegistry, resp *smithyhttp.Response, _ smithy.Deserializable) error {
	err := a.readBody(resp)
	body := a.held.Bytes()
	switch a.Date, _ = http.ParseTime(resp.Header.Get("Date")); {
	case errors.Is(err, errTooLong):
		return &APIError{Status: resp.StatusCode, date: a.Date, Message: errTooLong.Error()}
	case err != nil:
		return fmt.Errorf("reading the response: %w", err)
	case resp.StatusCode != http.StatusOK:
		return newAPIError(resp.StatusCode, resp.Header, body, a.Date)
	}
	a.Body = body
	return nil
}

// MaxResponse is the largest response in bytes: a page of ECR has a few hundred kilobytes.
const MaxResponse = 64 << 20

var errTooLong = fmt.Errorf("with a response of more than %d MiB", MaxResponse>>20)

// A bounded body returns an error if it is too long. The SDK reads a body to its end before closing it.
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

// An APIError is a response other than a success.
type APIError struct {
	Status  int
	Code    string // empty when the response is not in AWS's format
	Message string
	date    time.Time
}

// newAPIError decodes an error of the JSON protocols. The message may be present in both spellings, so names
// match exactly. A body with a duplicate key has no code.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html#operation-error-serialization
func newAPIError(status int, header http.Header, body []byte, date time.Time) *APIError {
	var wire struct {
		Type           string `json:"__type"`
		Code           string `json:"code"`
		CapitalCode    string `json:"Code"`
		Message        string `json:"message"`
		CapitalMessage string `json:"Message"`
	}
	r := &APIError{Status: status, date: date}
	if status >= 300 && status < 400 { // regardless of its body
		r.Message = http.StatusText(status) + ": redirects are never followed"
		return r
	}
	if json.Unmarshal(body, &wire, jsontext.AllowInvalidUTF8(true)) != nil {
		r.Message = http.StatusText(status)
		return r
	}
	for _, code := range []string{header.Get("X-Amzn-ErrorType"), wire.Type, wire.Code, wire.CapitalCode} {
		if code != "" {
			code, _, _ = strings.Cut(code, ":")
			r.Code = code[strings.LastIndex(code, "#")+1:]
			break
		}
	}
	r.Message = cmp.Or(wire.Message, wire.CapitalMessage)
	return r
}

func (r *APIError) Error() string {
	switch {
	case r.Code == "":
		return strings.TrimSpace(fmt.Sprintf("HTTP %d %s", r.Status, r.Message))
	case r.Message == "":
		return r.Code
	}
	return r.Code + ": " + r.Message
}

// ErrorCode, ErrorMessage and ErrorFault make it an API error for the SDK, which can then correct for
// clock skew.
func (r *APIError) ErrorCode() string    { return r.Code }
func (r *APIError) ErrorMessage() string { return r.Message }
func (r *APIError) ErrorFault() smithy.ErrorFault {
	if r.Status >= 500 {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

// A transport is the HTTP client below the SDK. It records for the attempt in the request's context that
// the request was sent, and for all attempts which hosts ever responded.
type transport struct {
	next    aws.HTTPClient
	debug   func(string)
	reached sync.Map     // hosts that have ever responded
	ahead   atomic.Int64 // nanoseconds that the server's clock was ahead of the local one in the last response
}

func newTransport(next aws.HTTPClient, debug func(string)) *transport {
	if next == nil {
		next = httpclient.NoRedirects(http.DefaultTransport)
	}
	return &transport{next: httpclient.WithBodyInMemory(next), debug: debug}
}

func (r *transport) hasReached(host string) bool {
	_, ok := r.reached.Load(host)
	return ok
}

type attemptKey struct{}

// An attempt is the state of one request.
type attempt struct {
	sent     bool   // after credentials, endpoint and signing
	host     string // the host that it was sent to
	answered bool
	timedOut bool
}

func (r *transport) Do(req *http.Request) (*http.Response, error) {
	started := time.Now()
	a, _ := req.Context().Value(attemptKey{}).(*attempt)
	if a != nil {
		a.sent, a.host = true, req.URL.Host
	}
	resp, err := r.next.Do(req)
	if err == nil {
		r.reached.Store(req.URL.Host, true)
		if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
			r.ahead.Store(int64(time.Until(date)))
		}
		resp.Body = &bounded{resp.Body, MaxResponse}
	}
	if err == nil && a != nil {
		a.answered = true
	}
	if r.debug != nil {
		r.debug(describe(req, resp, err, time.Since(started)))
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
