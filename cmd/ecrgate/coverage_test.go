package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// With a custom endpoint only for ECR, no request goes to Amazon Inspector: the image may not be in AWS. A
// proxy replaces the network.
func TestACustomEndpointForECRAloneLeavesInspectorOut(t *testing.T) {
	for name, c := range map[string]struct {
		env      map[string]string
		args     []string
		coverage bool
	}{
		"endpoint-url":              {nil, []string{"--endpoint-url", "SERVER"}, false},
		"a variable for ECR":        {map[string]string{"AWS_ENDPOINT_URL_ECR": "SERVER"}, nil, false},
		"variables for both":        {map[string]string{"AWS_ENDPOINT_URL_ECR": "SERVER", "AWS_ENDPOINT_URL_INSPECTOR2": "SERVER"}, nil, true},
		"a variable for everything": {map[string]string{"AWS_ENDPOINT_URL": "SERVER"}, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			registry, err := fakeecr.Parse([]byte(`
scanType: ENHANCED
images:
  - repository: team/app
    name: app
    tags: ["1"]
    scan: [{at: 0s, status: ACTIVE, completed: -1h}]`))
			if err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(registry)
			defer server.Close()
			var left atomic.Int64
			proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { left.Add(1) }))
			defer proxy.Close()
			reachNothingElse(t)
			t.Setenv("HTTPS_PROXY", proxy.URL)
			for name, value := range c.env {
				t.Setenv(name, strings.Replace(value, "SERVER", server.URL, 1))
			}
			args := []string{"check", "team/app:1", "--policy", "built-in"}
			for _, arg := range c.args {
				args = append(args, strings.Replace(arg, "SERVER", server.URL, 1))
			}
			t.Chdir(t.TempDir())
			var out bytes.Buffer
			code := run(context.Background(), env{getenv: os.Getenv, stdin: strings.NewReader(""), stdout: &out, stderr: &out}, args)
			asked := false
			for _, r := range registry.Requests() {
				asked = asked || r.Operation == "ListCoverage"
			}
			said := strings.Contains(out.String(), "ECR has a custom endpoint and Amazon Inspector has none")
			if code != exitPass || asked != c.coverage || said == c.coverage || left.Load() != 0 {
				t.Errorf("exit %d, asked %t, said so %t, %d requests left\n%s", code, asked, said, left.Load(), &out)
			}
		})
	}
}
