package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/importer"
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

// validate prints, for every policy, that it is valid or all of its errors.
func validate(ctx context.Context, e env, names []string, together bool) error {
	files, err := readFiles(ctx, "policy: ", names, e.stdin)
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

// neededInputs returns the inputs without which check rejects a policy.
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

func importCommand(e env) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE...",
		Short: "Turn other tools' ignore files into exceptions",
		Long: "Turn other tools' ignore files into the exceptions of a policy file, on standard\n" +
			"output: .trivyignore, .trivyignore.yaml, .grype.yaml, osv-scanner.toml,\n" +
			".ecr-scan-results-ignore.yaml, and lists of vulnerability ids.\n" +
			"An exception never excuses more than the entry it comes from. An entry that cannot\n" +
			"be converted becomes a comment and a warning, and the exit code is 1.",
		RunE: func(c *cobra.Command, files []string) error {
			if len(files) == 0 {
				return usagef("no ignore file given (run ecrgate policy import FILE...)")
			}
			return importFiles(c.Context(), e, files)
		},
	}
}

// importFiles prints the exceptions that correspond to ignore files. The exit code is 1 if an entry could not
// be converted.
func importFiles(ctx context.Context, e env, names []string) error {
	files, err := readFiles(ctx, "", names, e.stdin)
	if err != nil {
		return usageError{err}
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

const builtIn = "built-in"

// searched are the names under which check looks for a policy file.
var searched = []string{".ecrgate.yml", "ecrgate.yml", ".github/ecrgate.yml"}

// policyInputs are the inputs that name a policy or state one.
type policyInputs struct {
	files []string
	quick policy.Inputs
}

// loadPolicy returns the policy from files, from the quick inputs, or the built-in one, and warnings.
func loadPolicy(ctx context.Context, in policyInputs, e env, now time.Time) (*policy.Policy, []string, error) {
	files, err := policyFiles(in.files)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(files) > 0 && !in.quick.IsZero():
		return nil, nil, fmt.Errorf("fail-on, min-score, only-fixed and ignore cannot be combined with the policy file %s: add them to the file, or set policy: built-in", strings.Join(files, " "))
	case len(files) > 0:
		return readPolicy(ctx, files, e, now)
	case !in.quick.IsZero():
		return policy.FromInputs(in.quick), misspelledIDs(in.quick.Ignore), nil
	case len(in.files) == 0 && e.getenv("CI") != "":
		return policy.BuiltIn(), []string{"no policy given: the built-in policy fails on severity HIGH or worse (to choose it explicitly, set policy: built-in)"}, nil
	}
	return policy.BuiltIn(), nil, nil
}

// misspelledIDs returns warnings about ids in the input ignore that no vulnerability can have.
func misspelledIDs(ids []string) []string {
	var warnings []string
	for _, id := range ids {
		if doubt := policy.MisspelledID(id); doubt != "" {
			warnings = append(warnings, "ignore: "+doubt)
		}
	}
	return warnings
}

// policyFiles returns the files to read; none for the built-in policy.
func policyFiles(named []string) ([]string, error) {
	if len(named) == 1 && named[0] == builtIn {
		return nil, nil
	}
	for _, file := range named {
		if file == builtIn {
			return nil, fmt.Errorf("policy: built-in cannot be combined with files (got %s)", strings.Join(named, " "))
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	found, err := searchPolicy()
	if err != nil {
		return nil, err
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("found more than one policy file, %s: name one with the input policy, or remove all but one", strings.Join(found, " and "))
	}
	return found, nil
}

// searchPolicy returns the policy files that exist. One that cannot be examined is an error: the
// built-in policy could be weaker.
func searchPolicy() ([]string, error) {
	var found []string
	for _, file := range searched {
		if long := strings.TrimSuffix(file, ".yml") + ".yaml"; isFile(long) {
			return nil, fmt.Errorf("policy: %s is not a name that ecrgate looks for: rename it to %s, name it with the input policy, or set policy: built-in", long, file)
		}
		switch _, err := os.Lstat(file); {
		case err == nil:
			found = append(found, file)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil, fmt.Errorf("policy: %w (make it readable, or set policy: built-in)", err)
		}
	}
	return found, nil
}

func isFile(name string) bool {
	stat, err := os.Lstat(name)
	return err == nil && !stat.IsDir()
}

func readPolicy(ctx context.Context, names []string, e env, now time.Time) (*policy.Policy, []string, error) {
	files, err := readFiles(ctx, "policy: ", names, e.stdin)
	if err != nil {
		return nil, nil, err
	}
	p, err := policy.Load(files, now)
	if err != nil {
		return nil, nil, err
	}
	warnings := slices.Clone(p.Notes)
	for _, w := range p.Warnings {
		if !w.Expired { // the verdict reports an expired one if a finding needs it
			warnings = append(warnings, w.Error())
		}
	}
	return p, warnings, nil
}
