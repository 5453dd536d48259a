package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/internal/suggest"
	"github.com/ecrgate/ecrgate/scan"
)

// maxNodes bounds how much of a policy is looked at, aliases followed: a few lines of them can stand
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

	warnings Errors
}

func (l *loader) wrong(n *yaml.Node, format string, args ...any) {
	l.errs = append(l.errs, l.at(n, fmt.Sprintf(format, args...)))
}

func (l *loader) warn(n *yaml.Node, text string) {
	l.warnings = append(l.warnings, l.at(n, text))
}

func (l *loader) at(n *yaml.Node, text string) Error {
	return Error{File: l.file, Line: max(1, n.Line), Column: max(1, n.Column), Message: text}
}

// over warns of a last day that has passed.
func (l *loader) over(n *yaml.Node, last *time.Time, what string) {
	if expired(last, l.now) {
		l.warn(n, fmt.Sprintf("expires: %s is over, and %s (give it another day and a reason that still holds, or remove it)", last.Format(time.DateOnly), what))
		l.warnings[len(l.warnings)-1].Expired = true
	}
}

// follow gives what an alias stands for. What stands at the place of the alias is named in errors.
func (l *loader) follow(n *yaml.Node) *yaml.Node {
	if l.nodes++; l.nodes > maxNodes {
		if l.nodes == maxNodes+1 {
			l.wrong(n, "the policy stands for more than %d values (want a smaller one, with fewer aliases)", maxNodes)
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
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return quote(n.Value)
}

// quote is a text of the file in an error, cut where it is longer than a line can bear.
func quote(text string) string {
	const most = 80
	if cut := []rune(text); len(cut) > most {
		return strconv.Quote(string(cut[:most])) + "…"
	}
	return strconv.Quote(text)
}

// fields are the values of a mapping by key. A key with an empty value is given, and has none.
type fields struct {
	at     *yaml.Node
	given  map[string]bool
	values map[string]*yaml.Node
}

// get gives the value of a key, nil when it has none.
func (f fields) get(key string) *yaml.Node { return f.values[key] }

// mapping reads a mapping; not ok when it is none. Only these keys may be there, each once.
func (l *loader) mapping(n *yaml.Node, what string, keys ...string) (f fields, ok bool) {
	f = fields{at: n, given: map[string]bool{}, values: map[string]*yaml.Node{}}
	if n.Kind != yaml.MappingNode {
		l.wrong(n, "%s must have keys (want some of: %s)", what, strings.Join(keys, ", "))
		return f, false
	}
	l.untagged(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		l.field(&f, n.Content[i], n.Content[i+1], what, keys)
	}
	return f, true
}

// field takes in one key with its value.
func (l *loader) field(f *fields, key, value *yaml.Node, what string, keys []string) {
	l.untagged(key)
	switch value = l.follow(value); {
	case key.Tag == "!!merge":
		l.wrong(key, "merge keys (<<) are not allowed (repeat the keys)")
	case key.Kind != yaml.ScalarNode:
		l.wrong(key, "a key of %s must be a word (want one of: %s)", what, strings.Join(keys, ", "))
	case !slices.Contains(keys, key.Value):
		l.wrong(key, "unknown key %s in %s (%s)", quote(key.Value), what, wanted(key.Value, keys))
	case f.given[key.Value]:
		l.wrong(key, "%s is given twice in %s (want it once)", key.Value, what)
	case isNull(value):
		l.wrong(key, "%s has no value (%s)", key.Value, empty(key.Value))
		f.given[key.Value] = true
	default:
		f.given[key.Value], f.values[key.Value] = true, value
	}
}

// needed are the keys that have no default.
var needed = []string{"version", "rules", "name", "id", "reason", "status"}

func empty(key string) string {
	if slices.Contains(needed, key) {
		return "give it one"
	}
	return "give it one, or leave it out"
}

// elsewhere are words of other tools, and of plain speech, for keys of ours.
var elsewhere = map[string]string{
	"until": "expires", "expiry": "expires", "expired_at": "expires", "expiration": "expires", "ends": "expires",
	"statement": "reason", "comment": "reason", "justification": "reason", "description": "reason", "note": "reason",
	"vulnerability": "id", "cve": "id", "pkg": "package", "repositories": "images", "repository": "images",
	"fix": "fixAvailable", "fixed": "fixAvailable", "fixable": "fixAvailable", "fix-state": "fixAvailable", "exploit": "exploitAvailable",
	"age": "olderThan", "days": "olderThan", "grace": "olderThan", "cvss": "minScore", "score": "minScore",
	"threshold": "max", "limit": "max", "allowed": "max",
	"true": "YES", "false": "NO", "yes": "true", "no": "false",
	"error": "fail", "block": "fail", "deny": "fail", "break": "fail",
	"ignore": "exceptions", "allow": "exceptions", "allowlist": "exceptions", "suppressions": "exceptions",
}

// wanted helps with a word that is not known.
func wanted(word string, words []string) string {
	near := elsewhere[strings.ToLower(word)]
	if !slices.Contains(words, near) {
		near = suggest.Nearest(word, words)
	}
	switch {
	case near == string(scan.Yes) && slices.Contains(words, string(scan.Partial)):
		return "want [YES, PARTIAL] for whatever has a fix; YES alone leaves out what has one for some of its packages"
	case near != "":
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "want one of: " + strings.Join(words, ", ")
}

func (l *loader) untagged(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle != 0 {
		l.wrong(n, "a tag (!…) is not allowed (want the plain value)")
	}
}

// elements calls f for each element of a list; an absent list has none. What says what one is.
func (l *loader) elements(n *yaml.Node, what, one string, f func(*yaml.Node)) {
	switch {
	case n == nil:
		return
	case n.Kind != yaml.SequenceNode:
		l.wrong(n, "%s must be a list (put - before %s)", what, one)
		return
	}
	l.untagged(n)
	for _, element := range n.Content {
		f(l.follow(element))
	}
}

// filled refuses an empty list, which could be taken for "none" and for "all".
func (l *loader) filled(n *yaml.Node, what string) {
	if n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		l.wrong(n, "%s is an empty list (give it an element, or leave it out)", what)
	}
}

// list calls f for each element of a list that must have some; a single value stands for a list of
// one.
func (l *loader) list(n *yaml.Node, what string, f func(*yaml.Node)) {
	if n != nil && n.Kind == yaml.ScalarNode {
		f(n)
		return
	}
	l.filled(n, what)
	l.elements(n, what, "each value", f)
}
