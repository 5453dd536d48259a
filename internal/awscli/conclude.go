package awscli

import (
	"context"
	"errors"
	"io"
	"runtime"

	"github.com/ecrgate/ecrgate/internal/awscli/argparse"
)

// The exit codes of the AWS CLI.
const (
	exitDone        = 0
	exitUsage       = 2
	exitInterrupted = 130
	exitFailed      = 255
)

// usage precedes each error in the command line. The carriage return is the AWS CLI's.
const usage = "usage: \rNote: AWS CLI version 2, the latest major version of the AWS CLI, is now stable and recommended for general use. " +
	"For more information, see the AWS CLI version 2 installation instructions at: https://docs.aws.amazon.com/cli/latest/userguide/install-cliv2.html\n" +
	"\nusage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]\nTo see help text, you can run:\n\n" +
	"  aws help\n  aws <command> help\n  aws <command> <subcommand> help\n"

// emulated is the version that is modeled.
const emulated = "aws-cli/1.45.11"

// A bareError is an error that is printed without an empty line before it.
type bareError string

func (b bareError) Error() string { return string(b) }

const (
	errNoRegion      = bareError(`You must specify a region. You can also configure your region by running "aws configure".`)
	errNoCredentials = bareError(`Unable to locate credentials. You can configure credentials by running "aws configure".`)
)

// An unknownError names words that are not options.
type unknownError struct{ words string }

func (u unknownError) Error() string { return "Unknown options: " + u.words }

// conclude prints what went wrong and returns the exit code.
func (c *command) conclude(ctx context.Context, err error) int {
	var usageError *argparse.Error
	var unknown unknownError
	var bare bareError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, argparse.ErrVersion):
		c.print(emulated + " Go/" + runtime.Version()[2:] + " " + runtime.GOOS + "/" + runtime.GOARCH + " ecrgate/" + c.env.Version + "\n")
		return exitDone
	case errors.Is(err, errHelp):
		c.help()
		return exitDone
	case ctx.Err() != nil:
		c.print("\n" + c.afterWrite)
		return exitInterrupted
	case errors.As(err, &usageError):
		c.complain(usage + "aws: error: " + err.Error() + "\n")
		return exitUsage
	case errors.As(err, &unknown):
		c.complain(usage + "\n" + err.Error() + "\n")
	case errors.As(err, &bare):
		c.complain(err.Error(), "\n")
	default:
		c.complain("\n", err.Error(), "\n")
	}
	return exitFailed
}

// print and complain ignore write errors: there is nowhere else to report them.
func (c *command) print(text string) { _, _ = io.WriteString(c.env.Stdout, text) }

// complain writes pieces, each in one write, as the AWS CLI does.
func (c *command) complain(pieces ...string) {
	for _, piece := range pieces {
		_, _ = io.WriteString(c.env.Stderr, shown(piece)+c.afterWrite)
	}
}
