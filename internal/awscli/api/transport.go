package api

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// A Link is how to reach the service.
type Link struct {
	// ConnectTimeout and ReadTimeout bound each connect and each read; 0: no limit.
	ConnectTimeout, ReadTimeout time.Duration
	// CABundle is a PEM file with the certificates to trust; empty: the system's.
	CABundle string
	// Insecure trusts any certificate.
	Insecure bool
	// Getenv returns an environment variable, for the proxies.
	Getenv func(string) string
}

// Client returns an HTTP client for a link. It follows no redirects.
func (l Link) Client() *http.Client {
	transport := &http.Transport{
		Proxy:               l.proxy,
		DialContext:         l.dial,
		DisableCompression:  true,
		TLSHandshakeTimeout: l.ConnectTimeout,
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: l.Insecure},
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
			if resp.StatusCode != http.StatusOK {
				return &proxyError{MaskURL(proxy.String()), errors.New(resp.Status)}
			}
			return nil
		},
	}
	return Plain(withBundle{l, transport})
}

// Plain returns an HTTP client that follows no redirects.
func Plain(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// withBundle reads the CA bundle when a connection first needs it.
type withBundle struct {
	link      Link
	transport *http.Transport
}

func (w withBundle) RoundTrip(req *http.Request) (*http.Response, error) {
	c := w.transport.TLSClientConfig
	if req.URL.Scheme == "https" && w.link.CABundle != "" && !w.link.Insecure && c.RootCAs == nil {
		pem, err := os.ReadFile(w.link.CABundle)
		if err != nil {
			return nil, bundleError{err}
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, bundleError{errors.New("no certificate found in " + w.link.CABundle)}
		}
	}
	resp, err := w.transport.RoundTrip(req)
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "proxyconnect" {
		return nil, &proxyError{MaskURL(w.link.proxyText(req.URL)), err}
	}
	return resp, err
}

func (l Link) either(name string) string {
	if text := l.Getenv(name); text != "" {
		return text
	}
	return l.Getenv(strings.ToUpper(name))
}

// bypassed reports whether no_proxy names a host or its domain.
func (l Link) bypassed(u *url.URL) bool {
	list := l.either("no_proxy")
	if list == "*" {
		return true
	}
	for _, name := range strings.Split(list, ",") {
		name = strings.ToLower(strings.TrimLeft(strings.TrimSpace(name), "."))
		for _, host := range []string{strings.ToLower(u.Hostname()), strings.ToLower(u.Host)} {
			if name != "" && (host == name || strings.HasSuffix(host, "."+name)) {
				return true
			}
		}
	}
	return false
}

func (l Link) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: l.ConnectTimeout}).DialContext(ctx, network, address)
	if err != nil || l.ReadTimeout == 0 {
		return conn, err
	}
	return patient{conn, l.ReadTimeout}, nil
}

// A patient is a connection with a timeout for each read.
type patient struct {
	net.Conn
	timeout time.Duration
}

func (p patient) Read(b []byte) (int, error) {
	if err := p.SetReadDeadline(time.Now().Add(p.timeout)); err != nil {
		return 0, err
	}
	return p.Conn.Read(b)
}
