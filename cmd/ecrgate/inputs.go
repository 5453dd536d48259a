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
	group string // heading in the help
	name  string
	kind  string // the name of the value in the help; empty if the value is optional
	usage string // one line in the help
	// aliases are names that other actions use for it; they are read from the environment only.
	aliases []string
}

// The groups of inputs, in the order of the help.
const (
	groupImage   = "Image"
	groupPolicy  = "Policy"
	groupWaiting = "Waiting"
	groupReports = "Reports"
	groupAWS     = "AWS"
)

// inputs is the only table of inputs; tests compare flags, action.yml and docs/inputs.md with it.
var inputs = []input{
	{groupImage, "image", "IMAGES", "references such as team/app:1.2, as arguments too", nil},
	{groupImage, "repository", "NAME", "repository, if not part of the image reference", nil},
	{groupImage, "tag", "TAG", "tag, if not part of the image reference", []string{"image-tag"}},
	{groupImage, "digest", "DIGEST", "digest, if not part of the image reference", []string{"image-digest"}},
	{groupImage, "registry-id", "ACCOUNT", "account of the registry (default: the credentials')", nil},
	{groupImage, "region", "REGION", "region (default: from the image or AWS configuration)", nil},
	{groupImage, "platform", "PLATFORMS", "check only these platforms of an index (default: all)", nil},
	{groupImage, "findings", "FILES", "check saved responses, or - for stdin, without AWS", nil},

	{groupPolicy, "policy", "FILES", "policy files, or built-in (default: .ecrgate.yml)", nil},
	{groupPolicy, "fail-on", "SEVERITY", "without a file: fail on this severity or worse", []string{"fail_threshold", "severity-cutoff"}},
	{groupPolicy, "min-score", "SCORE", "without a file: fail on this CVSS score or more", nil},
	{groupPolicy, "only-fixed", "", "without a file: count only findings with a fix", []string{"ignore-unfixed"}},
	{groupPolicy, "ignore", "IDS", "without a file: ignore these vulnerability ids", []string{"ignore_list"}},
	{groupPolicy, "baseline", "FILE|IMAGE", "findings of this image, response or report are known", nil},
	{groupPolicy, "baseline-missing", "WORD", "error, or none to accept a baseline that is missing", nil},
	{groupPolicy, "base", "FILE|IMAGE", "the base image, or a file with its manifest", nil},
	{groupPolicy, "new-base", "FILE|IMAGE", "report what this base image would change", nil},
	{groupPolicy, "vex", "FILES", "OpenVEX documents whose statements are exceptions", nil},
	{groupPolicy, "epss", "FILE|inspector", "EPSS scores: file of FIRST, or Amazon Inspector", nil},
	{groupPolicy, "kev", "FILE", "CISA's catalog of known exploited vulnerabilities", nil},
	{groupPolicy, "as-of", "DAY", "evaluate as of a later day: +7d or 2027-01-31", nil},
	{groupPolicy, "mode", "WORD", "enforce, report (breach exits 0), observe (always 0)", nil},

	{groupWaiting, "timeout", "TIME", "limit of the whole run (default: 10m)", nil},
	{groupWaiting, "missing-after", "TIME", "how long to wait for a scan to appear (default: 5m)", nil},
	{groupWaiting, "settle", "TIME", "how long findings must not change (15s basic, or 60s)", nil},
	{groupWaiting, "poll-interval", "TIME", "longest pause between two polls (default: 15s)", nil},
	{groupWaiting, "start-scan", "WORD", "auto: request a basic scan if none exists; or never", nil},
	{groupWaiting, "inspector", "WORD", "auto: ask Inspector if the scan is done; or never", nil},

	{groupReports, "sarif", "FILE", "SARIF report; here and below, - is standard output", nil},
	{groupReports, "json", "FILE", "JSON report", nil},
	{groupReports, "html", "FILE", "HTML report", nil},
	{groupReports, "junit", "FILE", "JUnit report", nil},
	{groupReports, "gitlab", "FILE", "GitLab container scanning report", nil},
	{groupReports, "markdown", "FILE", "markdown report", nil},
	{groupReports, "comment", "FILE", "comment on a pull request, in markdown", nil},
	{groupReports, "attestation", "FILE", "verification summary of one image, to be signed", nil},
	{groupReports, "sarif-category", "TEXT", "category of the SARIF report (ecrgate/REPOSITORY/)", nil},
	{groupReports, "sarif-findings", "WORD", "all, or counted: only those a rule counts", nil},
	{groupReports, "dockerfile", "FILE", "attach results to the last FROM line of this file", nil},
	{groupReports, "color", "WORD", "auto, on or off (default: auto)", nil},

	{groupAWS, "endpoint-url", "URL", "use this endpoint instead of the AWS default", nil},
	{groupAWS, "profile", "NAME", "profile of the AWS configuration", nil},
	{groupAWS, "ca-bundle", "FILE", "PEM file of certificate authorities", nil},
	{groupAWS, "debug", "", "log requests to stderr (on when RUNNER_DEBUG=1)", nil},
}

// addFlags adds a flag for every input, or only for the named ones.
func addFlags(flags *pflag.FlagSet, names ...string) {
	for _, in := range inputs {
		if len(names) > 0 && !slices.Contains(names, in.name) {
			continue
		}
		flags.Var(&flagText{kind: in.kind}, in.name, in.usage)
		f := flags.Lookup(in.name)
		if in.kind == "" {
			f.NoOptDefVal = "true"
		}
		f.Annotations = map[string][]string{helpGroup: {in.group}}
	}
	flags.SortFlags = false
}

// values are the texts of the inputs that were set, and where each came from.
type values struct {
	text   map[string]string
	origin map[string]string
	// warnings are about unknown names that look like inputs, and about deprecated names.
	warnings []string
	// conflicts describes inputs that have different values under two deprecated names.
	conflicts []string
}

// readInputs takes every input from its flag, or else from the environment. An empty value means "not set",
// even for a flag.
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

// fromEnvironment takes an input from its own variables, or else from those of its deprecated names, which must
// agree.
func (v *values) fromEnvironment(in input, getenv func(string) string) {
	own, text := firstSet(variables(in.name), getenv)
	if text != "" {
		v.set(in.name, text, own)
	}
	for _, alias := range in.aliases {
		variable, text := firstSet(variables(alias), getenv)
		switch before, given := v.text[in.name]; {
		case text == "":
			continue
		case !given:
			v.set(in.name, text, variable)
		case before != text && own != "":
			v.warnings = append(v.warnings, fmt.Sprintf("input %s is deprecated and was ignored: %s is set (%s)", alias, in.name, own))
			continue
		case before != text:
			v.conflicts = append(v.conflicts, fmt.Sprintf("%s: %s is %q and %s is %q, but both are the same input (set only %s)", in.name, v.origin[in.name], before, variable, text, in.name))
		}
		v.warnings = append(v.warnings, fmt.Sprintf("input %s is deprecated: use %s", alias, in.name))
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

// variables returns the names of an input in the environment: the runner's, which keeps dashes, one that a
// shell can set, and ecrgate's own.
func variables(name string) []string {
	upper := strings.ToUpper(name)
	plain := strings.ReplaceAll(upper, "-", "_")
	return slices.Compact([]string{"INPUT_" + upper, "INPUT_" + plain, "ECRGATE_" + plain})
}

// unknownVariables returns warnings about ECRGATE_ variables that are not inputs.
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
