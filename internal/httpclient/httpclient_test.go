package httpclient

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// An sdkBody is a body like the SDK's, with the worst timing: net/http does not know that it is in memory,
// and while net/http reads past its end, the SDK closes it.
type sdkBody struct {
	text    io.Reader
	sending *atomic.Bool // net/http has the request
	once    sync.Once
	closed  chan struct{}
}

func (b *sdkBody) Read(p []byte) (int, error) {
	n, err := b.text.Read(p)
	if err == io.EOF && b.sending.Load() {
		<-b.closed
		return 0, errors.New("the body is closed")
	}
	return n, err
}

func (b *sdkBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return nil
}

// noting records that a request reaches net/http.
type noting struct{ sending *atomic.Bool }

func (n noting) RoundTrip(req *http.Request) (*http.Response, error) {
	n.sending.Store(true)
	return http.DefaultTransport.RoundTrip(req)
}

const answerSize = 16 << 20

// ask sends a request as the SDK does: it closes the body as soon as the header of the response has arrived.
func ask(t *testing.T, wrap func(Doer) Doer) (int, error) {
	t.Helper()
	closed := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if _, err := io.ReadAll(req.Body); err != nil {
			return
		}
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-closed
		for n := 0; n < answerSize && req.Context().Err() == nil; n += 1 << 10 {
			_, _ = w.Write(make([]byte, 1<<10))
		}
	}))
	defer server.Close()
	var sending atomic.Bool
	body := &sdkBody{text: strings.NewReader("{}"), sending: &sending, closed: closed}
	req, err := http.NewRequest(http.MethodPost, server.URL, body)
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 2
	resp, err := wrap(&http.Client{Transport: noting{&sending}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_ = body.Close()
	answer, err := io.ReadAll(resp.Body)
	return len(answer), err
}

func TestAnAnswerIsNotLostToAClosedBody(t *testing.T) {
	if n, err := ask(t, WithBodyInMemory); err != nil || n != answerSize {
		t.Errorf("%d bytes of %d, %v", n, answerSize, err)
	}
}

// If this fails, net/http or the SDK has improved, and the package can be removed.
func TestWithoutThePackageItIsLost(t *testing.T) {
	if n, err := ask(t, func(d Doer) Doer { return d }); err == nil {
		t.Errorf("the answer of %d bytes was not lost", n)
	}
}

// A doer is a function as a Doer.
type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(req *http.Request) (*http.Response, error) { return d(req) }

func TestTheRequestStaysWhatItIs(t *testing.T) {
	var got *http.Request
	var text []byte
	next := doer(func(req *http.Request) (*http.Response, error) {
		got = req
		text, _ = io.ReadAll(req.Body)
		return &http.Response{StatusCode: 200}, nil
	})
	req, err := http.NewRequest(http.MethodPost, "http://127.0.0.1/x?y=z", io.NopCloser(strings.NewReader("body")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Amz-Target", "a")
	req.Host = "elsewhere"
	if _, err := WithBodyInMemory(next).Do(req); err != nil {
		t.Fatal(err)
	}
	if string(text) != "body" || got.ContentLength != 4 || got.Host != "elsewhere" || got.Header.Get("X-Amz-Target") != "a" || got.URL.String() != req.URL.String() {
		t.Errorf("got %q of length %d: %+v", text, got.ContentLength, got)
	}
	again, err := got.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(again); string(text) != "body" {
		t.Errorf("the body for a second try is %q", text)
	}
	empty, _ := http.NewRequest(http.MethodGet, "http://127.0.0.1/", nil)
	text = nil
	if _, err := WithBodyInMemory(doer(func(req *http.Request) (*http.Response, error) { got = req; return nil, nil })).Do(empty); err != nil || got != empty {
		t.Error("a request without a body was changed")
	}
}

func TestABodyThatCannotBeReadIsAnError(t *testing.T) {
	next := doer(func(*http.Request) (*http.Response, error) { t.Fatal("it was sent"); return nil, nil })
	req, _ := http.NewRequest(http.MethodPost, "http://127.0.0.1/", io.NopCloser(io.MultiReader(strings.NewReader("x"), broken{})))
	if _, err := WithBodyInMemory(next).Do(req); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("error %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }
