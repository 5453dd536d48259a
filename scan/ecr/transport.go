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

// An answer is the body of a successful call and the server's time. The SDK resolves the endpoint,
// finds the credentials and signs; the body is read by package scan, which also reads the saved
// responses that the SDK's decoder cannot, and reads them faster.
type response struct {
	smithyhttp.ClientProtocol
	body []byte
	date time.Time
	held *bytes.Buffer // what body lies in
}

// bodies are buffers that were read to the end: pages are large, and come by the hundred.
var bodies = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// done gives the memory of the body back. Nothing may look at it any more.
func (a *response) done() {
	if a.held != nil {
		bodies.Put(a.held)
	}
	a.body, a.held = nil, nil
}

// readBody reads an answer into one of the buffers.
func (a *response) readBody(resp *smithyhttp.Response) error {
	a.held = bodies.Get().(*bytes.Buffer)
	a.held.Reset()
	if n := resp.ContentLength; n > 0 && n <= maxAnswer {
		a.held.Grow(int(n) + bytes.MinRead)
	}
	_, err := a.held.ReadFrom(resp.Body)
	return err
}

// DeserializeResponse keeps the bytes of a success and makes a *refusal of anything else.
func (a *response) DeserializeResponse(_ context.Context, _ *smithy.OperationSchema, _ *smithy.TypeRegistry, resp *smithyhttp.Response, _ smithy.Deserializable) error {
	err := a.readBody(resp)
	body := a.held.Bytes()
	switch a.date, _ = http.ParseTime(resp.Header.Get("Date")); {
	case errors.Is(err, errTooLong):
		return &apiError{status: resp.StatusCode, date: a.date, message: errTooLong.Error()}
	case err != nil:
		return fmt.Errorf("reading the answer: %w", err)
	case resp.StatusCode != http.StatusOK:
		return newAPIError(resp.StatusCode, resp.Header, body, a.date)
	}
	a.body = body
	return nil
}

// maxAnswer bounds what is read of an answer: a page of ECR has some hundred kilobytes.
const maxAnswer = 64 << 20

var errTooLong = fmt.Errorf("with an answer of more than %d MiB", maxAnswer>>20)

// A bounded body ends with an error where it is too long, for the SDK too, which reads on to the
// end of what it closes.
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

// A refusal is an answer that is no success.
type apiError struct {
	status  int
	code    string // empty when the answer is not in AWS's form
	message string
	date    time.Time
}

// newRefusal reads an error of the JSON 1.1 protocol.
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

// ErrorCode, ErrorMessage and ErrorFault make a refusal what the SDK takes for an error of the API,
// which lets it notice that the clocks disagree.
func (r *apiError) ErrorCode() string    { return r.code }
func (r *apiError) ErrorMessage() string { return r.message }
func (r *apiError) ErrorFault() smithy.ErrorFault {
	if r.status >= 500 {
		return smithy.FaultServer
	}
	return smithy.FaultClient
}

// A recorder is the HTTP client under the SDK. It notes, for the attempt in the request's context,
// that the request left; and for all attempts whether any answer ever came.
type transport struct {
	next    aws.HTTPClient
	debug   func(string)
	reached atomic.Bool
	ahead   atomic.Int64 // nanoseconds of the server's clock before ours, at its last answer
}

func newTransport(next aws.HTTPClient, debug func(string)) *transport {
	if next == nil {
		next = httpbody.NoRedirects(http.DefaultTransport)
	}
	return &transport{next: httpbody.Wrap(next), debug: debug}
}

type attemptKey struct{}

// An attempt is what became of one request.
type attempt struct {
	sent     bool // it got past credentials, endpoint and signing
	answered bool
	late     bool // its time was over before it was done
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
