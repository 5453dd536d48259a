package ecr

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// redirecting starts a server that redirects every request to another one, which counts the requests that
// arrive.
func redirecting(t *testing.T, status int) (url string, followed *atomic.Int32) {
	t.Helper()
	followed = new(atomic.Int32)
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(other.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, other.URL, status)
	}))
	t.Cleanup(server.Close)
	return server.URL, followed
}

func TestAnOpenedClientFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		url, followed := redirecting(t, status)
		alone(t, map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"})
		client, err := Open(context.Background(), Config{})
		if err != nil {
			t.Fatal(err)
		}
		err = client.readOne()
		if err == nil || !strings.Contains(err.Error(), "redirects are never followed") || followed.Load() != 0 {
			t.Errorf("HTTP %d: error %v, %d requests followed the redirect", status, err, followed.Load())
		}
	}
}

// A 307 or 308 redirect would send the role's token to another host.
func TestCredentialsFollowNoRedirect(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("token"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, settings := range map[string]func(url string) map[string]string{
		"the container": func(url string) map[string]string {
			return map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "token"}
		},
		"STS": func(url string) map[string]string {
			return map[string]string{"AWS_ENDPOINT_URL_STS": url, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/ci", "AWS_WEB_IDENTITY_TOKEN_FILE": token}
		},
		"the instance": func(url string) map[string]string {
			return map[string]string{"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": url}
		},
	} {
		t.Run(name, func(t *testing.T) {
			url, followed := redirecting(t, http.StatusTemporaryRedirect)
			set := settings(url)
			set["AWS_REGION"], set["AWS_ENDPOINT_URL_ECR"], set["AWS_MAX_ATTEMPTS"] = "us-east-1", url, "1"
			alone(t, set)
			client, err := Open(context.Background(), Config{})
			if err != nil {
				t.Fatal(err)
			}
			err = client.readOne()
			if err == nil || !strings.Contains(err.Error(), "no usable AWS credentials") || followed.Load() != 0 {
				t.Errorf("error %v, %d requests followed the redirect", err, followed.Load())
			}
		})
	}
}
