package awscli

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestCredentialsFollowNoRedirect(t *testing.T) {
	strayed := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strayed = true }))
	defer other.Close()
	for _, status := range []int{http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		first := httptest.NewServer(http.RedirectHandler(other.URL, status))
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, first.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := withoutRedirects().Do(req)
		first.Close()
		if resp != nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, errRedirect) || strayed {
			t.Errorf("%d: error %v, redirect followed: %v", status, err, strayed)
		}
	}
}
