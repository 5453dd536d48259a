// Command fakeecr serves a script of package fakeecr, for benchmarks and for tests of whole
// processes and containers. It prints its URL; below it, /calls lists the calls.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:0", "address to listen on")
	flag.Parse()
	if err := serve(*addr, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "fakeecr:", err)
		os.Exit(1)
	}
	select {}
}

func serve(addr, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	registry, err := fakeecr.Parse(text)
	if err != nil {
		return err
	}
	url, _, err := fakeecr.ListenOn(addr, watched(registry))
	if err != nil {
		return err
	}
	fmt.Println(url)
	return nil
}

// watched serves a registry, and beside it how many calls of each operation were made and when the
// last one was answered.
func watched(registry *fakeecr.Registry) http.Handler {
	var answered atomic.Int64 // nanoseconds since 1970
	mux := http.NewServeMux()
	mux.HandleFunc("GET /calls", func(w http.ResponseWriter, _ *http.Request) {
		calls := map[string]int{}
		for _, r := range registry.Requests() {
			calls[r.Operation]++
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"calls": calls, "answered": time.Unix(0, answered.Load())})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		registry.ServeHTTP(w, req)
		answered.Store(time.Now().UnixNano())
	})
	return mux
}
