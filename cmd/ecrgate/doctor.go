package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/internal/doctor"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// doctorInputs are the inputs of check that the doctor takes too.
var doctorInputs = []string{
	"image", "repository", "tag", "digest", "registry-id", "region", "platform",
	"start-scan", "endpoint-url", "profile", "ca-bundle", "debug",
}

func doctorCommand(e env) *cobra.Command {
	c := &cobra.Command{
		Use:   "doctor IMAGE",
		Short: "Find out why an image has no scan",
		Long: "Find out why an image has no scan, or why it cannot be checked, and what to\n" +
			"change. Each question is asked once, and nothing is waited for or changed. Exit\n" +
			"code 0: the image can be checked; 1: there is a problem; 2: usage error; 3: not\n" +
			"even that could be found out (no credentials, no connection).",
		Example: "  ecrgate doctor team/app:1.2",
		RunE: func(c *cobra.Command, args []string) error {
			return examine(c.Context(), e, readInputs(c.Flags(), e), args)
		},
	}
	addFlags(c.Flags(), doctorInputs...)
	return c
}

// examine prints a diagnosis and returns its exit code as an error.
func examine(ctx context.Context, e env, v values, args []string) error {
	r := reader{values: v, problems: v.conflicts}
	c, err := r.doctor(args, e)
	if err != nil {
		return err
	}
	say := func(text string) { fmt.Fprintln(e.stderr, cleanLine("ecrgate: "+text)) }
	for _, w := range v.warnings {
		say("warning: " + w)
	}
	client, err := connect(ctx, e, c, func(text string) { say("debug: " + text) })
	if err != nil {
		return usageError{err}
	}
	if _, err := client.Region(c.images[0]); err != nil {
		return usageError{err}
	}
	d, err := doctor.Examine(ctx, client, doctor.Config{Image: c.images[0], Platforms: c.platforms, StartScan: c.wait.StartScan})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(e.stdout, report.CleanText(d.Text())); err != nil {
		return err
	}
	return exitError(map[doctor.Outcome]int{doctor.Ready: exitPass, doctor.Blocked: exitBreach, doctor.Unclear: exitNoVerdict}[d.Outcome])
}

// doctor reads the inputs of the doctor.
func (r *reader) doctor(args []string, e env) (*config, error) {
	c := &config{
		images:    r.images(args, false),
		platforms: r.platforms(),
		wait:      ecr.Options{StartScan: r.word("start-scan", "auto", "never") == "auto"},
		aws:       r.aws(),
		debug:     r.boolean("debug", e.getenv("RUNNER_DEBUG") == "1"),
	}
	if len(c.images) > 1 {
		r.wrong("doctor examines one image at a time, got %d", len(c.images))
	}
	return c, r.err()
}
