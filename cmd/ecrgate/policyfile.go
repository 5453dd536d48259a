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

// searched are the places of a policy file that nobody named.
var searched = []string{".ecrgate.yml", "ecrgate.yml", ".github/ecrgate.yml"}

// loadPolicy takes the policy from files, from the quick inputs, or the one built in.
func loadPolicy(ctx context.Context, s *settings, e env, now time.Time) (*policy.Policy, error) {
	files, err := policyFiles(s.policy)
	if err != nil {
		return nil, err
	}
	switch {
	case len(files) > 0 && !s.quick.IsZero():
		return nil, fmt.Errorf("fail-on, min-score, only-fixed and ignore are a policy of their own, and there is the policy file %s: write them into it, or switch it off with policy: built-in", strings.Join(files, " "))
	case len(files) > 0:
		return readPolicy(ctx, files, s, e, now)
	case !s.quick.IsZero():
		doubtIgnored(s)
		return policy.FromInputs(s.quick), nil
	}
	if len(s.policy) == 0 && e.getenv("CI") != "" {
		s.warnings = append(s.warnings, "no policy is given: the built-in one fails on severity HIGH or worse (policy: built-in says that this is meant)")
	}
	return policy.BuiltIn(), nil
}

// doubtIgnored tells of ids of the input ignore that no vulnerability can have.
func doubtIgnored(s *settings) {
	for _, id := range s.quick.Ignore {
		if doubt := policy.MisspelledID(id); doubt != "" {
			s.warnings = append(s.warnings, "ignore: "+doubt)
		}
	}
}

// policyFiles gives the files to read; none for the built-in policy.
func policyFiles(named []string) ([]string, error) {
	if len(named) == 1 && named[0] == builtIn {
		return nil, nil
	}
	for _, file := range named {
		if file == builtIn {
			return nil, fmt.Errorf("policy: built-in cannot stand beside files (got %s)", strings.Join(named, " "))
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
		return nil, fmt.Errorf("there is more than one policy file, %s: say which with the input policy, or remove all but one", strings.Join(found, " and "))
	}
	return found, nil
}

// searchPolicy gives the policy files that are there. One that cannot be looked at is an error: the
// built-in policy in its place could be the weaker one.
func searchPolicy() ([]string, error) {
	var found []string
	for _, file := range searched {
		if long := strings.TrimSuffix(file, ".yml") + ".yaml"; isFile(long) {
			return nil, fmt.Errorf("policy: %s is not looked for: rename it to %s, name it with the input policy, or switch the search off with policy: built-in", long, file)
		}
		switch _, err := os.Lstat(file); {
		case err == nil:
			found = append(found, file)
		case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
			return nil, fmt.Errorf("policy: %w (make it readable, or switch the search off with policy: built-in)", err)
		}
	}
	return found, nil
}

func isFile(name string) bool {
	stat, err := os.Lstat(name)
	return err == nil && !stat.IsDir()
}

func readPolicy(ctx context.Context, names []string, s *settings, e env, now time.Time) (*policy.Policy, error) {
	files, err := readFiles(ctx, names, e.stdin)
	if err != nil {
		return nil, err
	}
	p, err := policy.Load(files, now)
	if err != nil {
		return nil, err
	}
	if p.Needs() != (policy.Needs{}) {
		return nil, errors.New("policy: minEpss, knownExploited and inBaseImage need data beside ECR's findings, and there is none")
	}
	s.warnings, s.notes = append(s.warnings, p.Notes...), append(s.notes, p.Notes...)
	for _, w := range p.Warnings {
		if !w.Expired { // else the verdict tells of it, where a finding needs what has ended
			s.warnings = append(s.warnings, w.Error())
		}
	}
	return p, nil
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
			wrong = append(wrong, fmt.Errorf("policy: %q is given twice", name))
		}
		files[i] = policy.File{Name: name, Text: text}
	}
	return files, errors.Join(wrong...)
}
