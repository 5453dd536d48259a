package awscli_test

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// configured runs the command with variables in addition to a key and a region, without replacing the
// network, and returns its exit code and standard error.
func configured(t *testing.T, vars map[string]string, args ...string) (int, string) {
	t.Helper()
	all := map[string]string{
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "s3cr3t", "AWS_DEFAULT_REGION": "eu-west-1",
		"AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1", "HOME": t.TempDir(), "PATH": os.Getenv("PATH"),
	}
	maps.Copy(all, vars)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true") // the SDK reads the variables of the process
	var stdout, stderr bytes.Buffer
	code := awscli.Run(t.Context(), append(args, sensible...), awscli.Env{
		Getenv: func(name string) string { return all[name] }, Environ: environ(all), Stdout: &stdout, Stderr: &stderr, Version: "test",
	})
	return code, stderr.String()
}

// Hosts and texts are those of the AWS CLI 1.45.11, unless docs/aws-cli.md names the difference.
func TestHostOfARegion(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":          "api.ecr.eu-west-1.amazonaws.com:443",
		"fips-us-east-1":     "api.ecr-fips.us-east-1.amazonaws.com:443",
		"us-east-1-fips":     "api.ecr-fips.us-east-1.amazonaws.com:443",
		"us-fips-east-1":     "api.ecr-fips.us-east-1.amazonaws.com:443",
		"fips-us-gov-west-1": "api.ecr-fips.us-gov-west-1.amazonaws.com:443",
	} {
		var host string
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			host = r.Host
			w.WriteHeader(http.StatusBadGateway)
		}))
		code, stderr := configured(t, map[string]string{"AWS_DEFAULT_REGION": region, "https_proxy": strings.Replace(proxy.URL, "://", "://user:secret@", 1)})
		proxy.Close()
		if code != 255 || host != want || !strings.Contains(stderr, "Failed to connect to proxy URL: \"http://***:***@127.0.0.1:") {
			t.Errorf("%s: exit code %d, host %s (want %s), stderr %q", region, code, host, want, stderr)
		}
	}
}

func TestSigningRegion(t *testing.T) {
	for region, want := range map[string]string{"": "//ecr/", "fips-us-east-1": "/us-east-1/ecr/", "us-east-1-fips": "/us-east-1/ecr/"} {
		var signed string
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			signed = r.Header.Get("Authorization")
			fmt.Fprint(w, "{}")
		}))
		code, stderr := configured(t, map[string]string{"AWS_DEFAULT_REGION": region, "AWS_ENDPOINT_URL": service.URL})
		service.Close()
		if code != 0 || !strings.Contains(signed, want) {
			t.Errorf("%q: exit code %d, signed with %s (want %s), stderr %q", region, code, signed, want, stderr)
		}
	}
}

func TestPasswordsOfURLsAreMasked(t *testing.T) {
	for _, vars := range []map[string]string{
		{"https_proxy": "http://user:secret@127.0.0.1:1"},
		{"https_proxy": "user:secret@127.0.0.1:1"},
		{"https_proxy": "http://user:sec%secret@127.0.0.1:1"},
		{"https_proxy": "http://user:sec#secret@127.0.0.1:1"},
		{"https_proxy": "http://user:sec\x7fsecret@127.0.0.1:1"},
		{"https_proxy": "http://user:secret@127.0.0.1:port"},
		{"https_proxy": "socks5://user:secret@127.0.0.1:1"},
		{"AWS_ENDPOINT_URL": "http://user:secret@127.0.0.1:1"},
		{"AWS_ENDPOINT_URL": "http://user:secret@127.0.0.1:x"},
		{"AWS_ENDPOINT_URL": "http://user:sec%secret@127.0.0.1:1"},
	} {
		if code, stderr := configured(t, vars, "--debug"); code != 255 || strings.Contains(stderr, "secret") || !strings.Contains(stderr, "***") {
			t.Errorf("%v: exit code %d, stderr %q", vars, code, stderr)
		}
	}
}

func TestConfigurationErrors(t *testing.T) {
	for name, c := range map[string]struct {
		vars map[string]string
		want string
	}{
		"no host":              {map[string]string{"AWS_DEFAULT_REGION": ""}, "\nInvalid endpoint: https://api.ecr..amazonaws.com\n"},
		"defaults mode":        {map[string]string{"AWS_DEFAULTS_MODE": "foo"}, "\nClient configured with invalid defaults mode: foo. Valid defaults modes include: legacy, auto, standard, in-region, cross-region, mobile.\n"},
		"expired keys":         {map[string]string{"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}, "\nCredentials were refreshed, but the refreshed credentials are still expired.\n"},
		"keys without a date":  {map[string]string{"AWS_CREDENTIAL_EXPIRATION": "soon"}, "\nUnknown string format: soon\n"},
		"a role that asks MFA": {profileOf(t, "role_arn = arn:aws:iam::123456789012:role/x\nmfa_serial = m\nsource_profile = default\n"), "\nthe profile needs an MFA code (mfa_serial), which cannot be entered here: use temporary credentials of the role\n"},
	} {
		if code, stderr := configured(t, c.vars); code != 255 || stderr != c.want {
			t.Errorf("%s: exit code %d, stderr %q (want %q)", name, code, stderr, c.want)
		}
	}
}

// profileOf returns variables that have no key, and a configuration file with these settings.
func profileOf(t *testing.T, settings string) map[string]string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, []byte("[default]\n"+settings), 0o600); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_CONFIG_FILE": path}
}

func TestCredentialProcess(t *testing.T) {
	const failed = "\nError when retrieving credentials from custom-process: "
	for line, want := range map[string]string{
		`sh -c 'echo "$0-$1" >&2; exit 1' "a b" $HOME`: failed + "a b-$HOME\n\n",
		`sh -c 'echo oops'`:                            "\nExpecting value: line 1 column 1 (char 0)\n",
		`sh -c 'echo {}' | x`:                          failed + "Unsupported version '<Version key not provided>' for credential process provider, supported versions: 1\n",
		`echo '{"Version": 2}'`:                        failed + "Unsupported version '2' for credential process provider, supported versions: 1\n",
		`echo '{"Version": 1, "AccessKeyId": "a"}'`:    failed + "Missing required key in response: 'SecretAccessKey'\n",
		`echo '{"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "b", "Expiration": "2020-01-01T00:00:00Z"}'`: "\nCredentials were refreshed, but the refreshed credentials are still expired.\n",
		`/nonexistent/program`: "\n[Errno 2] No such file or directory: '/nonexistent/program'\n",
		`echo 'a`:              "\nNo closing quotation\n",
		``:                     "\nlist index out of range\n",
	} {
		if code, stderr := configured(t, profileOf(t, "credential_process = "+line+"\n")); code != 255 || stderr != want {
			t.Errorf("%s: exit code %d, stderr %q (want %q)", line, code, stderr, want)
		}
	}
}

func TestTheServiceIsNotLeftByARedirect(t *testing.T) {
	strayed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed = true }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(status)
		}))
		code, stderr := configured(t, map[string]string{"AWS_ENDPOINT_URL": first.URL})
		first.Close()
		if want := fmt.Sprintf("\nAn error occurred (%d) when calling the DescribeImageScanFindings operation: \n", status); code != 255 || stderr != want || strayed {
			t.Errorf("exit code %d, stderr %q (want %q), redirect followed: %v", code, stderr, want, strayed)
		}
	}
}

func TestTheBodyIsBounded(t *testing.T) {
	for _, announced := range []bool{true, false} {
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			block := bytes.Repeat([]byte(" "), 1<<20)
			if announced {
				w.Header().Set("Content-Length", fmt.Sprint(65<<20))
			}
			for range 65 {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}))
		code, stderr := configured(t, map[string]string{"AWS_ENDPOINT_URL": service.URL})
		service.Close()
		if code != 255 || stderr != "\nthe response is larger than 64 MiB\n" {
			t.Errorf("exit code %d, stderr %q", code, stderr)
		}
	}
}
