package main

import (
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// describeCommand returns the drop-in for the AWS CLI command. Package awscli parses its options.
func describeCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:                "describe-image-scan-findings",
		Short:              "Describe findings, as the AWS CLI does",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			signal.Ignore(syscall.SIGPIPE) // the command reports a closed output as an error
			code := awscli.Run(c.Context(), args, awscli.Env{
				Getenv: e.getenv, Environ: e.environ, Stdout: e.stdout, Stderr: e.stderr, Transport: e.transport,
				Terminal: func() (int, bool) { return terminalWidth(e.stdout) }, Version: version,
			})
			return exitError(code)
		},
	}
}

// terminalWidth returns the width of a terminal in columns, and whether w is one.
func terminalWidth(w io.Writer) (width int, ok bool) {
	f, ok := w.(*os.File)
	if !ok {
		return 0, false
	}
	return columns(f)
}
