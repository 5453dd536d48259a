package redact_test

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/redact"
)

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"using endpoint https://joe:s3cret@host:8443/x instead":                                "using endpoint https://***@host:8443/x instead",
		`Post "http://joe:s3cret@host/": refused`:                                              `Post "http://***@host/": refused`,
		"HTTP://token@host and https://host":                                                   "HTTP://***@host and https://host",
		"https://joe:s3/cr@et@host":                                                            "https://***@host",
		"https://host/repo@sha256:00 is not a reference":                                       "https://host/repo@sha256:00 is not a reference",
		"team/app@sha256:00 of joe@example.com":                                                "team/app@sha256:00 of joe@example.com",
		`invalid proxy address "joe:s3cret@host": parse "joe:s3cret@host": first path segment`: "invalid proxy address",
	} {
		if got := redact.Text(text); got != want {
			t.Errorf("%s:\ngot  %s\nwant %s", text, got, want)
		}
	}
	if got := redact.URL("joe:s3cret@host:80"); got != "***@host:80" {
		t.Errorf("without a scheme: %s", got)
	}
}

func TestErrorsOfMalformedURLs(t *testing.T) {
	for _, text := range []string{"http://joe:s3cret@host:s3cret", "http://joe:s3 cret@host", "http://joe:s3cret%zz@host", "http://joe:s3cret/x@host", `http://joe:s3"cret@host`, "http://jo[e:s3cret@host"} {
		_, err := url.Parse(text)
		if err == nil {
			continue
		}
		got := redact.Error(fmt.Errorf("proxy: %w", err))
		if strings.Contains(strings.TrimSuffix(got.Error(), text[strings.LastIndex(text, "@"):]), "s3") && !strings.Contains(text, "host:s3cret") || strings.Contains(got.Error(), "joe") {
			t.Errorf("%s: %v", text, got)
		}
		if !errors.Is(got, err) {
			t.Errorf("%s: the chain is lost", text)
		}
	}
	if redact.Error(nil) != nil || redact.Error(io.EOF) != io.EOF {
		t.Error("an error without a URL changes")
	}
}

func FuzzText(f *testing.F) {
	f.Add("a", "b", "host")
	f.Add("joe", `p"/@:%zz`, "host:port")
	f.Fuzz(func(t *testing.T, user, password, host string) {
		if len(password) < 3 || strings.ContainsAny(user+password, " \t\n\r\f\v\"\\") || strings.Contains(host+password+user, "@") || strings.HasPrefix(host, "sha256:") || strings.Contains(host, password) {
			return
		}
		secret := "Zq9" + password
		text := "Post http://" + user + ":" + secret + "@" + host + " failed"
		if got := redact.Text(text); strings.Contains(got, secret) {
			t.Errorf("%q becomes %q", text, got)
		}
	})
}
