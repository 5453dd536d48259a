package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"
)

// maxNodes bounds how much of a file is looked at, aliases followed: a few lines of them can stand
// for more than any machine can read.
const maxNodes = 1_000_000

// A loader walks the nodes of policy files, which keep scalars as they were written, and collects
// everything that is wrong.
type loader struct {
	now   time.Time
	file  string
	errs  Errors
	nodes int
	names map[string]string // of rules → where
}

func (l *loader) wrong(n *yaml.Node, format string, args ...any) {
	l.errs = append(l.errs, Error{l.file, max(1, n.Line), max(1, n.Column), fmt.Sprintf(format, args...)})
}

// document gives the one document of a file, nil when there is none that can be read.
func (l *loader) document(text []byte) *yaml.Node {
	start := &yaml.Node{Line: 1, Column: 1}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF) || err == nil && isNull(doc.Content[0]):
		l.wrong(start, "the file is empty (want version: 1 and rules)")
		return nil
	case err != nil:
		l.syntax(err)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		l.wrong(&second, "there is a second document (want one in a file)")
	case !errors.Is(err, io.EOF):
		l.syntax(err)
	}
	return l.follow(doc.Content[0])
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// syntax puts an error of the YAML parser into our form.
func (l *loader) syntax(err error) {
	at := &yaml.Node{Line: 1, Column: 1}
	m := yamlLine.FindStringSubmatch(strings.ReplaceAll(err.Error(), "\n", " "))
	if m == nil {
		l.wrong(at, "the file is not YAML: %v", err)
		return
	}
	at.Line, _ = strconv.Atoi(m[1])
	l.wrong(at, "the file is not YAML: %s", m[2])
}

// follow gives what an alias stands for. What stands at the place of the alias is named in errors.
func (l *loader) follow(n *yaml.Node) *yaml.Node {
	if l.nodes++; l.nodes > maxNodes {
		if l.nodes == maxNodes+1 {
			l.wrong(n, "the files stand for more than %d values (want fewer aliases)", maxNodes)
		}
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		there := *n.Alias
		there.Line, there.Column = n.Line, n.Column
		return &there
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && !quoted(n) }

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// shown is a value as an error quotes it.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "with keys of its own"
	case yaml.SequenceNode:
		return "that is a list"
	}
	return strconv.Quote(n.Value)
}

// mapping gives the values of a mapping by key; nil when it is none. Only these keys may be there,
// each once.
func (l *loader) mapping(n *yaml.Node, what string, keys ...string) map[string]*yaml.Node {
	if n.Kind != yaml.MappingNode {
		l.wrong(n, "%s must have keys (want some of: %s)", what, strings.Join(keys, ", "))
		return nil
	}
	l.untagged(n)
	fields := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], l.follow(n.Content[i+1])
		switch {
		case key.Tag == "!!merge":
			l.wrong(key, "merge keys (<<) are not allowed (repeat the keys)")
		case !slices.Contains(keys, key.Value) || key.Kind != yaml.ScalarNode:
			l.wrong(key, "unknown key %q in %s (%s)", key.Value, what, wanted(key.Value, keys))
		case fields[key.Value] != nil:
			l.wrong(key, "%s is given twice in %s", key.Value, what)
		case isNull(value):
			l.wrong(key, "%s has no value", key.Value)
			fields[key.Value] = nil
		default:
			fields[key.Value] = value
		}
	}
	return fields
}

// wanted helps with a word that is not known.
func wanted(word string, words []string) string {
	if near := Nearest(word, words); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "want one of: " + strings.Join(words, ", ")
}

func (l *loader) untagged(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle != 0 {
		l.wrong(n, "the tag %s is not allowed (write the plain value)", n.Tag)
	}
}

// list calls f for each element; a single value stands for a list of one. An absent list has none.
func (l *loader) list(n *yaml.Node, what string, f func(*yaml.Node)) {
	switch {
	case n == nil:
		return
	case n.Kind != yaml.SequenceNode:
		f(n)
		return
	case len(n.Content) == 0:
		l.wrong(n, "%s is an empty list (leave it out, or give it an element)", what)
	}
	l.untagged(n)
	for _, element := range n.Content {
		f(l.follow(element))
	}
}

// text reads a scalar as it is written.
func (l *loader) text(n *yaml.Node, what string) (string, bool) {
	switch {
	case n == nil:
		return "", false
	case n.Kind != yaml.ScalarNode:
		l.wrong(n, "%s must be a single value, not one %s", what, shown(n))
		return "", false
	case strings.TrimSpace(n.Value) == "" || isNull(n):
		l.wrong(n, "%s is empty", what)
		return "", false
	}
	l.untagged(n)
	return n.Value, true
}

// word reads one of some words, the default when it is absent.
func (l *loader) word(n *yaml.Node, what, def string, words ...string) string {
	text, ok := l.text(n, what)
	switch {
	case !ok:
		return def
	case !slices.Contains(words, text):
		l.wrong(n, "%s: %q is not known (%s)", what, text, wanted(text, words))
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

// integer reads a whole number that is at least so large.
func (l *loader) integer(n *yaml.Node, what string, least int) int {
	text, ok := l.text(n, what)
	if !ok {
		return 0
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < least || v > 1_000_000_000 || quoted(n) {
		l.wrong(n, "%s: %s is not a whole number of at least %d", what, shown(n), least)
		return 0
	}
	return v
}

// number reads a decimal number within bounds, nil when it is absent.
func (l *loader) number(n *yaml.Node, what string, low, high float64) *float64 {
	text, ok := l.text(n, what)
	if !ok {
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= low && v <= high) || quoted(n) || strings.ContainsAny(text, "xX_") {
		l.wrong(n, "%s: %s is not a number from %v to %v", what, shown(n), low, high)
		return nil
	}
	return &v
}

func (l *loader) boolean(n *yaml.Node, what string) bool {
	return l.word(n, what, "false", "true", "false") == "true"
}

var durationForm = regexp.MustCompile(`^([0-9]{1,6})([hdw])$`)

var durationUnits = map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}

// duration reads a whole number of hours, days or weeks, above 0.
func (l *loader) duration(n *yaml.Node, what string) time.Duration {
	text, ok := l.text(n, what)
	if !ok {
		return 0
	}
	m := durationForm.FindStringSubmatch(text)
	if m == nil || strings.Trim(m[1], "0") == "" {
		l.wrong(n, "%s: %q is not a duration (want a whole number above 0 with h, d or w, e.g. 7d)", what, text)
		return 0
	}
	v, _ := strconv.Atoi(m[1])
	if d := time.Duration(v) * durationUnits[m[2]]; d/durationUnits[m[2]] == time.Duration(v) {
		return d
	}
	l.wrong(n, "%s: %q is too long", what, text)
	return 0
}

// date reads a UTC day.
func (l *loader) date(n *yaml.Node, what string) *time.Time {
	text, ok := l.text(n, what)
	if !ok {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		l.wrong(n, "%s: %q is not a day (want YYYY-MM-DD, e.g. 2027-01-31)", what, text)
		return nil
	}
	return &day
}

// glob reads a pattern, the zero Glob when it is absent.
func (l *loader) glob(n *yaml.Node, what string, fold bool) Glob {
	text, ok := l.text(n, what)
	if !ok {
		return Glob{}
	}
	g, err := ParseGlob(text, fold)
	if err != nil {
		l.wrong(n, "%s: %q: %v", what, text, err)
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

// line reads a text that must be there and fits on a line of a report.
func (l *loader) line(parent, n *yaml.Node, what string) string {
	if n == nil {
		l.wrong(parent, "%s is missing", what)
		return ""
	}
	text, ok := l.text(n, what)
	if ok && strings.ContainsFunc(text, unicode.IsControl) {
		l.wrong(n, "%s holds a control character or a line end (want plain text)", what)
		return ""
	}
	return text
}
