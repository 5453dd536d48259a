package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

func policyCommand(e env) *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Validate, explain or import a policy",
		RunE:  noCommand,
		Args:  cobra.ArbitraryArgs,
	}
	c.AddCommand(validateCommand(e), schemaCommand(e), explainCommand(e), importCommand(e))
	return c
}

func validateCommand(e env) *cobra.Command {
	var together bool
	c := &cobra.Command{
		Use:   "validate FILE...",
		Short: "Validate policy files",
		Long: "Validate policy files and report errors with line and column. Each file is\n" +
			"validated by itself. If one has no rules, all files are validated together, as\n" +
			"the one policy that ecrgate check would read.",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no policy file given (want ecrgate policy validate FILE...)")
			}
			return validate(c.Context(), e, files, together)
		},
	}
	c.Flags().BoolVar(&together, "together", false, "validate the files as one policy, as check does")
	return c
}

// validate reports for every policy that it is valid, or all that is wrong with it.
func validate(ctx context.Context, e env, names []string, together bool) error {
	files, err := readFiles(ctx, names, e.stdin)
	if err != nil {
		return usageError{err}
	}
	now := time.Now()
	groups := [][]policy.File{files}
	if !together && !slices.ContainsFunc(files, func(f policy.File) bool { return needsOther(f, now) }) {
		groups = slices.Collect(slices.Chunk(files, 1))
	}
	var wrong policy.Errors
	for _, group := range groups {
		p, err := policy.Load(group, now)
		var more policy.Errors
		if errors.As(err, &more) {
			wrong = append(wrong, more...)
			continue
		}
		if err := printValid(e, p); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return usageError{wrong}
	}
	return nil
}

// printValid prints a summary of a policy to standard output, and its warnings to standard error, each
// with its position in a file.
func printValid(e env, p *policy.Policy) error {
	for _, w := range p.Warnings {
		w.Message = "warning: " + w.Message
		fmt.Fprintln(e.stderr, report.CleanLine(w.Error()))
	}
	lines := []string{fmt.Sprintf("%s: valid, %s, %s", p.Source, report.Number(len(p.Rules), "rule"), report.Number(len(p.Exceptions), "exception"))}
	for _, note := range p.Notes {
		lines = append(lines, "note: "+note)
	}
	if needs := neededInputs(p.Needs()); len(needs) > 0 {
		lines = append(lines, "note: check needs the "+strings.Join(needs, " and "))
	}
	_, err := fmt.Fprint(e.stdout, report.CleanText(strings.Join(lines, "\n")+"\n"))
	return err
}

// neededInputs are the inputs without which check refuses a policy.
func neededInputs(n policy.Needs) []string {
	var names []string
	for _, in := range []struct {
		needed bool
		name   string
	}{{n.EPSS, "epss"}, {n.KEV, "kev"}, {n.Base, "base"}} {
		if in.needed {
			names = append(names, "input "+in.name)
		}
	}
	return names
}

// needsOther reports whether a file has no rules of its own.
func needsOther(f policy.File, now time.Time) bool {
	_, err := policy.Load([]policy.File{f}, now)
	var wrong policy.Errors
	return errors.As(err, &wrong) && slices.ContainsFunc(wrong, func(e policy.Error) bool { return e.NoRules })
}

func schemaCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the policy file",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := e.stdout.Write(policy.Schema())
			return err
		},
	}
}
