package main

import (
	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/awscli"
)

// describeCommand is the AWS CLI's command, with the AWS CLI's options: nothing of them is parsed
// here.
func describeCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:                "describe-image-scan-findings",
		Short:              "Do what aws ecr describe-image-scan-findings does",
		DisableFlagParsing: true,
		RunE: func(c *cobra.Command, args []string) error {
			code := awscli.Run(c.Context(), args, awscli.Env{
				Getenv: e.getenv, Environ: e.environ, Stdout: e.stdout, Stderr: e.stderr, Transport: e.transport,
			})
			return exitError(code)
		},
	}
}
