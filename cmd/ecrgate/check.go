package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

func checkCommand(e env) *cobra.Command {
	c := &cobra.Command{
		Use:   "check [IMAGE...]",
		Short: "Check an image against a policy",
		Long: "Wait for an image scan, check its findings against a policy, and fail if the\n" +
			"policy is breached. Exit code 0: the policy is met; 1: it is breached; 2: usage\n" +
			"error; 3: no verdict. Each flag is an input of the action and a variable too:\n" +
			"--fail-on is ECRGATE_FAIL_ON. Several files or images are one value.",
		Example: "  ecrgate check team/app:1.2\n" +
			"  ecrgate list \"team/*\" | ecrgate check -\n" +
			"  ecrgate check team/app:1.2 --policy \"rules.yml exceptions.yml\" --html out.html\n" +
			"  ecrgate check --findings saved.json --fail-on critical",
		RunE: func(c *cobra.Command, args []string) error {
			return check(c.Context(), e, readInputs(c.Flags(), e), args)
		},
	}
	addFlags(c.Flags())
	addCompletions(c)
	return c
}

// check is the gate:
//
//	inputs → config → files → gate (resolve → await → page → evaluate) → reports → exit code
//
// It returns nil, which is exit code 0, in these cases and no others, all of them in exitCodeOf: every image
// passes, either by a complete, settled set of findings of its pinned digest or by a scan status that the
// policy accepts by name; in mode report, every image and every platform of it has a verdict; in mode
// observe, always. A report that cannot be written, or an interrupt, turns the 0 into a failure.
// docs/reliability.md lists these ways for users, and TestEveryWayToExitCodeZero checks them.
func check(ctx context.Context, e env, v values, args []string) error {
	started := time.Now()
	args, err := pipedImages(ctx, e, v, args, started)
	if err != nil {
		return refuse(ctx, e, err)
	}
	c, err := readConfig(v, args, e, started)
	if err != nil {
		return refuse(ctx, e, err)
	}
	if err := withdraw(c.files["attestation"]); err != nil {
		return refuse(ctx, e, err)
	}
	c.wait.Deadline = started.Add(c.wait.Timeout)
	p := newProgress(e, started)
	c.wait.Progress = p.report
	g, err := prepare(ctx, e, c, v.warnings, p)
	if err != nil {
		return refuse(ctx, e, err)
	}
	images := g.Check(ctx)
	p.stop()
	if ctx.Err() != nil {
		p.undecided(images)
		return context.Cause(ctx)
	}
	run := conclude(g.Policy, c.mode, images)
	run.SARIF, run.Started, run.Ended = c.sarif, started, time.Now()
	run.VEX = gate.MergeVEX(g.VEX, images)
	run.ExploitData, run.AsOf = g.ExploitFiles(), c.asOf
	return publish(ctx, e, c, run)
}

// prepare reads the files that the inputs name and returns a connected gate. After it, only AWS can report an
// error in the inputs.
func prepare(ctx context.Context, e env, c *config, warnings []string, p *progress) (*gate.Gate, error) {
	reading, cancel := context.WithDeadlineCause(ctx, c.wait.Deadline, ecr.Timeout(c.wait.Timeout))
	defer cancel()
	pol, more, err := loadPolicy(reading, c.policy, e, c.today(p.started))
	if err != nil {
		return nil, err
	}
	if err := requireData(pol.Needs(), c.exploit, c.base); err != nil {
		return nil, err
	}
	data, err := readExploitData(reading, c.exploit, e.stdin)
	if err != nil {
		return nil, err
	}
	if c.sarif.Line, err = readDockerfile(reading, c.sarif.Dockerfile); err != nil {
		return nil, err
	}
	saved, err := readSaved(reading, c.findings, e.stdin)
	if err != nil {
		return nil, err
	}
	documents, err := readVEX(reading, c.vex, e.stdin)
	if err != nil {
		return nil, err
	}
	base, err := readBase(reading, c.base)
	if err != nil {
		return nil, err
	}
	for _, w := range append(warnings, more...) {
		p.warn(w)
	}
	g := gate.New(gate.Config{
		Images: c.images, Saved: saved, Platforms: c.platforms,
		Policy: pol, Baseline: readBaseline(reading, c), VEX: documents, Exploit: data, EPSSFromInspector: c.exploit.fromInspector(),
		Base: base, NewBase: readNewBase(reading, c.newBase),
		Wait: c.wait, Now: p.started, AsOf: c.asOf, CountsOnly: c.countsOnly(),
		Notes: append(c.notes, pol.Notes...), Warn: p.warn,
	})
	if err := g.Validate(); err != nil || !g.NeedsAWS() {
		return g, err
	}
	client, err := connect(reading, e, c, p.debug)
	if err != nil {
		return nil, err
	}
	return g, g.Connect(client)
}

// today returns the time that dates in the policy are compared with, by the clock of this machine.
func (c *config) today(now time.Time) time.Time {
	if c.asOf.IsZero() {
		return now
	}
	return c.asOf
}

// connect returns a client for AWS as configured, or for the transport that replaces it. Opening a client
// reads files, which may be pipes.
func connect(ctx context.Context, e env, c *config, debug func(string)) (*ecr.Client, error) {
	aws := c.aws
	if e.transport != nil {
		if aws.Region == "" {
			aws.Region = "us-east-1"
		}
		return ecr.New(e.transport, aws.Region), nil
	}
	if c.debug {
		aws.Debug = debug
	}
	// Await[*ecr.Client] would make the linker keep every operation of the SDK's clients: 2.5 MB.
	var client *ecr.Client
	if err := parallel.Wait(ctx, func() (err error) { client, err = ecr.Open(ctx, aws); return err }); err != nil {
		return nil, err
	}
	return client, nil
}

func exitError(code int) error {
	if code == exitPass {
		return nil
	}
	return exit(code)
}

// refuse returns err as a usage error. In a workflow, it also writes the summary, an annotation and the
// outputs, although there is no report.
func refuse(ctx context.Context, e env, err error) error {
	if ctx.Err() != nil || errors.Is(err, ecr.ErrTimeout) {
		return err
	}
	if inActions(e) {
		announceProblem(ctx, e, report.Run{Version: version, Verdict: policy.Errored, ExitCode: exitUsage, Problem: redact.Text(shorten(err.Error()))})
	}
	return usageError{err}
}

// maxProblem is how many bytes of a usage error the job summary quotes: GitHub drops a summary over 1 MiB,
// and escaping can turn one byte into five.
const maxProblem = 64 << 10

func shorten(text string) string {
	if len(text) <= maxProblem {
		return text
	}
	cut := strings.ToValidUTF8(text[:maxProblem], "")
	return fmt.Sprintf("%s\n(%d more bytes are in the log)", cut, len(text)-len(cut))
}

// conclude reaches one verdict and one exit code over all images. Nothing else decides the exit code of
// a run, except that a report that cannot be written turns 0 into 3.
func conclude(p *policy.Policy, mode string, images []report.Image) report.Run {
	verdicts := make([]*policy.Verdict, len(images))
	complete := true
	for i := range images {
		verdicts[i] = &images[i].Verdict
		complete = complete && images[i].Judged
	}
	p.Conclude(verdicts, complete)
	run := report.Run{Version: version, Policy: p, Mode: mode, Verdict: worst(verdicts), Images: images}
	undecided := slices.ContainsFunc(images, func(img report.Image) bool { return img.Err != nil })
	run.ExitCode = exitCodeOf(run.Verdict, mode, undecided)
	return run
}

// worst returns the verdict of the run. A breach is the verdict even if another image has none: more findings
// would only add to it.
func worst(verdicts []*policy.Verdict) policy.Outcome {
	outcome := policy.Passed
	for _, v := range verdicts {
		switch {
		case v.Outcome == policy.Failed:
			return policy.Failed
		case v.Outcome != policy.Passed:
			outcome = policy.Errored
		}
	}
	if len(verdicts) == 0 {
		return policy.Errored
	}
	return outcome
}

// exitCodeOf returns the exit code of a run. Mode report forgives only a breach: if an image, or a platform
// of one, is also undecided, there is no verdict.
func exitCodeOf(verdict policy.Outcome, mode string, undecided bool) int {
	switch {
	case verdict == policy.Passed, mode == modeObserve:
		return exitPass
	case verdict == policy.Failed && mode == modeReport && !undecided:
		return exitPass
	case verdict == policy.Failed && mode != modeReport:
		return exitBreach
	}
	return exitNoVerdict
}
