//go:build unix

// Command bench measures ecrgate as users run it, in whole processes, and compares it with what they would use
// instead. The fake ECR runs in a process of its own.
//
//	go run ./bench                      everything
//	go run ./bench -only findings       one table: findings, basic, images, fleet, cli, start or size
//	go run ./bench -before COMMIT       beside the ecrgate of another commit
//
// The commands of a table are run in turn, round by round, so that a slow moment of the machine
// affects all of them; figures are medians, with the least and the greatest, and ratios are medians
// of the ratios of each round. It needs Go, git (for -before) and tar, and takes the AWS CLI in
// when one is installed. docs/performance.md explains the tables.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// A bench is one run of this program.
type bench struct {
	out    io.Writer
	dir    string // binaries, scripts and reports; removed at the end
	rounds int
	before string // commit; empty: none
	aws    string // path of the AWS CLI; empty: none
	fake   *fake
}

// tables by name, in the order in which they are made.
var tables = []struct {
	name string
	make func(*bench) error
}{
	{"findings", (*bench).findings},
	{"basic", (*bench).basic},
	{"images", (*bench).images},
	{"fleet", (*bench).fleet},
	{"cli", (*bench).cli},
	{"start", (*bench).start},
	{"size", (*bench).size},
}

func main() {
	b := &bench{out: os.Stdout}
	flag.IntVar(&b.rounds, "rounds", 7, "counted runs of each command (fewer for the longest)")
	flag.StringVar(&b.before, "before", "", "also measure the ecrgate of this commit")
	flag.StringVar(&b.aws, "aws", found("aws"), "the AWS CLI to measure beside; empty: none")
	latency := flag.Duration("latency", 5*time.Millisecond, "what the fake waits before each answer")
	only := flag.String("only", "", "make only these tables, comma between")
	flag.Parse()
	if err := b.run(*latency, *only); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func found(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return ""
	}
	return path
}

func (b *bench) run(latency time.Duration, only string) (err error) {
	if b.dir, err = os.MkdirTemp("", "ecrgate-bench-*"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.build(); err != nil {
		return err
	}
	if b.fake, err = startFake(b.path("fakeecr"), b.path("script.yaml"), script(latency)); err != nil {
		return err
	}
	b.machine(latency)
	for _, t := range tables {
		if only != "" && !slices.Contains(strings.Split(only, ","), t.name) {
			continue
		}
		if err := t.make(b); err != nil {
			b.fake.stop()
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	calls, cpu := b.fake.stop()
	if calls > 0 {
		fmt.Fprintf(b.out, "\nThe fake answered %d calls with %.2f ms of processor time each.\n", calls, float64(cpu.Microseconds())/1000/float64(calls))
	}
	return nil
}
