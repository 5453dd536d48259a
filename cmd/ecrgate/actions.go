package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
	"github.com/ecrgate/ecrgate/report/text"
)

// inActions reports whether a GitHub Actions runner, or one that acts as such, runs the job.
func inActions(e env) bool { return e.getenv("GITHUB_ACTIONS") == "true" }

// logGroups is how the CI system that runs the job folds lines of a log.
func logGroups(e env) text.Groups {
	switch {
	case inActions(e):
		return text.GitHub
	case e.getenv("GITLAB_CI") == "true":
		return text.GitLab
	}
	return text.NoGroups
}

// announceProblem lets a workflow see that nothing was checked.
func announceProblem(ctx context.Context, e env, run report.Run) {
	ctx, cancel := context.WithTimeout(ctx, reportGrace)
	defer cancel()
	_ = appendTo(ctx, e, "GITHUB_STEP_SUMMARY", func(w io.Writer) error { return github.WriteSummary(w, run) })
	_ = github.WriteAnnotations(e.stdout, run)
	_ = appendTo(ctx, e, "GITHUB_OUTPUT", func(w io.Writer) error { return github.WriteOutputs(w, run, nil) })
}

// appendTo appends to the file that a variable of the runner names, all of the content or nothing. It
// could be a pipe, so it has until the context ends.
func appendTo(ctx context.Context, e env, variable string, content func(io.Writer) error) error {
	file := e.getenv(variable)
	if file == "" {
		return nil
	}
	err := parallel.Wait(ctx, func() error { return appendFile(file, content) })
	return wrap("writing to the file of "+variable, err)
}

func appendFile(file string, content func(io.Writer) error) error {
	var b bytes.Buffer
	if err := content(&b); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	before, statErr := f.Stat()
	_, err = f.Write(b.Bytes())
	if err != nil && statErr == nil && before.Mode().IsRegular() {
		_ = f.Truncate(before.Size())
	}
	return errors.Join(err, f.Close())
}
