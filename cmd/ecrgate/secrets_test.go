package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// TestSecretsInURLsAreMasked searches the log and every report for the user and password of endpoint and
// proxy URLs, well formed or not, for calls that succeed and calls that fail.
func TestSecretsInURLsAreMasked(t *testing.T) {
	registry, err := fakeecr.Parse([]byte(readyRegistry))
	if err != nil {
		t.Fatal(err)
	}
	fake, stop, err := fakeecr.Listen(registry)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	host := strings.TrimPrefix(fake, "http://")
	for name, c := range map[string]struct {
		env  string
		flag string
		code int
	}{
		"an endpoint that answers":          {flag: "http://joe:s3cret@" + host, code: exitPass},
		"the same from the environment":     {env: "AWS_ENDPOINT_URL=http://joe:s3cret@" + host, code: exitPass},
		"an endpoint that is not there":     {flag: "http://joe:s3cret@127.0.0.1:1", code: exitNoVerdict},
		"an endpoint without a scheme":      {flag: "joe:s3cret@" + host, code: exitUsage},
		"an endpoint with a bad escape":     {flag: "http://joe:s3cret%zz@" + host, code: exitUsage},
		"an endpoint with a slash":          {flag: "http://joe:s3cret/x@" + host, code: exitUsage},
		"the same from the environment too": {env: "AWS_ENDPOINT_URL=http://joe:s3cret/x@" + host, code: exitUsage},
		"a proxy that is not there":         {env: "HTTPS_PROXY=http://joe:s3cret@127.0.0.1:1", code: exitNoVerdict},
		"a malformed proxy":                 {env: "HTTPS_PROXY=http://joe:s3cret/x@127.0.0.1:1", code: exitNoVerdict},
		"a proxy without a scheme":          {env: "HTTPS_PROXY=joe:s3cret%zz@127.0.0.1:1", code: exitNoVerdict},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(buildBinary(t), "check", "team/app:1", "--debug", "--timeout", "2s", "--endpoint-url", c.flag)
			for _, format := range formats {
				cmd.Args = append(cmd.Args, "--"+format.name, "out."+format.name)
			}
			cmd.Dir = t.TempDir()
			cmd.Env = append(fakeKeys(), "GITHUB_ACTIONS=true", "GITHUB_OUTPUT=outputs", "GITHUB_STEP_SUMMARY=summary", c.env)
			log, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit %d, want %d\n%s", code, c.code, log)
			}
			holdsNoSecret(t, "the log", log)
			files, err := os.ReadDir(cmd.Dir)
			if err != nil || len(files) < 2 {
				t.Errorf("files %v, %v", files, err)
			}
			for _, f := range files {
				text, err := os.ReadFile(filepath.Join(cmd.Dir, f.Name()))
				if err != nil {
					t.Error(err)
				}
				holdsNoSecret(t, f.Name(), text)
			}
		})
	}
}

func holdsNoSecret(t *testing.T, what string, text []byte) {
	t.Helper()
	for _, secret := range []string{"s3cret", "joe"} {
		if i := strings.Index(string(text), secret); i >= 0 {
			t.Errorf("%s has %.200q", what, text[max(0, i-100):])
		}
	}
}
