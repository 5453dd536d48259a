package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

const (
	// maxPiped bounds the references on standard input: some 60,000 of ECR's length.
	maxPiped = 8 << 20
	// maxPipedErrors is how many of them are reported as wrong.
	maxPipedErrors = 10
)

// stdinInputs are the inputs that may name standard input as a file.
var stdinInputs = []string{"findings", "policy", "vex", "epss", "kev"}

// pipedImages returns the arguments of check, with the references on standard input in place of the
// argument -. Standard input without a reference is an error: the command before the pipe may have failed.
func pipedImages(ctx context.Context, e env, v values, args []string, started time.Time) ([]string, error) {
	if !slices.Contains(args, "-") {
		return args, nil
	}
	r := reader{values: v}
	wait := r.wait()
	if len(args) > 1 {
		r.wrong("-: the references come from standard input, so no argument can stand beside it (got %d arguments)", len(args))
	}
	for _, name := range []string{"image", "repository", "tag", "digest", "registry-id"} {
		if r.text[name] != "" {
			r.wrong("%s: the references come from standard input (omit %[1]s or -)", name)
		}
	}
	for _, name := range stdinInputs {
		if slices.Contains(strings.Fields(r.text[name]), "-") {
			r.wrong("%s: standard input has the references (give %[1]s a file)", name)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	reading, cancel := context.WithDeadlineCause(ctx, started.Add(wait.Timeout), ecr.Timeout(wait.Timeout))
	defer cancel()
	text, err := parallel.Await(reading, func() ([]byte, error) { return io.ReadAll(io.LimitReader(bufio.NewReader(e.stdin), maxPiped+1)) })
	switch err = readError("-", err); {
	case err != nil:
		return nil, err
	case len(text) > maxPiped:
		return nil, usagef("standard input has more than %d MiB of references (check them in batches)", maxPiped>>20)
	}
	return pipedReferences(string(text))
}

// pipedReferences takes references apart that are separated by white space. Lines that begin with # are
// comments.
func pipedReferences(text string) ([]string, error) {
	var refs, wrong []string
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for _, ref := range strings.Fields(line) {
			refs = append(refs, ref)
			if _, err := scan.ParseImage(ref); err != nil {
				wrong = append(wrong, fmt.Sprintf("standard input, line %d: %v", i+1, err))
			}
		}
	}
	switch {
	case len(wrong) > maxPipedErrors:
		more := len(wrong) - maxPipedErrors
		wrong = append(wrong[:maxPipedErrors], fmt.Sprintf("standard input: %d more references are wrong", more))
		fallthrough
	case len(wrong) > 0:
		return nil, usagef("%s", strings.Join(wrong, "\n"))
	case len(refs) == 0:
		return nil, usagef("no image reference on standard input (did the command before the pipe fail?)")
	}
	return refs, nil
}
