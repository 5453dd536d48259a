package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ecrgate/ecrgate/internal/suggest"
)

// An input is a setting of check: flag --NAME, action input NAME, and the variables INPUT_NAME and
// ECRGATE_NAME.
type input struct {
	name  string
	kind  string // what the help calls the value; empty: the flag may stand without one
	usage string
	// aliases are names that other actions use for it; they are read from the environment only.
	aliases []string
}

// inputs is the one table: flags, action.yml and the README are held against it by a test.
var inputs = []input{
	{name: "image", kind: "IMAGES", usage: "image references, white space between: REPOSITORY:TAG, REPOSITORY@sha256:…, with or without the registry's host"},
	{name: "repository", kind: "NAME", usage: "repository, for those who have the parts apart"},
	{name: "tag", kind: "TAG", usage: "tag of the image", aliases: []string{"image-tag"}},
	{name: "digest", kind: "DIGEST", usage: "digest of the image", aliases: []string{"image-digest"}},
	{name: "registry-id", kind: "ACCOUNT", usage: "AWS account of the registry (default: that of the credentials)"},
	{name: "region", kind: "REGION", usage: "AWS region (default: from the image reference, then from the AWS configuration)"},
	{name: "platform", kind: "PLATFORMS", usage: "judge only these platforms of an index, white space between, e.g. linux/arm64 (default: all)"},
	{name: "findings", kind: "FILES", usage: "judge saved responses (files, or - for standard input) instead of calling AWS"},
	{name: "policy", kind: "FILES", usage: "policy files, white space between, or built-in (default: .ecrgate.yml, ecrgate.yml or .github/ecrgate.yml, else built-in)"},
	{name: "fail-on", kind: "SEVERITY", usage: "policy without a file: fail on this severity or worse", aliases: []string{"fail_threshold", "severity-cutoff"}},
	{name: "min-score", kind: "SCORE", usage: "policy without a file: fail on this CVSS score or more"},
	{name: "only-fixed", usage: "policy without a file: count only findings with a fix", aliases: []string{"ignore-unfixed"}},
	{name: "ignore", kind: "IDS", usage: "policy without a file: vulnerability ids to ignore, commas or white space between", aliases: []string{"ignore_list"}},
	{name: "baseline", kind: "FILE|IMAGE", usage: "saved response, ecrgate JSON report or image reference (:TAG is the same repository) whose findings do not count"},
	{name: "baseline-missing", kind: "WORD", usage: "error, or none: a baseline image that does not exist means nothing is known (default: error)"},
	{name: "mode", kind: "WORD", usage: "enforce, report (a breach exits 0) or observe (no verdict exits 0 too) (default: enforce)"},
	{name: "timeout", kind: "TIME", usage: "for the whole run, a duration or whole seconds (default: 10m)"},
	{name: "missing-after", kind: "TIME", usage: "how long \"no scan exists\" is taken for \"not yet\" (default: 5m)"},
	{name: "settle", kind: "TIME", usage: "how long the findings must stay unchanged (default: 15s for basic findings, 60s for all else)"},
	{name: "poll-interval", kind: "TIME", usage: "longest pause between two polls (default: 15s)"},
	{name: "start-scan", kind: "WORD", usage: "auto: ask for a basic scan when none exists; never (default: auto)"},
	{name: "sarif", kind: "FILE", usage: "file for the SARIF report, - for standard output (default: ecrgate.sarif in GitHub Actions)"},
	{name: "json", kind: "FILE", usage: "file for the JSON report"},
	{name: "html", kind: "FILE", usage: "file for the HTML report"},
	{name: "junit", kind: "FILE", usage: "file for the JUnit report"},
	{name: "gitlab", kind: "FILE", usage: "file for the GitLab container scanning report"},
	{name: "markdown", kind: "FILE", usage: "file for the markdown report"},
	{name: "sarif-category", kind: "TEXT", usage: "automationDetails.id of the SARIF report (default: ecrgate/REPOSITORY/)"},
	{name: "sarif-findings", kind: "WORD", usage: "all (but excepted ones), or counted: those that a rule counted (default: all)"},
	{name: "dockerfile", kind: "FILE", usage: "file of the checkout to hang SARIF results and annotations on, at its last FROM line"},
	{name: "endpoint-url", kind: "URL", usage: "URL to ask instead of AWS's endpoint (default: from the AWS configuration)"},
	{name: "profile", kind: "NAME", usage: "profile of the AWS configuration"},
	{name: "ca-bundle", kind: "FILE", usage: "PEM file of certificate authorities (default: from the AWS configuration)"},
	{name: "color", kind: "WORD", usage: "auto, on or off (default: auto)"},
	{name: "debug", usage: "log requests to standard error (default: off; on when RUNNER_DEBUG=1)"},
}

// addFlags adds a flag for every input.
func addFlags(flags *pflag.FlagSet) {
	for _, in := range inputs {
		flags.Var(&flagText{kind: in.kind}, in.name, in.usage)
		if in.kind == "" {
			flags.Lookup(in.name).NoOptDefVal = "true"
		}
	}
	flags.SortFlags = false
}

// values are the texts of the inputs that were given, and where each came from.
type values struct {
	text   map[string]string
	origin map[string]string
	// warnings are about names that look like inputs and are none, and about deprecated ones.
	warnings []string
	// conflicts are inputs with two names and two values.
	conflicts []string
}

// readInputs takes every input from its flag, or else from the environment. An empty text means "not
// given", for a flag too.
func readInputs(flags *pflag.FlagSet, e env) values {
	v := values{text: map[string]string{}, origin: map[string]string{}}
	for _, in := range inputs {
		if f := flags.Lookup(in.name); f != nil && strings.TrimSpace(f.Value.String()) != "" {
			v.set(in.name, f.Value.String(), "flag --"+in.name)
			continue
		}
		v.fromEnvironment(in, e.getenv)
	}
	v.warnings = append(v.warnings, unknownVariables(e.environ)...)
	return v
}

func (v *values) set(name, text, origin string) {
	v.text[name], v.origin[name] = strings.TrimSpace(text), origin
}

func (v *values) fromEnvironment(in input, getenv func(string) string) {
	for i, name := range append([]string{in.name}, in.aliases...) {
		variable, text := firstSet(variables(name), getenv)
		if text == "" {
			continue
		}
		if i > 0 {
			v.warnings = append(v.warnings, fmt.Sprintf("input %s is deprecated: use %s", name, in.name))
		}
		switch before, given := v.text[in.name]; {
		case !given:
			v.set(in.name, text, variable)
		case before != text:
			v.conflicts = append(v.conflicts, fmt.Sprintf("%s: %s is %q and %s is %q, but both name one input (set only %s)", in.name, v.origin[in.name], before, variable, text, in.name))
		}
	}
}

// firstSet returns the first variable with a value, and the value.
func firstSet(names []string, getenv func(string) string) (name, text string) {
	for _, name := range names {
		if text := strings.TrimSpace(getenv(name)); text != "" {
			return name, text
		}
	}
	return "", ""
}

// variables are the names of an input in the environment: the runner's own, which keeps dashes, one
// that a shell can set, and ours.
func variables(name string) []string {
	upper := strings.ToUpper(name)
	plain := strings.ReplaceAll(upper, "-", "_")
	return slices.Compact([]string{"INPUT_" + upper, "INPUT_" + plain, "ECRGATE_" + plain})
}

// unknownVariables warns about variables that begin as ours do and are not inputs.
func unknownVariables(environ []string) []string {
	known := map[string]bool{}
	for _, in := range inputs {
		for _, name := range append([]string{in.name}, in.aliases...) {
			known[variables(name)[len(variables(name))-1]] = true
		}
	}
	var warnings []string
	for _, pair := range slices.Sorted(slices.Values(environ)) {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "ECRGATE_") && !known[name] && value != "" {
			warnings = append(warnings, unknownVariable(name, slices.Sorted(maps.Keys(known))))
		}
	}
	return warnings
}

func unknownVariable(name string, known []string) string {
	text := fmt.Sprintf("variable %s is not an input", name)
	if near := suggest.Nearest(name, known); near != "" {
		text += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return text
}
