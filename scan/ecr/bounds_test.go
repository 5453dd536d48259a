package ecr

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/internal/awsapi"
)

func TestALastLookOfManySlowPagesEndsSoonBehindTheDeadline(t *testing.T) {
	tr := try(t, Options{}, 2*time.Minute, func(c call) reply {
		r := page{status: "ACTIVE", enhanced: []string{fmt.Sprint(c.before, ":LOW")}, next: fmt.Sprint("token", c.before)}.reply()
		r.slow = 4 * time.Second
		return r
	})
	tr.fails(t, "timed out", 2*time.Minute, 2*time.Minute+awsapi.LastCall)
}

func TestPagesThatNeverEndAreNoResult(t *testing.T) {
	tr := try(t, Options{}, time.Hour, func(c call) reply {
		return page{status: "ACTIVE", completed: old, next: fmt.Sprint("token", c.before)}.reply()
	})
	tr.fails(t, "consecutive pages are empty", 0, time.Minute)
	if n, most := tr.reg.count("DescribeImageScanFindings"), (maxRestarts+1)*(maxEmptyPages+3); n > most {
		t.Errorf("%d calls, want %d at the most", n, most)
	}
	r := pager{poller: &poller{caller: &caller{image: scan.Image{Digest: digest}}}, pages: make([]*scan.Page, maxPages)}
	full := &scan.Page{Scan: scan.Scan{Image: scan.Image{Digest: digest}, Findings: findings(scan.Low)}}
	if err := r.check(full); err == nil {
		t.Errorf("page %d was taken", maxPages+1)
	}
}

// An endless body never ends, and counts how much of it was read.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += len(p)
	return len(p), nil
}

func (e *endless) Close() error { return nil }

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func TestAnAnswerWithoutEndIsNotReadToTheEndOfMemory(t *testing.T) {
	body := &endless{}
	client := New(roundTrip(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, Request: req}, nil
	}), "us-east-1")
	_, err := client.Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, Options{Deadline: time.Now().Add(time.Minute)})
	if err == nil || !strings.Contains(err.Error(), "more than 64 MiB") {
		t.Errorf("error %v", err)
	}
	if body.read > awsapi.MaxResponse+1<<20 {
		t.Errorf("%d bytes were read", body.read)
	}
}

// TestCallsInFlight waits for 50 indexes of two platforms at once.
func TestCallsInFlight(t *testing.T) {
	var mu sync.Mutex
	inFlight, most, calls := 0, 0, 0
	response := roundTrip(func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		inFlight++
		calls++
		most = max(most, inFlight)
		mu.Unlock()
		time.Sleep(200 * time.Millisecond)
		mu.Lock()
		inFlight--
		enough := calls > 400
		mu.Unlock()
		body := page{status: "PENDING"}
		if enough {
			body = page{status: "COMPLETE", completed: old, basic: []string{"LOW"}}
		}
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body.reply().body)), Request: req}, nil
	})
	synctest.Test(t, func(t *testing.T) {
		client := New(response, "us-east-1")
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				o := Options{Deadline: time.Now().Add(time.Hour), MissingAfter: time.Minute}
				if _, err := client.Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, o); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	})
	if most != MaxConcurrentCalls {
		t.Errorf("%d calls were in flight at once, want %d", most, MaxConcurrentCalls)
	}
}

func TestAWaitForAPlaceEndsWithTheDeadlineToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := New(roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}), "us-east-1")
		started := time.Now()
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				o := Options{Deadline: started.Add(3 * time.Minute)}
				_, err := client.Read(context.Background(), scan.Image{Repository: repo, Digest: digest}, scan.Platform{}, o)
				if err == nil || !strings.Contains(err.Error(), "timed out") {
					t.Errorf("error %v", err)
				}
			})
		}
		all.Wait()
		if took := time.Since(started); took > 3*time.Minute+awsapi.LastCall {
			t.Errorf("took %s", took)
		}
	})
}
