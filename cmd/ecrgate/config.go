package main

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A config is the parsed inputs of check.
type config struct {
	images    []scan.Image
	platforms []scan.Platform
	findings  []string // files
	policy    policyInputs
	baseline  string
	base      string
	newBase   string
	vex       []string // files
	exploit   exploitInputs
	asOf      time.Time // end of the day as of which the policy is evaluated; zero for now
	// baselineOptional makes a baseline image that does not exist an empty baseline.
	baselineOptional bool
	mode             string
	wait             ecr.Options
	files            map[string]string // format → file
	sarif            report.SARIFOptions
	aws              ecr.Config
	color            string
	debug            bool
	notes            []string // inputs that can change the verdict, and where they came from
}

// The modes.
const (
	modeEnforce = "enforce"
	modeReport  = "report"
	modeObserve = "observe"
)

// readConfig parses every input; as-of counts from now. The error has one line per problem.
func readConfig(v values, args []string, e env, now time.Time) (*config, error) {
	r := reader{values: v, problems: v.conflicts}
	c := &config{
		findings:         strings.Fields(v.text["findings"]),
		policy:           r.policy(),
		platforms:        r.platforms(),
		baseline:         v.text["baseline"],
		base:             v.text["base"],
		newBase:          v.text["new-base"],
		vex:              strings.Fields(v.text["vex"]),
		exploit:          exploitInputs{epss: v.text["epss"], kev: v.text["kev"]},
		asOf:             r.asOf(now),
		baselineOptional: r.word("baseline-missing", "error", "none") == "none",
		mode:             r.word("mode", modeEnforce, modeReport, modeObserve),
		wait:             r.wait(),
		sarif: report.SARIFOptions{
			Category:    v.text["sarif-category"],
			CountedOnly: r.word("sarif-findings", "all", "counted") == "counted",
			Dockerfile:  r.dockerfile(),
		},
		aws:   r.aws(),
		color: r.word("color", "auto", "on", "off"),
		debug: r.debug(e),
	}
	c.notes = r.notes()
	if c.exploit.fromInspector() && len(c.findings) > 0 {
		r.wrong("epss: saved responses cannot use scores from Amazon Inspector (set epss to a file of scores)")
	}
	c.images = r.images(args, len(c.findings) > 0)
	if len(c.platforms) > 0 && len(c.findings) > 0 {
		r.wrong("platform: a saved response does not record its platform (omit platform or findings)")
	}
	if c.newBase != "" && c.base == "" {
		r.wrong("new-base: there is no base image to compare it with (set the input base, too)")
	}
	c.files = r.files(c, e)
	r.attestation(c)
	return c, r.err()
}

func (r *reader) aws() ecr.Config {
	return ecr.Config{Region: r.text["region"], Profile: r.text["profile"], EndpointURL: r.endpoint(), CABundle: r.text["ca-bundle"]}
}

func (r *reader) policy() policyInputs {
	quick, err := policy.ParseInputs(r.text["fail-on"], r.text["min-score"], r.text["only-fixed"], r.text["ignore"])
	r.check(err)
	if !quick.OnlyFixed {
		r.usual = append(r.usual, "only-fixed")
	}
	return policyInputs{files: strings.Fields(r.text["policy"]), quick: quick}
}

// wait parses the inputs about waiting.
func (r *reader) wait() ecr.Options {
	o := ecr.Options{
		Timeout:      r.duration("timeout", 10*time.Minute, time.Second),
		MissingAfter: r.duration("missing-after", 5*time.Minute, 0),
		PollInterval: r.duration("poll-interval", 15*time.Second, time.Millisecond),
		StartScan:    r.word("start-scan", "auto", "never") == "auto",
		NoInspector:  r.word("inspector", "auto", "never") == "never",
	}
	if r.text["settle"] != "" {
		d := r.duration("settle", -1, 0) // the default depends on the type of the scan
		o.Settle = &d
	}
	return o
}

// A reader parses inputs and collects their problems.
type reader struct {
	values
	problems []string
	usual    []string // inputs that have their default value
}

func (r *reader) wrong(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

func (r *reader) check(err error) {
	if err != nil {
		r.wrong("%v", err)
	}
}

func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return usagef("%s", strings.Join(r.problems, "\n"))
}

// word parses an input that takes one of the words; the first is the default.
func (r *reader) word(name string, words ...string) string {
	text := strings.ToLower(r.text[name])
	switch {
	case text == "", text == words[0]:
		r.usual = append(r.usual, name)
		return words[0]
	case !slices.Contains(words, text):
		r.wrong("%s: %q is not one of: %s", name, r.text[name], strings.Join(words, ", "))
	}
	return text
}

// duration parses a Go duration or whole seconds.
func (r *reader) duration(name string, def, least time.Duration) time.Duration {
	text := r.text[name]
	if text == "" {
		return def
	}
	d, err := time.ParseDuration(text)
	if seconds, bad := strconv.ParseUint(text, 10, 31); bad == nil {
		d, err = time.Duration(seconds)*time.Second, nil
	}
	switch {
	case err != nil:
		r.wrong("%s: %q is not a duration (want something like 90s, 10m or 1h30m, or whole seconds)", name, text)
	case d < least:
		r.wrong("%s: %q is too short (want at least %s)", name, text, least)
	case d == def:
		r.usual = append(r.usual, name)
	}
	return d
}

func (r *reader) boolean(name string, def bool) bool {
	switch strings.ToLower(r.text[name]) {
	case "":
		return def
	case "true", "yes", "on", "1":
		return true
	case "false", "no", "off", "0":
		return false
	}
	r.wrong("%s: %q is not true or false", name, r.text[name])
	return def
}

// asOf parses the day as of which the policy is evaluated, today or later.
func (r *reader) asOf(now time.Time) time.Time {
	text := r.text["as-of"]
	if text == "" {
		return time.Time{}
	}
	at, err := policy.ParseAsOf(text, now)
	if err != nil {
		r.wrong("as-of: %v", err)
	}
	return at
}

func (r *reader) debug(e env) bool { return r.boolean("debug", e.getenv("RUNNER_DEBUG") == "1") }

func (r *reader) platforms() []scan.Platform {
	var platforms []scan.Platform
	for _, text := range strings.Fields(r.text["platform"]) {
		p, err := scan.ParsePlatform(text)
		r.check(err)
		platforms = append(platforms, p)
	}
	return platforms
}

func (r *reader) endpoint() string {
	text := r.text["endpoint-url"]
	if u, err := url.Parse(text); text != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "") {
		r.wrong("endpoint-url: %q is not an endpoint (want http://HOST or https://HOST)", redact.URL(text))
	}
	return text
}

// dockerfile returns the file to attach results to, a path inside the checkout.
func (r *reader) dockerfile() string {
	file := r.text["dockerfile"]
	if file != "" && !filepath.IsLocal(file) {
		r.wrong("dockerfile: %q is not a path inside the checkout", file)
	}
	return file
}

// attestation rejects inputs that no verification summary can cover: it is about one image in a registry,
// today.
func (r *reader) attestation(c *config) {
	switch {
	case r.text["attestation"] == "":
	case len(c.findings) > 0:
		r.wrong("attestation: a saved response cannot be attested (check the image itself)")
	case r.text["as-of"] != "":
		r.wrong("attestation: the verdict of a later day cannot be attested (omit as-of)")
	case len(c.images) > 1:
		r.wrong("attestation: got %d images (check one image per run)", len(c.images))
	}
}

// countsOnly reports whether, with more than report.Fleet images, no report of the run lists findings that no
// rule counts.
func (c *config) countsOnly() bool {
	return !slices.ContainsFunc(formats, func(f format) bool {
		return c.files[f.name] != "" && f.listsAll && !(f.name == "sarif" && c.sarif.CountedOnly)
	})
}

// decisive are the inputs that can change the verdict, so that every report names their values.
var decisive = []string{
	"platform", "findings", "fail-on", "min-score", "only-fixed", "ignore", "baseline", "baseline-missing", "base", "vex", "epss", "kev", "as-of", "mode",
	"timeout", "missing-after", "settle", "start-scan", "inspector",
}

// notes returns a line for each decisive input that differs from its default: its value and where it came from.
func (r *reader) notes() []string {
	var notes []string
	for _, name := range decisive {
		if text := r.text[name]; text != "" && !slices.Contains(r.usual, name) {
			notes = append(notes, fmt.Sprintf("%s is %q (%s)", name, text, r.origin[name]))
		}
	}
	return notes
}
