package awscli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// A roundTrip answers requests without a network.
type roundTrip func(*http.Request) (string, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) {
	text, err := f(r)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: r}, nil
}

// environment returns what a run needs if the service is a roundTrip.
func environment(stdout, stderr io.Writer, service roundTrip) awscli.Env {
	vars := map[string]string{"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cr3t/key", "AWS_SESSION_TOKEN": "T0KEN", "AWS_DEFAULT_REGION": "eu-west-1", "HOME": "/nonexistent"}
	return awscli.Env{
		Getenv: func(name string) string { return vars[name] }, Environ: environ(vars), Stdout: stdout, Stderr: stderr, Transport: service, Version: "test",
	}
}

var sensible = []string{"--repository-name", "team/app", "--image-id", "imageTag=1"}

func TestTextIsWrittenPageByPage(t *testing.T) {
	const pages = 5
	var stdout bytes.Buffer
	asked := 0
	service := func(*http.Request) (string, error) {
		if got := strings.Count(stdout.String(), "ENHANCEDFINDINGS"); got != asked {
			t.Errorf("%d pages are written when page %d is asked for", got, asked+1)
		}
		asked++
		token := ""
		if asked < pages {
			token = fmt.Sprintf(`, "nextToken": "%d"`, asked)
		}
		return `{"imageScanFindings": {"enhancedFindings": [{"title": "x"}]}` + token + `}`, nil
	}
	rc := awscli.Run(t.Context(), append(sensible, "--output", "text"), environment(&stdout, io.Discard, service))
	if rc != 0 || asked != pages || strings.Count(stdout.String(), "ENHANCEDFINDINGS\tx\n") != pages {
		t.Errorf("exit code %d after %d requests:\n%s", rc, asked, stdout.String())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	service := func(r *http.Request) (string, error) {
		cancel()
		return "", r.Context().Err()
	}
	var stdout, stderr bytes.Buffer
	if rc := awscli.Run(ctx, sensible, environment(&stdout, &stderr, service)); rc != 130 || stdout.String() != "\n" || stderr.Len() > 0 {
		t.Errorf("exit code %d, stdout %q, stderr %q", rc, stdout.String(), stderr.String())
	}
}

// A broken writer is an output whose pipe is closed.
type broken struct{}

func (broken) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}

func TestNobodyReads(t *testing.T) {
	service := func(*http.Request) (string, error) { return `{"imageScanFindings": {"findings": []}}`, nil }
	for output, want := range map[string]struct {
		rc     int
		stderr string
	}{"json": {0, ""}, "table": {0, ""}, "text": {255, "\n[Errno 32] Broken pipe\n"}} {
		var stderr bytes.Buffer
		rc := awscli.Run(t.Context(), append(sensible, "--output", output), environment(broken{}, &stderr, service))
		if rc != want.rc || stderr.String() != want.stderr {
			t.Errorf("%s: exit code %d, stderr %q", output, rc, stderr.String())
		}
	}
}

func TestDebugTellsNoSecrets(t *testing.T) {
	service := func(*http.Request) (string, error) { return `{"registryId": "1"}`, nil }
	var stdout, stderr, plain bytes.Buffer
	awscli.Run(t.Context(), sensible, environment(&plain, io.Discard, service))
	rc := awscli.Run(t.Context(), append(sensible, "--debug"), environment(&stdout, &stderr, service))
	if rc != 0 || stdout.String() != plain.String() || !strings.Contains(stderr.String(), "team/app") {
		t.Errorf("exit code %d, stdout %q, stderr %q", rc, stdout.String(), stderr.String())
	}
	for _, secret := range []string{"s3cr3t", "T0KEN", "Signature"} {
		if strings.Contains(stderr.String(), secret) {
			t.Errorf("stderr shows %s", secret)
		}
	}
}

func TestEndpointsOfRegions(t *testing.T) {
	for line, want := range map[string]string{
		"AWS_DEFAULT_REGION=eu-west-1":    "https://api.ecr.eu-west-1.amazonaws.com/",
		"AWS_DEFAULT_REGION=cn-north-1":   "https://api.ecr.cn-north-1.amazonaws.com.cn/",
		"AWS_USE_FIPS_ENDPOINT=true":      "https://api.ecr-fips.eu-west-1.amazonaws.com/",
		"AWS_USE_DUALSTACK_ENDPOINT=true": "https://ecr.eu-west-1.api.aws/",
	} {
		asked := ""
		e := environment(io.Discard, io.Discard, func(r *http.Request) (string, error) {
			if asked = r.URL.String(); r.URL.Path == "" {
				asked += "/"
			}
			return "{}", nil
		})
		e.Environ = append(e.Environ, line)
		if rc := awscli.Run(t.Context(), sensible, e); rc != 0 || asked != want {
			t.Errorf("%s: exit code %d, asked %s, want %s", line, rc, asked, want)
		}
	}
}

func TestVersionAndHelp(t *testing.T) {
	for word, want := range map[string]string{"--version": "aws-cli/1.45.11 ", "help": "--generate-cli-skeleton [input|output]\n"} {
		var stdout bytes.Buffer
		rc := awscli.Run(t.Context(), []string{word}, environment(&stdout, io.Discard, nil))
		if rc != 0 || !strings.Contains(stdout.String(), want) {
			t.Errorf("%s: exit code %d, %q", word, rc, stdout.String())
		}
	}
}
