package httpclient

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// redirector redirects every request to another server and counts the requests that arrive there.
func redirector(t *testing.T, status int) (url string, arrived *atomic.Int32) {
	t.Helper()
	arrived = new(atomic.Int32)
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived.Add(1) }))
	t.Cleanup(target.Close)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target.URL)
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	return server.URL, arrived
}

func signed(t *testing.T, url string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "secret")
	return req
}

func TestOurClientReturnsARedirectAsItIs(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		url, arrived := redirector(t, status)
		resp, err := NoRedirects(http.DefaultTransport).Do(signed(t, url))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != status || arrived.Load() != 0 {
			t.Errorf("HTTP %d: got %d, and %d requests followed it", status, resp.StatusCode, arrived.Load())
		}
	}
}

// The SDK's client follows 307 and 308; its transport then rejects the second request.
func TestTheSDKsClientFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{307, 308} {
		url, arrived := redirector(t, status)
		resp, err := awshttp.NewBuildableClient().Do(signed(t, url))
		if err != nil || arrived.Load() != 1 {
			t.Fatalf("the SDK's client no longer follows HTTP %d: RefuseRedirects may no longer be needed (%v)", status, err)
		}
		_ = resp.Body.Close()
		resp, err = awshttp.NewBuildableClient().WithTransportOptions(RefuseRedirects).Do(signed(t, url))
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, ErrRedirect) || arrived.Load() != 1 {
			t.Errorf("HTTP %d: error %v, and %d requests followed it", status, err, arrived.Load()-1)
		}
	}
}
