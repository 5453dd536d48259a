package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

func checkCommand(e env) *cobra.Command {
	c := &cobra.Command{
		Use:   "check [IMAGE...]",
		Short: "The gate: judge an image by a policy",
		Long: "Wait for the scan of an image, judge its findings by a policy, and fail when it\n" +
			"is breached. Exit code 0: the policy is met; 1: it is breached; 2: a mistake of\n" +
			"the call; 3: no verdict. Every flag is an input of the action and a variable too\n" +
			"(--fail-on is ECRGATE_FAIL_ON). Several files or images are one value.",
		Example: "  ecrgate check team/app:1.2\n" +
			"  ecrgate check team/app:1.2 --policy \"rules.yml exceptions.yml\" --html out.html\n" +
			"  ecrgate check --findings saved.json --fail-on critical",
		RunE: func(c *cobra.Command, args []string) error {
			return check(c.Context(), e, readInputs(c.Flags(), e), args)
		},
	}
	addFlags(c.Flags())
	return c
}

// check is the gate:
//
//	inputs → images → (resolve → await → page) → evaluate → reports → exit code
//
// It returns nil, which is exit code 0, in these cases and no others, all of them in exitCodeOf:
// every image has the verdict pass, which it gets from a complete, settled set of findings of its
// pinned digest (judge) or from a status that the policy accepts by name (accepted); in mode report,
// every image has a verdict, and so has every platform of it; in mode observe, always. A report that
// cannot be written and an interruption take the 0 away. docs/reliability.md lists these ways for
// users, and TestEveryWayToExitCodeZero holds them.
func check(ctx context.Context, e env, v values, args []string) error {
	started := time.Now()
	s, err := readSettings(v, args, e)
	if err != nil {
		return refuse(ctx, e, err)
	}
	reading, cancel := s.reading(ctx, started)
	defer cancel()
	p, err := loadPolicy(reading, s, e, started)
	if err != nil {
		return refuse(ctx, e, err)
	}
	if s.dockerfileLine, err = readDockerfile(reading, s.dockerfile); err != nil {
		return refuse(ctx, e, err)
	}
	files, err := readSaved(reading, s, e.stdin)
	if err != nil {
		return refuse(ctx, e, err)
	}
	g, err := newGate(ctx, e, s, p, files, started)
	if err != nil {
		return refuse(ctx, e, err)
	}
	images := g.judgeAll(ctx)
	g.progress.stop()
	if ctx.Err() != nil {
		g.progress.undecided(images)
		return context.Cause(ctx)
	}
	run := conclude(s, p, images)
	run.Started, run.Ended = started, time.Now()
	return publish(ctx, e, s, run, started.Add(s.timeout))
}

func exitError(code int) error {
	if code == exitPass {
		return nil
	}
	return exit(code)
}

// refuse lets a workflow see that nothing was judged, although there is nothing to report on.
func refuse(ctx context.Context, e env, err error) error {
	if ctx.Err() != nil || errors.Is(err, ecr.ErrTimeout) {
		return err
	}
	if inActions(e) {
		run := report.Run{Version: version, Verdict: "error", ExitCode: exitUsage, Problem: redact.Text(shorten(err.Error()))}
		announceProblem(e, run)
	}
	return usageError{err}
}

// mostProblem bounds, in bytes, what the summary of a usage error quotes: GitHub drops a summary of
// more than 1 MiB, and escaping makes five bytes of one.
const mostProblem = 64 << 10

func shorten(text string) string {
	if len(text) <= mostProblem {
		return text
	}
	cut := strings.ToValidUTF8(text[:mostProblem], "")
	return fmt.Sprintf("%s\n(%d more bytes are in the log)", cut, len(text)-len(cut))
}
