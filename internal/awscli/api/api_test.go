package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"
)

func TestRefusals(t *testing.T) {
	const operation = " when calling the DescribeImageScanFindings operation: "
	for _, c := range []struct {
		status     int
		body, want string
	}{
		{400, `{"__type": "a#ScanNotFoundException:b", "message": "m"}`, "An error occurred (ScanNotFoundException)" + operation + "m"},
		{403, `{"Message": "m"}`, "An error occurred (403)" + operation + "m"},
		{400, `{"__type": "X", "message": null}`, "An error occurred (X)" + operation + "None"},
		{400, `oops`, "An error occurred (400)" + operation + "oops"},
		{502, `<html>`, "An error occurred (502)" + operation + "Bad Gateway"},
		{599, ``, "An error occurred (599)" + operation},
		{400, `[]`, "'list' object has no attribute 'get'"},
		{400, "\xff", "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"},
	} {
		if err := refusal(c.status, []byte(c.body)); err == nil || err.Error() != c.want {
			t.Errorf("%d %s: %v, want %s", c.status, c.body, err, c.want)
		}
	}
}

func TestWhatIsTriedAgain(t *testing.T) {
	legacy, standard := Retry{"legacy", 3}, Retry{"standard", 3}
	for about, c := range map[string]struct {
		retry Retry
		f     failure
		want  bool
	}{
		"no answer":                          {legacy, failure{}, true},
		"throttled":                          {legacy, failure{status: 400, code: "ThrottlingException"}, true},
		"too many":                           {legacy, failure{status: 429}, true},
		"too many, in the newer mode":        {standard, failure{status: 429}, false},
		"a limit":                            {legacy, failure{status: 400, code: "LimitExceededException"}, false},
		"a limit, in the newer mode":         {standard, failure{status: 400, code: "LimitExceededException"}, true},
		"a mistake":                          {legacy, failure{status: 400, code: "InvalidParameterException"}, false},
		"a code that is throttled, not with": {legacy, failure{status: 403, code: "ThrottlingException"}, false},
	} {
		if got := c.retry.again(&c.f, 1); got != c.want {
			t.Errorf("%s: %t", about, got)
		}
		if c.retry.again(&c.f, 3) {
			t.Errorf("%s: an attempt more than there may be", about)
		}
	}
}

func TestPauses(t *testing.T) {
	if got := (Retry{Mode: "legacy"}).pause(5, 1); got != 16*time.Second {
		t.Error(got)
	}
	if got := (Retry{Mode: "standard"}).pause(9, 1); got != maxPause {
		t.Error(got)
	}
	if got := (Retry{Mode: "legacy"}).pause(1, 0.5); got != time.Second/2 {
		t.Error(got)
	}
}

func TestProxies(t *testing.T) {
	for _, c := range []struct{ proxy, bypass, url, want string }{
		{"http://p:1", "", "https://h/", "http://p:1"},
		{"p:1", "", "https://h/", "http://p:1"},
		{"//p:1", "", "https://h/", "http://p:1"},
		{"p:1", "*", "https://h/", ""},
		{"p:1", "x, .example.com", "https://api.example.com/", ""},
		{"p:1", "example.com", "https://example.com:8443/", ""},
		{"p:1", "ample.com", "https://example.com/", "http://p:1"},
		{"p:1", "", "http://h/", ""},
		{"", "", "https://h/", ""},
	} {
		l := Link{Getenv: func(name string) string {
			return map[string]string{"HTTPS_PROXY": c.proxy, "no_proxy": c.bypass}[name]
		}}
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := l.proxy(&http.Request{URL: u})
		if text := ""; err != nil || got != nil && got.String() != c.want || got == nil && text != c.want {
			t.Errorf("%v: %v, %v", c, got, err)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	calls := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	c := &Client{Endpoint: s.URL, HTTP: Link{Getenv: func(string) string { return "" }}.Client(), Retry: Retry{"legacy", 1}}
	if _, err := c.Call(t.Context(), []byte("{}")); err == nil || calls != 1 {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// The memory of a response is reused, whatever the sizes.
func TestAnswersOneAfterTheOther(t *testing.T) {
	texts := []string{"a longer answer", "short", "", "an answer that is longer than any before", "?"}
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, texts[n])
	}))
	defer server.Close()
	c := Client{Endpoint: server.URL, HTTP: server.Client(), Retry: Retry{"legacy", 1}}
	for ; n < len(texts); n++ {
		if got, err := c.Call(t.Context(), nil); err != nil || string(got) != texts[n] {
			t.Errorf("%q, %v; want %q", got, err, texts[n])
		}
	}
}
