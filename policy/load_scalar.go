package policy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"
)

// text reads a scalar as it is written: NO and 1.10 are these words.
func (l *loader) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind != yaml.ScalarNode:
		l.wrong(n, "%s is %s (want a single value)", what, shown(n))
		return "", false
	case strings.TrimSpace(n.Value) == "" || isNull(n):
		l.wrong(n, "%s is empty (give it a value)", what)
		return "", false
	}
	l.untagged(n)
	return n.Value, true
}

// plain reads a text of one line that a report can show and a name can have.
func (l *loader) plain(n *yaml.Node, what string) (string, bool) {
	text, ok := l.text(n, what)
	if ok && strings.ContainsFunc(text, invisible) {
		l.wrong(n, "%s holds a control character or a line end (want plain text on one line)", what)
		return "", false
	}
	return text, ok
}

// invisible characters move what a reader sees: controls, line ends, and those that turn the
// direction of writing.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// reason reads why something is let through. It can have several lines, which become one.
func (l *loader) reason(n *yaml.Node, what string) string {
	text, ok := l.text(n, what)
	if ok && strings.ContainsFunc(text, func(r rune) bool { return invisible(r) && !strings.ContainsRune("\t\n\r", r) }) {
		l.wrong(n, "%s holds a control character (want plain text)", what)
	}
	return strings.Join(strings.Fields(text), " ")
}

// word reads one of some words, the default when it is absent.
func (l *loader) word(n *yaml.Node, what, def string, words ...string) string {
	text, ok := l.text(n, what)
	switch {
	case !ok:
		return def
	case !slices.Contains(words, text):
		l.wrong(n, "%s: %s is not known (%s)", what, quote(text), wanted(text, words))
		return def
	}
	return text
}

// words reads a list of some words.
func (l *loader) words(n *yaml.Node, what string, words ...string) []string {
	var out []string
	l.list(n, what, func(n *yaml.Node) {
		if w := l.word(n, what, "", words...); w != "" {
			out = append(out, w)
		}
	})
	return out
}

// maxInteger is the largest whole number that a policy can name.
const maxInteger = 1_000_000_000

var integerForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`)

// integer reads a whole number that is at least so large.
func (l *loader) integer(n *yaml.Node, what string, least int) int {
	text, ok := l.text(n, what)
	if !ok {
		return 0
	}
	v, _ := strconv.Atoi(text)
	switch {
	case quoted(n) && integerForm.MatchString(text):
		l.wrong(n, "%s: %s is a text (want the number without quotes)", what, shown(n))
	case !integerForm.MatchString(text) || v < least || v > maxInteger:
		l.wrong(n, "%s: %s is not a whole number (want one from %d to %d)", what, shown(n), least, maxInteger)
	}
	return v
}

var numberForm = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// number reads a decimal number within bounds, nil when it is absent.
func (l *loader) number(n *yaml.Node, what string, low, high float64) *float64 {
	text, ok := l.text(n, what)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case quoted(n) && numberForm.MatchString(text):
		l.wrong(n, "%s: %s is a text (want the number without quotes)", what, shown(n))
	case !numberForm.MatchString(text) || err != nil || v < low || v > high:
		l.wrong(n, "%s: %s is not a number (want one from %v to %v, e.g. 7.5)", what, shown(n), low, high)
	}
	return &v
}

func (l *loader) boolean(n *yaml.Node, what string) bool {
	v := l.word(n, what, "false", "true", "false")
	if n != nil && quoted(n) && (n.Value == "true" || n.Value == "false") {
		l.wrong(n, "%s: %s is a text (want %s without quotes)", what, shown(n), v)
	}
	return v == "true"
}

// durationForm keeps to what fits: 99999 days are 273 years, 9999 weeks 191.
var durationForm = regexp.MustCompile(`^0*(?:([1-9][0-9]{0,4})([hd])|([1-9][0-9]{0,3})(w))$`)

var durationUnits = map[string]time.Duration{"h": time.Hour, "d": day, "w": 7 * day}

// duration reads a whole number of hours, days or weeks, above 0.
func (l *loader) duration(n *yaml.Node, what string) time.Duration {
	text, ok := l.text(n, what)
	if !ok {
		return 0
	}
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		l.wrong(n, "%s: %s is not a duration (want a whole number above 0 with h, d or w, e.g. 7d, and at most 99999d)", what, quote(text))
		return 0
	}
	v, _ := strconv.Atoi(m[1] + m[3])
	return time.Duration(v) * durationUnits[m[2]+m[4]]
}

var dayForm = later(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// date reads a UTC day.
func (l *loader) date(n *yaml.Node, what string) *time.Time {
	text, ok := l.text(n, what)
	if !ok {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil && dayForm().MatchString(text):
		l.wrong(n, "%s: there is no day %s (want one of the calendar, as YYYY-MM-DD)", what, text)
		return nil
	case err != nil:
		l.wrong(n, "%s: %s is not a day (want YYYY-MM-DD, e.g. 2027-01-31)", what, quote(text))
		return nil
	}
	return &day
}

// glob reads a pattern, the zero Glob when it is absent.
func (l *loader) glob(n *yaml.Node, what string, fold bool) Glob {
	text, ok := l.plain(n, what)
	if !ok {
		return Glob{}
	}
	g, err := ParseGlob(text, fold)
	if err != nil {
		l.wrong(n, "%s: %s: %v", what, quote(text), err)
	}
	if doubt := MisspelledID(text); fold && g.literal && doubt != "" {
		l.warn(n, what+": "+doubt)
	}
	return g
}

func (l *loader) globs(n *yaml.Node, what string, fold bool) []Glob {
	var out []Glob
	l.list(n, what, func(n *yaml.Node) {
		if g := l.glob(n, what, fold); !g.IsZero() {
			out = append(out, g)
		}
	})
	return out
}

// images reads patterns of repositories. One that can match no repository is a mistake that would
// make a rule apply to nothing.
func (l *loader) images(n *yaml.Node) []Glob {
	var out []Glob
	l.list(n, "images", func(n *yaml.Node) {
		g := l.glob(n, "images", false)
		switch {
		case g.IsZero():
		case !g.matchesSomeRepository():
			l.wrong(n, "images: %s can match no repository (use its name alone, in lower case, without registry, tag or digest, for example team/*)", quote(g.text))
		case strings.Contains(g.text, ".dkr.ecr") || strings.Contains(g.text, ".dkr-ecr"): // a repository may have this name
			l.warn(n, fmt.Sprintf("images: %s begins with a registry, so it matches no repository of that registry (use the name alone, for example team/*)", quote(g.text)))
		}
		out = append(out, g)
	})
	return out
}
