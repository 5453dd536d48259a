// Command ecrgate is a CI gate for Amazon ECR image scan findings.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
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
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) // a closed output is a write error instead
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal kills the process, even if it hangs
	code := run(ctx, processEnv(), os.Args[1:])
	stop()
	os.Exit(code)
}

// processEnv returns the environment of this process.
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

// The exit codes, as in README.md and in every report. The worst of several images wins, in the order
// interrupted, usage, breach, no verdict, pass.
const (
	exitPass        = 0
	exitBreach      = 1
	exitUsage       = 2
	exitNoVerdict   = 3
	exitInterrupted = 130
)

// An env is the process environment that a command sees.
type env struct {
	getenv  func(string) string
	environ []string // NAME=value
	stdin   io.Reader
	stdout  io.Writer
	stderr  io.Writer
	// terminal is set when stderr is a terminal, colors when stdout is one.
	terminal bool
	colors   bool
	// transport replaces AWS in tests and in the demo; nil means AWS as configured.
	transport http.RoundTripper
}

// A usageError is a mistake in the command line, the inputs or the policy.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

// wrap adds a prefix to an error; nil stays nil.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// An exit is an error that only carries an exit code; its messages are already printed.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// run is the whole program: it runs the command that args name and returns the exit code.
func run(ctx context.Context, e env, args []string) int {
	code := exitPass
	err := parallel.Catch(func() error {
		code = execute(ctx, e, args)
		return nil
	})
	var p *parallel.Panic
	if errors.As(err, &p) { // Go's own exit code would be 2, that of a usage error
		fmt.Fprintln(e.stderr, report.CleanLine("ecrgate: internal error, no verdict: "+redact.Text(p.Error())))
		fmt.Fprintln(e.stderr, report.CleanText(redact.Text(string(p.Stack))))
		return exitNoVerdict
	}
	return code
}

func execute(ctx context.Context, e env, args []string) int {
	root := rootCommand(e)
	root.SetArgs(args)
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	c, err := root.ExecuteContextC(ctx)
	var done exit
	switch {
	case err == nil:
		return exitPass
	case errors.As(err, &done):
		return int(done)
	}
	return printError(ctx, e, c.Name(), err)
}

// interrupted returns the message for an interrupt of a command.
func interrupted(command string) string {
	switch command {
	case "check", "demo":
		return "interrupted before a verdict was reached; no reports were written"
	case "list":
		return "interrupted before the listing was complete; nothing was printed"
	}
	return "interrupted"
}

// printError prints an error of a command and returns its exit code.
func printError(ctx context.Context, e env, command string, err error) int {
	code := codeOf(ctx, err)
	lines := strings.Split(err.Error(), "\n")
	if code == exitInterrupted {
		lines = []string{interrupted(command)}
	}
	prefix := "ecrgate: "
	var located policy.Errors
	if errors.As(err, &located) {
		prefix = "" // each starts with its position in a file, where editors and problem matchers expect it
	}
	for _, line := range lines {
		fmt.Fprintln(e.stderr, report.CleanLine(prefix+redact.Text(line)))
	}
	return code
}

func codeOf(ctx context.Context, err error) int {
	var usage usageError
	switch {
	case ctx.Err() != nil:
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	}
	return exitNoVerdict
}

func rootCommand(e env) *cobra.Command {
	root := &cobra.Command{
		Use:           "ecrgate",
		Short:         "A CI gate for Amazon ECR image scan findings",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
	}
	showVersion := root.Flags().Bool("version", false, "print the version")
	root.RunE = func(c *cobra.Command, args []string) error {
		if *showVersion && len(args) == 0 {
			return printVersion(e)
		}
		return noCommand(c, args)
	}
	root.SetUsageFunc(usage)
	root.CompletionOptions.DisableDefaultCmd = true // completionCommand replaces it
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usagef("%w (run %s --help for the flags)", err, c.CommandPath())
	})
	root.SetHelpCommand(helpCommand())
	root.AddCommand(checkCommand(e), describeCommand(e), policyCommand(e), listCommand(e), doctorCommand(e), demoCommand(e), versionCommand(e), completionCommand(e))
	makeStrict(root)
	return root
}

func versionCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		RunE:  func(*cobra.Command, []string) error { return printVersion(e) },
	}
}

func printVersion(e env) error {
	_, err := fmt.Fprintf(e.stdout, "ecrgate %s (commit %s, %s, %s/%s)\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func noArgs(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef("%s takes no arguments, got %q", c.CommandPath(), args[0])
	}
	return nil
}
