package strictyaml

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"
)

// Text parses a scalar as written: NO and 1.10 are these words.
func (r *Reader) Text(n *Node, what string) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind != yaml.ScalarNode:
		r.Report(n, "%s is %s (use a single value)", what, Shown(n))
		return "", false
	case strings.TrimSpace(n.Value) == "" || isNull(n):
		r.Report(n, "%s is empty (give it a value)", what)
		return "", false
	}
	r.untagged(n)
	return n.Value, true
}

// Line parses a text on one line without invisible characters.
func (r *Reader) Line(n *Node, what string) (string, bool) {
	text, ok := r.Text(n, what)
	if ok && strings.ContainsFunc(text, Invisible) {
		r.Report(n, "%s contains a control character or line break (use plain text on one line)", what)
		return "", false
	}
	return text, ok
}

// Invisible reports whether a character changes how the text around it is shown: a control character, a
// line break, or a bidirectional control.
func Invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028' || r == '\u2029'
}

// Paragraph parses a text that may span several lines and returns it on one.
func (r *Reader) Paragraph(n *Node, what string) string {
	text, ok := r.Text(n, what)
	if ok && strings.ContainsFunc(text, func(r rune) bool { return Invisible(r) && !strings.ContainsRune("\t\n\r", r) }) {
		r.Report(n, "%s contains a control character (use plain text)", what)
	}
	return strings.Join(strings.Fields(text), " ")
}

// Word parses one of words and returns def if it is absent or unknown.
func (r *Reader) Word(n *Node, what, def string, words ...string) string {
	text, ok := r.Text(n, what)
	switch {
	case !ok:
		return def
	case !slices.Contains(words, text):
		r.Report(n, "%s: unknown value %s (%s)", what, Quote(text), r.wanted(text, words))
		return def
	}
	return text
}

// Words parses a list of words.
func (r *Reader) Words(n *Node, what string, words ...string) []string {
	var out []string
	r.List(n, what, func(n *Node) {
		if w := r.Word(n, what, "", words...); w != "" {
			out = append(out, w)
		}
	})
	return out
}

// maxInteger is the largest whole number that a file may contain.
const maxInteger = 1_000_000_000

var integerForm = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`)

// Integer parses a whole number from least to 1,000,000,000, without sign, quotes or leading zeros.
func (r *Reader) Integer(n *Node, what string, least int) int {
	text, ok := r.Text(n, what)
	if !ok {
		return 0
	}
	v, _ := strconv.Atoi(text)
	switch {
	case Quoted(n) && integerForm.MatchString(text):
		r.Report(n, "%s: %s is a string (remove the quotes)", what, Shown(n))
	case !integerForm.MatchString(text) || v < least || v > maxInteger:
		r.Report(n, "%s: invalid number %s (use a whole number from %d to %d)", what, Shown(n), least, maxInteger)
	default:
		return v
	}
	return 0
}

var numberForm = regexp.MustCompile(`^(0|[1-9][0-9]*)(\.[0-9]+)?$`)

// Number parses a decimal number from low to high, without sign, exponent or quotes.
func (r *Reader) Number(n *Node, what string, low, high float64) *float64 {
	text, ok := r.Text(n, what)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case Quoted(n) && numberForm.MatchString(text):
		r.Report(n, "%s: %s is a string (remove the quotes)", what, Shown(n))
	case !numberForm.MatchString(text) || err != nil || v < low || v > high:
		r.Report(n, "%s: invalid number %s (use one from %v to %v, for example %v)", what, Shown(n), low, high, 0.75*high)
	default:
		return &v
	}
	return nil
}

// Boolean parses true or false without quotes.
func (r *Reader) Boolean(n *Node, what string) bool {
	v := r.Word(n, what, "false", "true", "false")
	if n != nil && Quoted(n) && (n.Value == "true" || n.Value == "false") {
		r.Report(n, "%s: %s is a string (use %s without quotes)", what, Shown(n), v)
		return false
	}
	return v == "true"
}

// durationForm allows what fits a time.Duration: 99999 days are 273 years, 9999 weeks are 191.
var durationForm = regexp.MustCompile(`^0*(?:([1-9][0-9]{0,4})([hd])|([1-9][0-9]{0,3})(w))$`)

var durationUnits = map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// Duration parses a whole number of hours, days or weeks above 0, such as 36h, 7d or 2w.
func (r *Reader) Duration(n *Node, what string) time.Duration {
	text, ok := r.Text(n, what)
	if !ok {
		return 0
	}
	m := durationForm.FindStringSubmatch(text)
	if m == nil {
		r.Report(n, "%s: %s is not a duration (use a whole number above 0 and h, d or w, for example 7d; at most 99999d)", what, Quote(text))
		return 0
	}
	v, _ := strconv.Atoi(m[1] + m[3])
	return time.Duration(v) * durationUnits[m[2]+m[4]]
}

var dayForm = lazyRegexp(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`)

// Date parses a day such as 2027-01-31 and returns its start in UTC.
func (r *Reader) Date(n *Node, what string) *time.Time {
	text, ok := r.Text(n, what)
	if !ok {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	switch {
	case err != nil && dayForm().MatchString(text):
		r.Report(n, "%s: %s is not a date in the calendar (use YYYY-MM-DD)", what, text)
		return nil
	case err != nil:
		r.Report(n, "%s: %s is not a date (use YYYY-MM-DD, for example 2027-01-31)", what, Quote(text))
		return nil
	}
	return &day
}
