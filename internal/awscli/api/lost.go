package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/ecrgate/ecrgate/internal/redact"
)

// lost returns botocore's error for a request without a response.
func (c *Client) lost(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &failure{text: LostText(c.Endpoint, err)}
}

// LostText returns botocore's message for an address that did not respond.
func LostText(address string, err error) string {
	target := MaskURL(withPath(address))
	var op *net.OpError
	var refused *proxyError
	switch {
	case errors.As(err, &refused):
		return fmt.Sprintf("Failed to connect to proxy URL: \"%s\"", refused.proxy)
	case isTLS(err):
		return fmt.Sprintf("SSL validation failed for %s %s", target, tlsText(err))
	case errors.As(err, &op) && op.Op == "dial":
		if op.Timeout() {
			return fmt.Sprintf("Connect timeout on endpoint URL: \"%s\"", target)
		}
		return fmt.Sprintf("Could not connect to the endpoint URL: \"%s\"", target)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Sprintf("Read timeout on endpoint URL: \"%s\"", target)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &op):
		return fmt.Sprintf("Connection was closed before we received a valid response from endpoint URL: \"%s\".", target)
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if strings.Contains(err.Error(), "malformed HTTP") || strings.Contains(err.Error(), "server closed") {
		return fmt.Sprintf("Connection was closed before we received a valid response from endpoint URL: \"%s\".", target)
	}
	return "An HTTP Client raised an unhandled exception: " + redact.Text(err.Error())
}

// withPath returns a URL with a path: / if it has none.
func withPath(endpoint string) string {
	if u, err := url.Parse(endpoint); err == nil && u.Path == "" {
		u.Path = "/"
		return u.String()
	}
	return endpoint
}

// A bundleError is a CA bundle that cannot be used.
type bundleError struct{ error }

func (b bundleError) Unwrap() error { return b.error }

func isTLS(err error) bool {
	var bundle bundleError
	var verification *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &bundle) || errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert)
}

// tlsText returns the message for a certificate error. Only messages that do not come from OpenSSL match the
// AWS CLI's.
func tlsText(err error) string {
	var path *fs.PathError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var authority x509.UnknownAuthorityError
	reason := "unable to get local issuer certificate"
	switch {
	case errors.As(err, &path):
		return ErrnoText(path)
	case errors.As(err, &authority):
	case errors.As(err, &host):
		reason = "Hostname mismatch, certificate is not valid for '" + host.Host + "'."
	case errors.As(err, &invalid):
		reason = invalid.Error()
	default:
		return "[SSL] " + err.Error()
	}
	return "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: " + reason
}

// ErrnoText returns Python's message for a failed system call, without the file name.
func ErrnoText(err error) string {
	number, text := errno(err)
	return fmt.Sprintf("[Errno %d] %s", number, text)
}
