package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/attest"
	"github.com/ecrgate/ecrgate/report/github"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/report/text"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// reportGrace is how long writing the reports may take after the timeout, so that a run that timed out has
// reports, too.
var reportGrace = 20 * time.Second

// A publication writes the reports of one run. Every report states the exit code of the process, and a report
// that cannot be written changes that code. So it first writes the files under temporary names, then
// everything else that can fail, and only then renames the drafts; the outputs of the action come last.
type publication struct {
	env
	files      map[string]string // format → file
	colored    bool
	run        report.Run
	writeSARIF report.Format
	noSARIF    bool         // the SARIF report would have no runs
	logs       []*sarif.Log // the SARIF files, if the input sarif names a directory
	drafts     []*draft
	drafted    int // the exit code in the drafts
	problems   []error
}

// publish writes all reports and returns the run's exit code as an error. A report that cannot be
// written turns exit code 0 into 3. An interruption leaves all files or none.
func publish(ctx context.Context, e env, c *config, run report.Run) error {
	deadline := c.wait.Deadline
	if grace := time.Now().Add(reportGrace); deadline.Before(grace) {
		deadline = grace
	}
	bounded, cancel := context.WithDeadlineCause(ctx, deadline, ecr.Timeout(c.wait.Timeout))
	defer cancel()
	p := publication{env: e, files: c.files, colored: c.colored(e), run: run}
	defer p.discard() // removes drafts that were not renamed, even after a panic
	p.probe(bounded)
	p.planSARIF()
	p.warnings()
	p.draft(bounded)
	p.announce(bounded)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	p.commit(context.WithoutCancel(ctx))
	for _, problem := range p.problems {
		fmt.Fprintln(e.stderr, cleanLine("ecrgate: "+problem.Error()))
	}
	return exitError(p.run.ExitCode)
}

// check records a problem once. A run that was not fully reported does not pass.
func (p *publication) check(err error) {
	if err == nil || slices.ContainsFunc(p.problems, func(old error) bool { return old.Error() == err.Error() }) {
		return
	}
	p.problems = append(p.problems, err)
	if p.run.ExitCode == exitPass {
		p.run.ExitCode = exitNoVerdict
	}
}

// probe checks that standard output and the runner's files can be written, before anything states an exit
// code.
func (p *publication) probe(ctx context.Context) {
	_, err := p.stdout.Write(nil)
	p.check(wrap("writing to standard output", err))
	if inActions(p.env) {
		nothing := func(io.Writer) error { return nil }
		p.check(appendTo(ctx, p.env, "GITHUB_STEP_SUMMARY", nothing))
		p.check(appendTo(ctx, p.env, "GITHUB_OUTPUT", nothing))
	}
}

// withdraws reports whether this run has no report of a requested format.
func (p *publication) withdraws(f format) bool {
	switch f.name {
	case "sarif":
		return p.noSARIF
	case "attestation":
		return attest.Withheld(p.run) != ""
	}
	return false
}

// maxVEXWarnings is how many unused statements are listed; a document for many images may have one for each.
const maxVEXWarnings = 5

// warnings prints which VEX statements were not used, and why an attestation is withheld.
func (p *publication) warnings() {
	var texts []string
	unused := 0
	for _, u := range p.run.VEX {
		if u.Used {
			continue
		}
		if unused++; unused <= maxVEXWarnings {
			texts = append(texts, fmt.Sprintf("VEX statement on %s in %s was not used: %s", u.ID, u.Source, u.Reason))
		}
	}
	if more := unused - maxVEXWarnings; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more VEX statements were not used (the JSON report says why)", more))
	}
	if why := attest.Withheld(p.run); p.files["attestation"] != "" && why != "" {
		texts = append(texts, "no attestation is written: "+why)
	}
	p.warn(texts)
}

func (p *publication) warn(texts []string) {
	for _, text := range texts {
		fmt.Fprintln(p.stderr, cleanLine("ecrgate: warning: "+text))
	}
}

// wanted returns the formats to write: those that go to streams, or those that go to files.
func (p *publication) wanted(streams bool) []format {
	var out []format
	for _, f := range formats {
		if file := p.files[f.name]; file == "" || outfile.IsStream(file) != streams {
			continue
		}
		if f.name == "sarif" {
			f.write = p.writeSARIF
		}
		out = append(out, f)
	}
	return out
}

// draft writes the reports that go to files, concurrently.
func (p *publication) draft(ctx context.Context) {
	for _, f := range p.wanted(false) {
		if f.name == "sarif" && isDirectory(p.files["sarif"]) {
			p.drafts = append(p.drafts, p.sarifDrafts(f)...)
			continue
		}
		p.drafts = append(p.drafts, &draft{format: f, file: p.files[f.name]})
	}
	p.fill(ctx)
}

// fill writes the drafts that have no error.
func (p *publication) fill(ctx context.Context) {
	run := p.run
	p.drafted = run.ExitCode
	for _, d := range p.drafts {
		d.withdraws = d.stale || p.withdraws(d.format)
	}
	for _, err := range parallel.MapProcessors(p.drafts, func(d *draft) error { d.write(ctx, run); return d.problem() }) {
		p.check(err)
	}
}

// discard removes all drafts.
func (p *publication) discard() {
	for _, d := range p.drafts {
		d.discard()
	}
}

// announce writes what people and the runner read during the job: the job summary, the reports that go to
// streams, the text, and the annotations.
func (p *publication) announce(ctx context.Context) {
	if inActions(p.env) {
		run := p.run
		p.check(appendTo(ctx, p.env, "GITHUB_STEP_SUMMARY", func(w io.Writer) error { return github.WriteSummary(w, run) }))
	}
	for _, f := range p.wanted(true) {
		if !p.withdraws(f) {
			p.check(wrap("writing the "+f.name+" report", p.stream(ctx, f)))
		}
	}
	run := p.run
	var reports []string
	for _, f := range p.wanted(false) {
		if !p.withdraws(f) {
			reports = append(reports, p.files[f.name])
		}
	}
	p.check(parallel.Wait(ctx, func() error { return p.print(run, reports) }))
}

// stream writes a report to standard output, a device or a pipe.
func (p *publication) stream(ctx context.Context, f format) error {
	run, file := p.run, p.files[f.name]
	return parallel.Wait(ctx, func() error {
		content := func(w io.Writer) error { return f.write(w, run) }
		if file == "-" {
			return outfile.WriteTo(ctx, p.stdout, content)
		}
		return outfile.WriteFile(ctx, file, content)
	})
}

// print writes the text and the annotations to standard output, or to standard error if a report uses
// standard output. The text names the files of the other reports.
func (p *publication) print(run report.Run, reports []string) error {
	out := p.stdout
	if printsReport(p.files) {
		out = p.stderr
	}
	width, _ := terminalWidth(out)
	o := text.Options{Color: p.colored, Width: width, Groups: logGroups(p.env), Reports: reports}
	err := o.Write(out, run)
	if inActions(p.env) {
		err = errors.Join(err, github.WriteAnnotations(out, run))
	}
	return wrap("writing the report as text", err)
}

// commit renames the drafts and writes the outputs. If a failure changes the exit code, it writes everything
// again with the new code.
func (p *publication) commit(ctx context.Context) {
	for done := false; !done; done = p.drafted == p.run.ExitCode {
		if p.drafted != p.run.ExitCode {
			p.discard()
			p.fill(ctx)
		}
		for _, d := range p.drafts {
			d.name()
			p.check(d.problem())
		}
		if inActions(p.env) && p.drafted == p.run.ExitCode {
			p.check(p.outputs(ctx))
		}
	}
}

// outputs writes the outputs of the action.
func (p *publication) outputs(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, reportGrace)
	defer cancel()
	run, paths := p.run, p.written()
	return appendTo(ctx, p.env, "GITHUB_OUTPUT", func(w io.Writer) error { return github.WriteOutputs(w, run, paths) })
}

// written returns the files that were written, by format.
func (p *publication) written() map[string]string {
	paths := map[string]string{}
	var sarifFiles []string
	for _, d := range p.drafts {
		if d.err != nil || d.withdraws {
			continue
		}
		paths[d.format.name] = d.file
		if d.format.name == "sarif" {
			sarifFiles = append(sarifFiles, d.file)
		}
	}
	paths["sarif-files"] = jsonArray(sarifFiles)
	if len(sarifFiles) > 0 && isDirectory(p.files["sarif"]) {
		paths["sarif"] = p.files["sarif"]
	}
	for _, f := range p.wanted(true) {
		if file := p.files[f.name]; file != "-" && !p.withdraws(f) {
			paths[f.name] = file
		}
	}
	return paths
}

// printsReport reports whether a report is written to standard output.
func printsReport(files map[string]string) bool {
	for _, file := range files {
		if file == "-" {
			return true
		}
	}
	return false
}

func (c *config) colored(e env) bool {
	switch c.color {
	case "on":
		return true
	case "off":
		return false
	}
	return e.colors && e.getenv("NO_COLOR") == "" && !printsReport(c.files)
}
