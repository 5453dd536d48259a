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
	"github.com/ecrgate/ecrgate/report/gitlab"
	"github.com/ecrgate/ecrgate/report/html"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/report/junit"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/report/text"
)

// writers are the formats that go to files, by the name of their input.
var writers = map[string]report.Format{
	"sarif":    sarif.Write,
	"json":     jsonreport.Write,
	"html":     html.Write,
	"junit":    junit.Write,
	"gitlab":   gitlab.Write,
	"markdown": markdown.Write,
}

// publish writes every report, side by side, then tells people and GitHub. A report that cannot be
// written fails the job, after the others were written. An interruption leaves all reports or none:
// once they have their names, what they say is what the process gives.
func publish(ctx context.Context, e env, s *settings, run report.Run) error {
	unreachable := places(e)
	if unreachable != nil && run.ExitCode == exitPass {
		run.ExitCode = exitNoVerdict
	}
	paths, warnings, err := writeReports(ctx, e, s.files, run)
	if paths == nil { // interrupted
		return err
	}
	for _, text := range warnings {
		fmt.Fprintln(e.stderr, report.CleanLine("ecrgate: warning: "+text))
	}
	if err != nil && run.ExitCode == exitPass { // which the reports that were written say
		run.ExitCode = exitNoVerdict
		paths, _, _ = writeReports(context.WithoutCancel(ctx), e, paths, run)
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
	width, _ := terminalWidth(out)
	err := text.Options{Color: s.colored(e), Width: width}.Write(out, run)
	if inActions(e) {
		err = errors.Join(err, writeGitHub(e, out, run, paths))
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

// writeReports writes files, by format, and returns those that were written, and what the SARIF report
// leaves out. Paths are nil after an interruption, when none was written.
func writeReports(ctx context.Context, e env, files map[string]string, run report.Run) (paths map[string]string, warnings []string, err error) {
	plan := planReports(files, run)
	drafts := parallel.Map(plan.formats, func(format string) draft { return plan.draft(ctx, e, format, files[format], run) })
	if ctx.Err() != nil {
		for _, d := range drafts {
			d.drop()
		}
		return nil, nil, context.Cause(ctx)
	}
	paths = map[string]string{}
	var problems []error
	for i, d := range drafts {
		if err := d.place(); err != nil {
			problems = append(problems, fmt.Errorf("writing the %s report: %w", plan.formats[i], err))
		} else if d.file != "-" && !d.none {
			paths[plan.formats[i]] = d.file
		}
	}
	return paths, plan.warnings, errors.Join(problems...)
}

// A reportPlan is which reports are written. SARIF is planned once, since its warnings go to the log.
type reportPlan struct {
	formats  []string
	sarif    *sarif.Log
	warnings []string
}

func planReports(files map[string]string, run report.Run) reportPlan {
	var p reportPlan
	for _, format := range formats {
		if files[format] != "" {
			p.formats = append(p.formats, format)
		}
	}
	if files["sarif"] == "" {
		return p
	}
	p.sarif = sarif.Plan(run)
	p.warnings = p.sarif.Warnings
	if p.sarif.Runs == 0 {
		p.warnings = append(p.warnings, "no SARIF report is written: one without runs would close every alert")
	}
	return p
}

func (p reportPlan) write(w io.Writer, format string, run report.Run) error {
	if format == "sarif" {
		return p.sarif.Write(w)
	}
	return writers[format](w, run)
}

// draft drafts a report. There is none for SARIF without runs.
func (p reportPlan) draft(ctx context.Context, e env, format, file string, run report.Run) draft {
	if format == "sarif" && p.sarif.Runs == 0 {
		return draft{file: file, none: true}
	}
	write := func(w io.Writer) error { return p.write(w, format, run) }
	if file == "-" {
		out := bufio.NewWriterSize(e.stdout, 1<<16)
		return draft{file: file, err: errors.Join(write(out), out.Flush())}
	}
	return draftOf(ctx, file, write)
}
