package awsapi

import (
	"context"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestPausesAreNotInStep(t *testing.T) {
	seen := map[time.Duration]bool{}
	for range 20 {
		seen[jitter(10*time.Second)] = true
	}
	if len(seen) < 10 {
		t.Errorf("20 pauses have %d lengths", len(seen))
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// A runner may reach ECR through a VPC endpoint, and Inspector not at all.
func TestAHostThatNeverRespondedIsGivenUpAlthoughAnotherResponds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		session := New(roundTrip(func(req *http.Request) (*http.Response, error) {
			if req.URL.Host == "inspector2.example" {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			}
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
		}), "us-east-1")
		started := time.Now()
		caller := &Caller{Session: session, Service: "x", Deadline: started.Add(time.Hour), PollInterval: time.Second, Tell: func(string) {}}
		send := func(host string) error {
			_, err := caller.Call(t.Context(), "Op", func(ctx context.Context, _ *Response) error {
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://"+host+"/", nil)
				if err != nil {
					return err
				}
				_, err = session.HTTPClient().Do(req)
				return err
			}, nil)
			return err
		}
		if err := send("ecr.example"); err != nil {
			t.Fatal(err)
		}
		err := send("inspector2.example")
		if took := time.Since(started); err == nil || !strings.Contains(err.Error(), "no response for 30s") || took != unreachableAfter {
			t.Errorf("after %s: %v", took, err)
		}
	})
}
