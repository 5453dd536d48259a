package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

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
// written fails the job, after the others were written.
func publish(ctx context.Context, e env, s *settings, run report.Run) error {
	var left []string // what the SARIF report has no room for
	run.SARIF.Warn = func(text string) { left = append(left, text) }
	unreachable := places(e)
	if unreachable != nil && run.ExitCode == exitPass {
		run.ExitCode = exitNoVerdict
	}
	paths, err := writeReports(ctx, e, s.files, run)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, text := range left {
		fmt.Fprintln(e.stderr, report.CleanLine("ecrgate: warning: "+text))
	}
	if err != nil && run.ExitCode == exitPass { // which the reports that were written say
		run.ExitCode = exitNoVerdict
		paths, _ = writeReports(ctx, e, paths, run)
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
		err = errors.Join(err, report.GitHub(e.getenv, out, run, paths))
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

// writeReports writes files, by format, and gives those that were written.
func writeReports(ctx context.Context, e env, files map[string]string, run report.Run) (map[string]string, error) {
	type written struct {
		format string
		file   string
		err    error
	}
	var wanted []string
	for _, format := range formats {
		if files[format] != "" {
			wanted = append(wanted, format)
		}
	}
	paths := map[string]string{}
	var problems []error
	for _, w := range each(wanted, func(format string) written {
		file, err := writeReport(ctx, e, format, files[format], run)
		return written{format, file, err}
	}) {
		if w.err != nil {
			problems = append(problems, fmt.Errorf("writing the %s report: %w", w.format, w.err))
		} else if w.file != "" && w.file != "-" {
			paths[w.format] = w.file
		}
	}
	return paths, errors.Join(problems...)
}

// writeReport gives the name of the file, or none when there is nothing to write: an upload of a
// SARIF file without runs would close every alert.
func writeReport(ctx context.Context, e env, format, file string, run report.Run) (string, error) {
	if format == "sarif" && report.SARIFRuns(run) == 0 {
		for _, text := range append(report.SARIFHoles(run), "no SARIF report is written: one without runs would close every alert") {
			run.SARIF.Warn(text)
		}
		return "", withdraw(file)
	}
	if file == "-" {
		out := bufio.NewWriterSize(e.stdout, 1<<16)
		return file, errors.Join(writers[format](out, run), out.Flush())
	}
	return file, writeWhole(ctx, file, func(w io.Writer) error { return writers[format](w, run) })
}

// withdraw removes the file of an earlier run, which would be taken for this one's.
func withdraw(file string) error {
	if file == "-" || isDevice(file) {
		return nil
	}
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// writeWhole writes a file whole or not at all: to a temporary file beside it, which then takes its
// name. Parents are created; the mode is 0644, so that later steps under other users can read it.
// A device or a pipe is written to, never replaced.
func writeWhole(ctx context.Context, file string, write func(io.Writer) error) (err error) {
	if isDevice(file) {
		return writeThrough(ctx, file, write)
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(dir, ".ecrgate-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = temporary.Close()
			_ = os.Remove(temporary.Name())
		}
	}()
	out := bufio.NewWriterSize(stoppable{ctx, temporary}, 1<<16)
	if err := errors.Join(write(out), out.Flush(), temporary.Chmod(0o644)); err != nil {
		return err
	}
	if err := errors.Join(temporary.Close(), ctx.Err()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), file)
}

// isDevice reports whether a name stands for something that no file may take the place of.
func isDevice(file string) bool {
	stat, err := os.Stat(file)
	return err == nil && !stat.Mode().IsRegular() || strings.HasPrefix(filepath.Clean(file), "/dev/")
}

func writeThrough(ctx context.Context, file string, write func(io.Writer) error) error {
	device, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(stoppable{ctx, device}, 1<<16)
	return errors.Join(write(out), out.Flush(), device.Close())
}

// stoppable ends the writing when the process is told to stop.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s stoppable) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}
