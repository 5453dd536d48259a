package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
)

// writeGitHub writes what GitHub Actions takes: the job summary, the annotations to out, and the
// outputs last. Paths are the reports that were written, by format.
func writeGitHub(e env, out io.Writer, run report.Run, paths map[string]string) error {
	return errors.Join(
		appendTo(e, "GITHUB_STEP_SUMMARY", func(w io.Writer) error { return github.WriteSummary(w, run) }),
		github.WriteAnnotations(out, run),
		appendTo(e, "GITHUB_OUTPUT", func(w io.Writer) error { return github.WriteOutputs(w, run, paths) }),
	)
}

// appendTo adds text to the file that a variable of the runner names, or nothing: a part of it would
// say something else.
func appendTo(e env, variable string, write func(io.Writer) error) error {
	file := e.getenv(variable)
	if file == "" {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return fmt.Errorf("writing GitHub's %s: %w", variable, err)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing GitHub's %s: %w", variable, err)
	}
	_, err = f.Write(b.Bytes())
	return errors.Join(err, f.Close())
}
