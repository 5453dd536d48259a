package main

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// settings are the inputs of check, read: text has become what it means.
type settings struct {
	images     []scan.Image
	platforms  []scan.Platform
	findings   []string
	policy     []string
	quick      policy.Inputs
	baseline   string
	noBaseline bool // a baseline image that does not exist is none
	mode       string

	timeout      time.Duration
	missingAfter time.Duration
	settle       *time.Duration
	pollInterval time.Duration
	startScan    bool

	files         map[string]string // format → file
	sarifCategory string
	sarifCounted  bool
	dockerfile    string

	dockerfileLine int

	region, endpoint, profile, caBundle string
	color                               string
	debug                               bool

	warnings []string
	notes    []string // inputs that differ from their default, and where they came from
}

// The modes.
const (
	enforce = "enforce"
	reports = "report"
	observe = "observe"
)

// readSettings reads every input. All that is wrong comes in one error, a line each.
func readSettings(v values, args []string, e env) (*settings, error) {
	r := reader{values: v, problems: v.conflicts}
	s := &settings{
		findings:      strings.Fields(v.text["findings"]),
		policy:        strings.Fields(v.text["policy"]),
		baseline:      v.text["baseline"],
		noBaseline:    r.word("baseline-missing", "error", "none") == "none",
		mode:          r.word("mode", enforce, reports, observe),
		timeout:       r.duration("timeout", 10*time.Minute, time.Second),
		missingAfter:  r.duration("missing-after", 5*time.Minute, 0),
		pollInterval:  r.duration("poll-interval", 15*time.Second, time.Millisecond),
		startScan:     r.word("start-scan", "auto", "never") == "auto",
		files:         map[string]string{},
		sarifCategory: v.text["sarif-category"],
		sarifCounted:  r.word("sarif-findings", "all", "counted") == "counted",
		dockerfile:    v.text["dockerfile"],
		region:        v.text["region"],
		endpoint:      v.text["endpoint-url"],
		profile:       v.text["profile"],
		caBundle:      v.text["ca-bundle"],
		color:         r.word("color", "auto", "on", "off"),
		debug:         r.boolean("debug", e.getenv("RUNNER_DEBUG") == "1"),
		warnings:      v.warnings,
	}
	if v.text["settle"] != "" {
		d := r.duration("settle", 0, 0)
		s.settle = &d
	}
	quick, err := policy.ParseInputs(v.text["fail-on"], v.text["min-score"], v.text["only-fixed"], v.text["ignore"])
	r.check(err)
	s.quick = quick
	s.platforms = r.platforms()
	s.images = r.images(args, len(s.findings) > 0)
	if len(s.platforms) > 0 && len(s.findings) > 0 {
		r.wrong("platform: a saved response does not tell its platform (leave the input out beside findings)")
	}
	r.files(s, e)
	r.endpoint()
	r.dockerfile(s)
	s.notes = v.notes()
	return s, r.err()
}

// A reader reads texts and collects what is wrong with them.
type reader struct {
	values
	problems []string
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

// word reads one of the words; the first is the default.
func (r *reader) word(name string, words ...string) string {
	text := strings.ToLower(r.text[name])
	switch {
	case text == "":
		return words[0]
	case !slices.Contains(words, text):
		r.wrong("%s: %q is not one of: %s", name, r.text[name], strings.Join(words, ", "))
	}
	return text
}

// duration reads a Go duration or whole seconds.
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
	r.wrong("%s: %q is neither true nor false", name, r.text[name])
	return def
}

func (r *reader) platforms() []scan.Platform {
	var platforms []scan.Platform
	for _, text := range strings.Fields(r.text["platform"]) {
		p, err := scan.ParsePlatform(text)
		r.check(err)
		platforms = append(platforms, p)
	}
	return platforms
}

func (r *reader) endpoint() {
	text := r.text["endpoint-url"]
	if text == "" {
		return
	}
	if u, err := url.Parse(text); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		r.wrong("endpoint-url: %q is not an endpoint (want http://HOST or https://HOST)", redact.URL(text))
	}
}

// told are the inputs whose values every report must tell, since they change the verdict.
var told = []string{
	"platform", "findings", "fail-on", "min-score", "only-fixed", "ignore", "baseline", "baseline-missing", "mode",
	"timeout", "missing-after", "settle", "start-scan",
}

// notes tell which inputs that can change a verdict were given, and where they came from.
func (v values) notes() []string {
	var notes []string
	for _, name := range told {
		if text := v.text[name]; text != "" {
			notes = append(notes, fmt.Sprintf("%s is %q (%s)", name, text, v.origin[name]))
		}
	}
	return notes
}
