package ecr

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// alone clears all AWS settings in the environment, so that no lookup leaves the machine.
func alone(t *testing.T, set map[string]string) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "")
		}
	}
	for name, value := range map[string]string{"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"} {
		t.Setenv(name, value)
	}
	for name, value := range set {
		t.Setenv(name, value)
	}
}

const session = `{"AccessKeyId":"ASIAEXAMPLE","SecretAccessKey":"example","Token":"token","Expiration":"2099-01-01T00:00:00Z"}`

// openAt returns a client for the environment. One server is ECR, and also provides credentials as in a
// container.
func openAt(t *testing.T, credentials func(w http.ResponseWriter, before int), set map[string]string) *Client {
	t.Helper()
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Header.Get("X-Amz-Target") != "" {
			_, _ = io.WriteString(w, page{status: "COMPLETE", completed: old, basic: []string{"LOW"}}.reply().body)
			return
		}
		credentials(w, asked)
		asked++
	}))
	t.Cleanup(server.Close)
	env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": server.URL, "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.URL + "/credentials"}
	for name, value := range set {
		env[name] = value
	}
	alone(t, env)
	client, err := Open(context.Background(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func (c *Client) readOne() error {
	_, err := c.Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, Options{Deadline: time.Now().Add(time.Minute)})
	return err
}

func TestAPassingFaultOfWhoeverGivesCredentialsIsTriedAgain(t *testing.T) {
	client := openAt(t, func(w http.ResponseWriter, before int) {
		if before == 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, session)
	}, nil)
	if err := client.readOne(); err != nil {
		t.Error(err)
	}
}

func TestCredentialsThatAreRefusedEndTheWaitAtOnce(t *testing.T) {
	client := openAt(t, func(w http.ResponseWriter, _ int) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"code":"AccessDenied","message":"no role for this task"}`)
	}, nil)
	if err := client.readOne(); err == nil || !strings.Contains(err.Error(), "no usable AWS credentials") || !strings.Contains(err.Error(), "no role for this task") {
		t.Errorf("error %v", err)
	}
}

func TestWithoutCredentialsTheWaitEndsAtOnce(t *testing.T) {
	client := openAt(t, func(http.ResponseWriter, int) { t.Error("credentials were requested") }, map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": ""})
	if err := client.readOne(); err == nil || !strings.Contains(err.Error(), "no usable AWS credentials") {
		t.Errorf("error %v", err)
	}
}
