package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/report"
)

// writers are the formats that go to files, by the name of their input.
var writers = map[string]report.Format{
	"sarif":    report.SARIF,
	"json":     report.JSON,
	"html":     report.HTML,
	"junit":    report.JUnit,
	"gitlab":   report.GitLab,
	"markdown": report.Markdown,
}

// publish writes every report, side by side, then tells people and GitHub. A report that cannot be
// written fails the job, after the others were written. An interruption leaves all reports or none:
// once they have their names, what they say is what the process gives.
func publish(ctx context.Context, e env, s *settings, run report.Run) error {
	var left []string // what the SARIF report has no room for
	run.SARIF.Warn = func(text string) { left = append(left, text) }
	unreachable := places(e)
	if unreachable != nil && run.ExitCode == exitPass {
		run.ExitCode = exitNoVerdict
	}
	paths, err := writeReports(ctx, e, s.files, run)
	if paths == nil { // interrupted
		return err
	}
	for _, text := range left {
		fmt.Fprintln(e.stderr, report.CleanLine("ecrgate: warning: "+text))
	}
	if err != nil && run.ExitCode == exitPass { // which the reports that were written say
		run.ExitCode = exitNoVerdict
		paths, _ = writeReports(context.WithoutCancel(ctx), e, paths, run)
	}
	if told := announce(e, s, run, paths); unreachable == nil {
		err = errors.Join(err, told)
	}
	err = errors.Join(err, unreachable)
	if err != nil && run.ExitCode == exitBreach {
		fmt.Fprintln(e.stderr, report.CleanLine("ecrgate: "+err.Error()))
		return nil
	}
	return err
}

// places finds out whether GitHub's files can be written to, before anything says an exit code.
func places(e env) error {
	var problems []error
	for _, name := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
		file := e.getenv(name)
		if file == "" || !inActions(e) {
			continue
		}
		f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			problems = append(problems, fmt.Errorf("telling GitHub Actions: the file of %s: %w", name, err))
			continue
		}
		_ = f.Close()
	}
	return errors.Join(problems...)
}

// announce tells people, and GitHub where it runs the job.
func announce(e env, s *settings, run report.Run, paths map[string]string) error {
	out := e.stdout
	if taken(s) {
		out = e.stderr
	}
	text := report.Text(report.TextOptions{Color: s.colored(e), Width: 80})
	err := text(out, run)
	if inActions(e) {
		err = errors.Join(err, report.AppendSummary(e.getenv, run), report.Annotate(e.getenv, out, run), report.WriteOutputs(e.getenv, run, paths))
	}
	return err
}

// taken reports whether a report has standard output for itself.
func taken(s *settings) bool {
	for _, file := range s.files {
		if file == "-" {
			return true
		}
	}
	return false
}

func (s *settings) colored(e env) bool {
	switch s.color {
	case "on":
		return true
	case "off":
		return false
	}
	return e.colors && e.getenv("NO_COLOR") == "" && !taken(s)
}

// writeReports writes files, by format, and gives those that were written; nil after an interruption,
// when none was.
func writeReports(ctx context.Context, e env, files map[string]string, run report.Run) (map[string]string, error) {
	var wanted []string
	for _, format := range formats {
		if files[format] != "" {
			wanted = append(wanted, format)
		}
	}
	drafts := parallel.Map(wanted, func(format string) draft { return writeReport(ctx, e, format, files[format], run) })
	if ctx.Err() != nil {
		for _, d := range drafts {
			d.drop()
		}
		return nil, context.Cause(ctx)
	}
	paths := map[string]string{}
	var problems []error
	for i, d := range drafts {
		if err := d.place(); err != nil {
			problems = append(problems, fmt.Errorf("writing the %s report: %w", wanted[i], err))
		} else if d.file != "-" && !d.none {
			paths[wanted[i]] = d.file
		}
	}
	return paths, errors.Join(problems...)
}

// writeReport drafts a report. There is none for SARIF without runs: an upload of it would close every
// alert.
func writeReport(ctx context.Context, e env, format, file string, run report.Run) draft {
	if format == "sarif" && report.SARIFRuns(run) == 0 {
		for _, text := range append(report.SARIFHoles(run), "no SARIF report is written: one without runs would close every alert") {
			run.SARIF.Warn(text)
		}
		return draft{file: file, none: true}
	}
	if file == "-" {
		out := bufio.NewWriterSize(e.stdout, 1<<16)
		return draft{file: file, err: errors.Join(writers[format](out, run), out.Flush())}
	}
	return draftOf(ctx, file, func(w io.Writer) error { return writers[format](w, run) })
}
