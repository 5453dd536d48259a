package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// TestWrongAWSConfiguration checks that a mistake in it is exit code 2 before AWS is called, and that missing
// credentials are exit code 3, because the command line may be right.
func TestWrongAWSConfiguration(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.pem")
	if err := os.WriteFile(garbage, []byte("no certificate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		code int
		says string
	}{
		"no region":                          {map[string]string{"AWS_REGION": ""}, nil, exitUsage, "no region"},
		"no region for the second image":     {map[string]string{"AWS_REGION": ""}, []string{"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1"}, exitUsage, "no region"},
		"no region for a baseline":           {map[string]string{"AWS_REGION": ""}, []string{"--findings", "resp.json", "--baseline", "team/app:0"}, exitUsage, "no region"},
		"a malformed region":                 {map[string]string{"AWS_REGION": "Europe!"}, nil, exitUsage, "invalid region"},
		"a profile that does not exist":      {nil, []string{"--profile", "missing"}, exitUsage, `profile "missing" does not exist`},
		"the same from the environment":      {map[string]string{"AWS_PROFILE": "missing"}, nil, exitUsage, `profile "missing" does not exist`},
		"a CA file that does not exist":      {nil, []string{"--ca-bundle", filepath.Join(dir, "none.pem")}, exitUsage, "ca-bundle"},
		"a CA file without certificates":     {nil, []string{"--ca-bundle", garbage}, exitUsage, "no usable PEM certificates"},
		"the same from the environment, too": {map[string]string{"AWS_CA_BUNDLE": garbage}, nil, exitUsage, "no usable PEM certificates"},
		"a retry mode of the AWS CLI":        {map[string]string{"AWS_RETRY_MODE": "legacy"}, nil, exitUsage, "AWS_RETRY_MODE must be"},
		"an endpoint without a scheme":       {map[string]string{"AWS_ENDPOINT_URL": "localhost:5000"}, nil, exitUsage, "invalid endpoint"},
		"EPSS with an endpoint for ECR":      {map[string]string{"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_ECR": "http://127.0.0.1:1"}, []string{"--epss", "inspector"}, exitUsage, "epss: inspector: ECR has a custom endpoint and Amazon Inspector has none, so Inspector was not asked (set AWS_ENDPOINT_URL_INSPECTOR2)"},
		"no credentials":                     {map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, nil, exitNoVerdict, "metadata hop limit"},
	} {
		t.Run(name, func(t *testing.T) {
			var asked atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
			defer server.Close()
			reachNothingElse(t)
			t.Setenv("AWS_ENDPOINT_URL", server.URL)
			for name, value := range c.env {
				t.Setenv(name, value)
			}
			args := append([]string{"check", "--policy", "built-in"}, c.args...)
			if !strings.Contains(strings.Join(c.args, " "), "--findings") {
				args = append(args, "team/app:1")
			}
			t.Chdir(t.TempDir())
			if err := os.WriteFile("resp.json", []byte(`{"imageScanStatus":{"status":"COMPLETE"}}`), 0o600); err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			e := env{getenv: os.Getenv, stdin: strings.NewReader(""), stdout: &out, stderr: &out}
			if code := run(context.Background(), e, args); code != c.code || !strings.Contains(strings.Join(strings.Fields(out.String()), " "), c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, c.code, c.says, &out)
			}
			if n := asked.Load(); n > 0 {
				t.Errorf("the endpoint was asked %d times", n)
			}
		})
	}
}
