package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

const builtIn = "built-in"

// searched are the names of a policy file that needs no input.
var searched = []string{".ecrgate.yml", "ecrgate.yml", ".github/ecrgate.yml"}

// policyInputs are the inputs that name a policy or state one.
type policyInputs struct {
	files []string
	quick policy.Inputs
}

// loadPolicy takes the policy from files, from the quick inputs, or the built-in one. It returns warnings
// too.
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
		return policy.BuiltIn(), []string{"no policy given: the built-in policy fails on severity HIGH or worse (set policy: built-in to choose it)"}, nil
	}
	return policy.BuiltIn(), nil, nil
}

// misspelledIDs are warnings about ids of the input ignore that no vulnerability can have.
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
	files, err := readFiles(ctx, names, e.stdin)
	if err != nil {
		return nil, nil, err
	}
	p, err := policy.Load(files, now)
	if err != nil {
		return nil, nil, err
	}
	warnings := slices.Clone(p.Notes)
	for _, w := range p.Warnings {
		if !w.Expired { // else the verdict says so, if a finding needs what has expired
			warnings = append(warnings, w.Error())
		}
	}
	return p, warnings, nil
}

// readFiles reads policy files; the error names all that cannot be read.
func readFiles(ctx context.Context, names []string, stdin io.Reader) ([]policy.File, error) {
	files := make([]policy.File, len(names))
	var wrong []error
	for i, name := range names {
		text, err := readFile(ctx, name, stdin)
		switch {
		case err != nil:
			wrong = append(wrong, fmt.Errorf("policy: %w", err))
		case slices.Index(names, name) < i:
			wrong = append(wrong, fmt.Errorf("policy: %q appears twice", name))
		}
		files[i] = policy.File{Name: name, Text: text}
	}
	return files, errors.Join(wrong...)
}
