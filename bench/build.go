//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// releaseFlags are those of the Dockerfile.
var releaseFlags = []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid="}

func (b *bench) path(name string) string { return filepath.Join(b.dir, name) }

// build makes all binaries: ecrgate as it is released, the fake, the download, and ecrgate before.
func (b *bench) build() error {
	for name, pkg := range map[string]string{"ecrgate": "./cmd/ecrgate", "fakeecr": "./internal/fakeecr/cmd/fakeecr", "raw": "./bench/raw"} {
		if err := compile(".", b.path(name), pkg); err != nil {
			return err
		}
	}
	if b.before == "" {
		return nil
	}
	tree := b.path("tree")
	unpack := exec.Command("sh", "-c", `mkdir "$1" && git archive "$2" | tar -x -C "$1"`, "sh", tree, b.before)
	if text, err := unpack.CombinedOutput(); err != nil {
		return fmt.Errorf("getting the commit %s: %w\n%s", b.before, err, text)
	}
	return compile(tree, b.path("before"), "./cmd/ecrgate")
}

func compile(dir, to, pkg string) error {
	cmd := exec.Command("go", append(append([]string{}, releaseFlags...), "-o", to, pkg)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, text)
	}
	return nil
}

// machine says what the figures were made on.
func (b *bench) machine(latency time.Duration) {
	fmt.Fprintf(b.out, "%s, %s, %d processors, %s/%s; load before: %s; %s before each answer of the fake.\n",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), runtime.Version(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, load(), latency)
}

func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(text))[:3], " ")
}
