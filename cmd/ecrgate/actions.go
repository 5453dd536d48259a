package main

import (
	"context"
	"io"

	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/github"
	"github.com/ecrgate/ecrgate/report/text"
)

// inActions reports whether the job runs in GitHub Actions or in a compatible runner.
func inActions(e env) bool { return e.getenv("GITHUB_ACTIONS") == "true" }

// logGroups returns the syntax of collapsed groups in the log of the CI system that runs the job.
func logGroups(e env) text.Groups {
	switch {
	case inActions(e):
		return text.GitHub
	case e.getenv("GITLAB_CI") == "true":
		return text.GitLab
	}
	return text.NoGroups
}

// announceProblem shows in the summary, the annotations and the outputs of a workflow that nothing was
// checked.
func announceProblem(ctx context.Context, e env, run report.Run) {
	ctx, cancel := context.WithTimeout(ctx, reportGrace)
	defer cancel()
	_ = appendTo(ctx, e, "GITHUB_STEP_SUMMARY", func(w io.Writer) error { return github.WriteSummary(w, run) })
	_ = github.WriteAnnotations(e.stdout, run)
	_ = appendTo(ctx, e, "GITHUB_OUTPUT", func(w io.Writer) error { return github.WriteOutputs(w, run, nil) })
}

// appendTo appends all of the content, or none of it, to the file that a variable of the runner names. The
// file could be a pipe, so appendTo gives up when the context ends.
func appendTo(ctx context.Context, e env, variable string, content func(io.Writer) error) error {
	file := e.getenv(variable)
	if file == "" {
		return nil
	}
	err := parallel.Wait(ctx, func() error { return outfile.Append(file, content) })
	return wrap("writing to the file of "+variable, err)
}
