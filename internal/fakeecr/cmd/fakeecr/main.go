// Command fakeecr serves a script of package fakeecr, for benchmarks and for tests of whole
// processes and containers.
package main

import (
	"flag"
	"fmt"
	"os"

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
	url, _, err := fakeecr.ListenOn(addr, registry)
	if err != nil {
		return err
	}
	fmt.Println(url)
	return nil
}
