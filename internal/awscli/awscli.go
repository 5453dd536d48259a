// Package awscli is a drop-in for `aws ecr describe-image-scan-findings`: the AWS CLI's options, paging,
// output bytes, error messages and exit codes. It does not depend on the gate.
//
// The model is version 1.45.11 with botocore 1.43.11, a Python program, and much of what it prints
// is what Python does with a dictionary, a number or an exception. The packages below this one each
// do one such thing: argparse reads the command line, shorthand the short notation, value JSON and
// Python's notation, jmes --query, model the API's description, paging the pages, text and table the
// two other outputs, profile the configuration files, api the requests.
//
// The order in which things are done is the AWS CLI's, because the first mistake is the only one
// reported. docs/aws-cli.md lists what is not the same.
package awscli

import (
	"context"
	"io"
	"net/http"
	"time"
)

// Env is the environment of the command.
type Env struct {
	Getenv         func(string) string
	Environ        []string // NAME=value
	Stdout, Stderr io.Writer
	// Transport replaces AWS in tests; nil for AWS as configured.
	Transport http.RoundTripper
	// Terminal returns the width of stdout's terminal, which may be 0, and whether it is one; nil if it is
	// not.
	Terminal func() (width int, ok bool)
	// Sleep waits between attempts; nil for real time.
	Sleep func(context.Context, time.Duration) error
	// Version is the version of this program, for --version and the User-Agent header.
	Version string
}

// Run runs the command with its arguments and returns its exit code: 0, 2 for errors in the command line, 130
// for an interrupt, 255 for everything else.
func Run(ctx context.Context, args []string, e Env) int {
	c := &command{env: e, vars: variables(e.Environ)}
	return c.conclude(ctx, c.run(ctx, decoded(args)))
}

// A command is one run of the command.
type command struct {
	env      Env
	vars     map[string]string
	global   globals
	op       operation
	settings settings
	scratch  []byte // text of the current page
	// afterWrite follows each write to stdout and stderr once there is a colored table to come.
	afterWrite string
}

// run runs the whole command, in the AWS CLI's order.
func (c *command) run(ctx context.Context, args []string) error {
	rest, err := c.parseGlobals(args)
	if err != nil {
		return err
	}
	if err := c.readSettings(); err != nil {
		return err
	}
	if err := c.parseOperation(rest); err != nil {
		return err
	}
	params, err := c.params(ctx)
	if err != nil {
		return err
	}
	if c.op.skeleton == "input" {
		return c.inputSkeleton()
	}
	call, err := c.caller(ctx)
	if err != nil {
		return err
	}
	return c.display(params, call)
}

// wait waits in real time.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
