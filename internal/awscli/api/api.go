// Package api sends the command's only request the way botocore does: signed, retried, and with botocore's
// error messages.
package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

const (
	target      = "AmazonEC2ContainerRegistry_V20150921.DescribeImageScanFindings"
	contentType = "application/x-amz-json-1.1"
)

// A Client sends requests. All members but Credentials must be set.
type Client struct {
	Endpoint string // URL with its path
	Region   string
	// Credentials returns the keys for signing; if nil, requests are not signed.
	Credentials func(context.Context) (aws.Credentials, error)
	HTTP        *http.Client
	Retry       Retry
	UserAgent   string
	// Sleep waits between attempts.
	Sleep func(context.Context, time.Duration) error
	// Debug receives a line for each request and response; nil for none.
	Debug func(string)

	room   []byte // of the last response
	signer *v4.Signer
}

// Call sends a body until a response needs no other attempt, and returns the body of the response, which the
// next call overwrites. The error has the AWS CLI's message.
func (c *Client) Call(ctx context.Context, body []byte) ([]byte, error) {
	id := make([]byte, 16)
	_, _ = rand.Read(id) // crypto/rand cannot fail
	for attempt := 1; ; attempt++ {
		answer, err := c.attempt(ctx, body, attempt, fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:]))
		var failure *failure
		if err != nil && !errors.As(err, &failure) {
			return nil, err
		}
		if err == nil {
			return answer, nil
		}
		failure.retries = attempt - 1
		if !c.Retry.again(failure, attempt) {
			return nil, failure
		}
		if err := c.Sleep(ctx, c.Retry.pause(attempt, mathrand.Float64())); err != nil {
			return nil, err
		}
	}
}

// attempt sends a request once. A *failure is one that may be worth another attempt.
func (c *Client) attempt(ctx context.Context, body []byte, attempt int, id string) ([]byte, error) {
	req, err := c.request(ctx, body, attempt, id)
	if err != nil {
		return nil, err
	}
	c.debug("request %d to %s: %s", attempt, MaskURL(c.Endpoint), body)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return nil, c.lost(ctx, err)
	}
	defer resp.Body.Close()
	answer, err := c.readAll(resp)
	if errors.Is(err, ErrTooLarge) {
		return nil, err
	}
	if err != nil {
		return nil, c.lost(ctx, err)
	}
	c.debug("answer: %s, %d bytes", resp.Status, len(answer))
	if resp.StatusCode < 300 {
		return answer, nil
	}
	return nil, refusal(resp.StatusCode, answer)
}

// MaxBody is the size in bytes of the largest response that is read. A page of ECR has at most 1,000
// findings, which is a few megabytes.
const MaxBody = 64 << 20

// ErrTooLarge reports a response over MaxBody.
var ErrTooLarge = fmt.Errorf("the response is larger than %d MiB", MaxBody>>20)

// ReadBody reads a body of up to MaxBody bytes.
func ReadBody(body io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, MaxBody+1))
	if len(text) > MaxBody {
		return nil, ErrTooLarge
	}
	return text, err
}

// readAll reads a body into memory of its size, or into the memory of the last one if that is large enough.
func (c *Client) readAll(resp *http.Response) ([]byte, error) {
	if resp.ContentLength > MaxBody {
		return nil, ErrTooLarge
	}
	if resp.ContentLength <= 0 {
		return ReadBody(resp.Body)
	}
	size := int(resp.ContentLength)
	if cap(c.room) < size {
		c.room = make([]byte, size, size+size/8) // pages are of about the same size
	}
	n, err := io.ReadFull(resp.Body, c.room[:size])
	return c.room[:n], err
}

func (c *Client) debug(format string, args ...any) {
	if c.Debug != nil {
		c.Debug(fmt.Sprintf(format, args...))
	}
}

func (c *Client) request(ctx context.Context, body []byte, attempt int, id string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.Endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("Invalid endpoint: %s", MaskURL(c.Endpoint))
	}
	if req.URL.Scheme != "http" && req.URL.Scheme != "https" {
		return nil, errors.New("An HTTP Client raised an unhandled exception: Not supported URL scheme " + req.URL.Scheme)
	}
	req.Header = http.Header{
		"Accept-Encoding":       {"identity"},
		"Content-Type":          {contentType},
		"X-Amz-Target":          {target},
		"User-Agent":            {c.UserAgent},
		"Amz-Sdk-Invocation-Id": {id},
		"Amz-Sdk-Request":       {c.Retry.header(attempt)},
	}
	return req, c.sign(ctx, req, body)
}

func (c *Client) sign(ctx context.Context, req *http.Request, body []byte) error {
	if c.Credentials == nil {
		return nil
	}
	keys, err := c.Credentials(ctx)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	if c.signer == nil { // shared, because it caches the derived key
		c.signer = v4.NewSigner()
	}
	return c.signer.SignHTTP(ctx, keys, req, hex.EncodeToString(sum[:]), "ecr", c.Region, time.Now())
}
