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
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
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
	_, err := fmt.Fprint(e.stdout, report.CleanText(strings.Join(lines, "\n")+"\n"))
	return err
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

func explainCommand(e env) *cobra.Command {
	var findings, policyFile, vexFiles string
	c := &cobra.Command{
		Use:   "explain --findings FILE [--policy FILE] [--vex FILE] ID",
		Short: "Show which rule or exception decides a finding",
		RunE: func(c *cobra.Command, ids []string) error {
			if len(ids) != 1 || strings.TrimSpace(ids[0]) == "" || findings == "" {
				return usagef("want ecrgate policy explain --findings FILE [--policy FILE] [--vex FILE] ID, with one vulnerability id")
			}
			return explain(c.Context(), e, findings, policyFile, vexFiles, strings.TrimSpace(ids[0]))
		},
	}
	c.Flags().StringVar(&findings, "findings", "", "saved response: `FILE`, or - for standard input")
	c.Flags().StringVar(&policyFile, "policy", "", "policy `FILES`, white space between, or built-in (default: as in check)")
	c.Flags().StringVar(&vexFiles, "vex", "", "OpenVEX `FILES`, white space between")
	return c
}

// explain prints what a policy decides about the findings with an id in a saved response, and why.
func explain(ctx context.Context, e env, findings, policyFile, vexFiles, id string) error {
	now := time.Now()
	p, _, err := loadPolicy(ctx, policyInputs{files: strings.Fields(policyFile)}, e, now)
	if err != nil {
		return usageError{err}
	}
	documents, err := readVEX(ctx, strings.Fields(vexFiles), e.stdin)
	if err != nil {
		return usageError{err}
	}
	text, err := readFile(ctx, findings, e.stdin)
	if err != nil {
		return usagef("findings: %w", err)
	}
	saved := gate.Saved{Name: findings, Text: text}
	s, err := endedScan(saved)
	if err != nil {
		return fmt.Errorf("%s: %w", findings, err)
	}
	statements := documents.Match(s, saved.Target(), &p.ExceptionRules)
	x, err := policy.Explain(ctx, p, s, nil, now, id, statements.Exceptions...)
	var none *policy.NoSuchFinding
	switch {
	case errors.As(err, &none):
		return usagef("%s: %w", findings, err)
	case err != nil:
		return fmt.Errorf("%s: %w", findings, err)
	}
	_, err = fmt.Fprintf(e.stdout, "%s%sPolicy: %s\n", report.CleanText(x.String()), report.CleanText(explainUses(statements.Uses, id)), report.CleanLine(p.Source))
	return err
}

// explainUses says what each VEX statement about a vulnerability did.
func explainUses(uses []vex.Use, id string) string {
	var b strings.Builder
	for i := range uses {
		if u := &uses[i]; u.About(id) {
			what := "used"
			if !u.Used {
				what = "not used: " + u.Reason
			}
			fmt.Fprintf(&b, "VEX %s: %s, product %s: %s\n", u.Source, u.Place, u.Product, what)
		}
	}
	return b.String()
}

// endedScan reads a saved response that has findings to check.
func endedScan(saved gate.Saved) (*scan.Scan, error) {
	s, _, err := saved.Parse()
	if err == nil && !s.Status.Ended() {
		err = &scan.StatusError{Status: s.Status, Description: s.Description}
	}
	return s, err
}
