// Command ecrgate is a CI gate for Amazon ECR image scan findings.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// Set by the release build.
var (
	version = "0.0.0-dev"
	commit  = "unknown"
)

// gcPercent is how much the heap grows between two collections. Findings stay in memory until all reports
// are written; with Go's default of 100, garbage would take as much as they do.
const gcPercent = 60

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a closed output is an error of its writer
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process, whatever it hangs on
	code := run(ctx, processEnv(), os.Args[1:])
	stop()
	os.Exit(code)
}

// processEnv connects run to the process.
func processEnv() env {
	return env{
		getenv:   os.Getenv,
		environ:  os.Environ(),
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		terminal: isTerminal(os.Stderr),
		colors:   isTerminal(os.Stdout),
	}
}

func isTerminal(f *os.File) bool {
	stat, err := f.Stat()
	return err == nil && stat.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}
