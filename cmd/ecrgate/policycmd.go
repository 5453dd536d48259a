package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
)

func policyCommand(e env) *cobra.Command {
	c := &cobra.Command{
		Use:   "policy",
		Short: "Check policy files, print their schema, explain a decision",
		RunE:  noCommand,
		Args:  cobra.ArbitraryArgs,
	}
	c.AddCommand(validateCommand(e), schemaCommand(e), explainCommand(e))
	return c
}

func validateCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "validate FILE...",
		Short: "Check policy files, together as check would read them",
		RunE: func(_ *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no policy file is given (want ecrgate policy validate FILE...)")
			}
			p, err := readPolicy(files, time.Now())
			if err != nil {
				return usageError{err}
			}
			_, err = fmt.Fprintf(e.stdout, "%s: valid, %s, %s\n", p.Source, count(len(p.Rules), "rule"), count(len(p.Exceptions), "exception"))
			return err
		},
	}
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
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
	var findings, policyFile string
	c := &cobra.Command{
		Use:   "explain --findings FILE [--policy FILE] ID",
		Short: "Say which rule or exception took a finding, condition by condition",
		RunE: func(_ *cobra.Command, ids []string) error {
			if len(ids) != 1 || findings == "" {
				return usagef("want ecrgate policy explain --findings FILE [--policy FILE] ID, with one vulnerability id")
			}
			return explain(e, findings, policyFile, ids[0])
		},
	}
	c.Flags().StringVar(&findings, "findings", "", "saved response, or - for standard input")
	c.Flags().StringVar(&policyFile, "policy", "", "policy files, white space between (default: as in check)")
	return c
}

func explain(e env, findings, policyFile, id string) error {
	s := &settings{policy: fields(policyFile)}
	now := time.Now()
	p, err := loadPolicy(s, e, now)
	if err != nil {
		return usageError{err}
	}
	text, err := readFile(findings, e.stdin)
	if err != nil {
		return usagef("findings: %w", err)
	}
	saved, err := scan.ReadSaved(bytes.NewReader(text))
	if err != nil {
		return fmt.Errorf("%s: %w", findings, err)
	}
	x, err := policy.Explain(p, saved, nil, now, id)
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(e.stdout, report.CleanText(x.String()))
	return err
}
