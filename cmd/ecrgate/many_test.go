package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// TestManyImages checks 50 indexes of two platforms at once, over sockets: there are at most as many
// connections as calls in flight, and a few goroutines per manifest.
func TestManyImages(t *testing.T) {
	const images = 50
	registry, err := fakeecr.Parse(manyImages(images))
	if err != nil {
		t.Fatal(err)
	}
	var open, mostOpen, mostGoroutines atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		raise(&mostGoroutines, int64(runtime.NumGoroutine()))
		registry.ServeHTTP(w, req)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			raise(&mostOpen, open.Add(1))
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
	server.Start()
	defer server.Close()
	reachNothingElse(t)
	args := []string{"check", "--endpoint-url", server.URL}
	for i := range images {
		args = append(args, fmt.Sprintf("team/app%d:1", i))
	}
	before := runtime.NumGoroutine()
	e := env{getenv: os.Getenv, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	if code := run(context.Background(), e, args); code != exitBreach {
		t.Errorf("exit %d", code)
	}
	// In addition to one connection per call, there may be one idle connection that was opened too late for
	// its call.
	if n := mostOpen.Load(); n > 2*ecr.MaxConcurrentCalls {
		t.Errorf("%d connections were open at once, want %d at the most", n, 2*ecr.MaxConcurrentCalls)
	}
	// For each manifest: itself, the page it reads and the page after that; for each image one; for
	// each connection three of the client's and two of the server's.
	most := int64(before + 3*2*images + images + 10*ecr.MaxConcurrentCalls)
	t.Logf("%d connections, %d goroutines at the most", mostOpen.Load(), mostGoroutines.Load())
	if n := mostGoroutines.Load(); n > most {
		t.Errorf("%d goroutines at once, want %d at the most", n, most)
	}
}

func raise(most *atomic.Int64, n int64) {
	for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
	}
}

func manyImages(n int) []byte {
	var b strings.Builder
	b.WriteString("scanType: ENHANCED\nimages:\n")
	for i := range n {
		last := "LOW"
		if i == n-1 {
			last = "CRITICAL"
		}
		fmt.Fprintf(&b, "  - {repository: team/app%d, name: index%d, tags: [\"1\"], kind: index, children: [amd%d, arm%d]}\n", i, i, i, i)
		for _, arch := range []string{"amd", "arm"} {
			fmt.Fprintf(&b, "  - {repository: team/app%d, name: %s%d, platform: linux/%s64, scan: [{at: 0s, status: ACTIVE, completed: -1h, findings: [{count: 120, severity: LOW, last: %s}]}]}\n", i, arch, i, arch, last)
		}
	}
	return []byte(b.String())
}

// reachNothingElse sets the environment of fakeKeys for a test that calls run over sockets.
func reachNothingElse(t *testing.T) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "AWS_") || strings.HasSuffix(strings.ToUpper(name), "_PROXY") {
			t.Setenv(name, "")
		}
	}
	for _, pair := range fakeKeys() {
		name, value, _ := strings.Cut(pair, "=")
		t.Setenv(name, value)
	}
}
