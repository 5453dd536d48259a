package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/importer"
	"github.com/ecrgate/ecrgate/report"
)

func importCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE...",
		Short: "Turn other tools' ignore files into exceptions",
		Long: "Turn other tools' ignore files into the exceptions of a policy file, on standard\n" +
			"output: .trivyignore, .trivyignore.yaml, .grype.yaml, osv-scanner.toml,\n" +
			".ecr-scan-results-ignore.yaml, and lists of vulnerability ids.\n" +
			"An exception never excuses more than the entry it comes from. An entry that cannot\n" +
			"be expressed becomes a comment and a warning, and the exit code is 1.",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no ignore file given (run ecrgate policy import FILE...)")
			}
			return importFiles(c.Context(), e, files)
		},
	}
}

// importFiles prints the exceptions that ignore files amount to. It exits 1 when there is more in them.
func importFiles(ctx context.Context, e env, names []string) error {
	var files []policy.File
	for i, name := range names {
		text, err := readFile(ctx, name, e.stdin)
		switch {
		case err != nil:
			return usageError{err}
		case slices.Index(names, name) < i:
			return usagef("%q appears twice", name)
		}
		files = append(files, policy.File{Name: name, Text: text})
	}
	var out bytes.Buffer
	warnings, err := importer.Convert(&out, files, time.Now())
	if err != nil {
		return usageError{err}
	}
	for _, w := range warnings {
		fmt.Fprintln(e.stderr, report.CleanLine("warning: "+w))
	}
	if _, err := e.stdout.Write(out.Bytes()); err != nil {
		return err
	}
	if len(warnings) > 0 {
		return exit(exitBreach)
	}
	return nil
}
