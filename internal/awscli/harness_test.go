package awscli_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// A request is a request that a server received. Headers that matter to the service are compared.
type request struct {
	Path       string
	Body       string
	Credential *string // key/region/service of the signature
	Headers    map[string]string
}

// An outcome is the result of a run.
type outcome struct {
	rc             int
	stdout, stderr string
	requests       []request
}

// compare returns which of the named parts differ: stdout, stderr, rc, requests.
func (want outcome) compare(t *testing.T, got outcome, parts []string) {
	t.Helper()
	has := func(part string) bool { return slices.Contains(parts, part) }
	if has("rc") && got.rc != want.rc {
		t.Errorf("exit code %d, want %d", got.rc, want.rc)
	}
	if has("stdout") && got.stdout != want.stdout {
		t.Errorf("stdout: %s", difference(got.stdout, want.stdout))
	}
	if has("stderr") && got.stderr != want.stderr {
		t.Errorf("stderr: %s", difference(got.stderr, want.stderr))
	}
	if !has("requests") {
		return
	}
	if len(got.requests) != len(want.requests) {
		t.Fatalf("%d requests, want %d", len(got.requests), len(want.requests))
	}
	for i := range want.requests {
		if g, w := got.requests[i].essence(), want.requests[i].essence(); !reflect.DeepEqual(g, w) {
			t.Errorf("request %d:\n got %v\nwant %v", i+1, g, w)
		}
	}
}

// essence returns the parts of a request that must be equal.
func (r request) essence() []string {
	credential := "none"
	if r.Credential != nil {
		credential = *r.Credential
	}
	parts := []string{r.Path, r.Body, credential}
	for _, name := range []string{"X-Amz-Target", "Content-Type", "X-Amz-Security-Token"} {
		parts = append(parts, r.Headers[name])
	}
	return parts
}

// difference returns two texts, from the first line that differs.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	at := 0
	for at < len(g) && at < len(w) && g[at] == w[at] {
		at++
	}
	part := func(lines []string) string { return strings.Join(lines[at:min(at+4, len(lines))], "\n") }
	return fmt.Sprintf("from line %d on\n got %q\nwant %q", at+1, part(g), part(w))
}

// A run is a run of our command.
type run struct {
	args    []string
	env     map[string]string
	columns int // width of stdout's terminal; 0 if it is not one
	// transport replaces the service; nil to use the arguments.
	transport http.RoundTripper
}

func (r run) do(t *testing.T) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	rc := awscli.Run(context.Background(), r.args, awscli.Env{
		Getenv:    func(name string) string { return r.env[name] },
		Environ:   environ(r.env),
		Stdout:    &stdout,
		Stderr:    &stderr,
		Transport: r.transport,
		Terminal:  func() (int, bool) { return r.columns, r.columns != 0 },
		Sleep:     func(context.Context, time.Duration) error { return nil },
		Version:   "test",
	})
	return outcome{rc: rc, stdout: stdout.String(), stderr: stderr.String()}
}

func environ(vars map[string]string) []string {
	var lines []string
	for name, text := range vars {
		lines = append(lines, name+"="+text)
	}
	slices.Sort(lines)
	return lines
}

// baseEnvironment returns the environment of the recorded runs.
func baseEnvironment(t *testing.T) map[string]string {
	empty := t.TempDir()
	return map[string]string{
		"PATH": os.Getenv("PATH"), "HOME": empty, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "80",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1",
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_CONFIG_FILE":             filepath.Join(empty, "no-config"),
		"AWS_SHARED_CREDENTIALS_FILE": filepath.Join(empty, "no-credentials"),
	}
}

// quietEnvironment removes everything about AWS from the environment of the process.
func quietEnvironment(t *testing.T) {
	for _, line := range os.Environ() {
		name, _, _ := strings.Cut(line, "=")
		if strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToLower(name), "_proxy") || strings.Contains(name, "CA_BUNDLE") || strings.HasPrefix(name, "SSL_CERT") {
			t.Setenv(name, "")
			os.Unsetenv(name)
		}
	}
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

// writeCertificate creates a certificate for the loopback address and returns the files of the certificate
// and its key.
func writeCertificate(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	certificate, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for file, block := range map[string]*pem.Block{
		certificate: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: pkcs8},
	} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certificate, key
}

func trusting(certificate string) *http.Client {
	pool := x509.NewCertPool()
	if text, err := os.ReadFile(certificate); err == nil {
		pool.AppendCertsFromPEM(text)
	}
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: pool}}}
}

// stalledListener returns the URL of a listener that accepts no connection.
func stalledListener(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String()
}
