package strictyaml

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/internal/suggest"
)

// follow returns the value of an alias, at the position of the alias. Other nodes it returns unchanged.
func (r *Reader) follow(n *Node) *Node {
	if r.nodes++; r.nodes > maxNodes {
		if r.nodes == maxNodes+1 {
			r.Report(n, "file expands to more than %d values (use fewer aliases)", maxNodes)
		}
		return &Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
	}
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		there := *n.Alias
		there.Line, there.Column = n.Line, n.Column
		return &there
	}
	return n
}

func isNull(n *Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" && !Quoted(n) }

// Quoted reports whether a scalar is written in quotes or as a block (| or >).
func Quoted(n *Node) bool {
	return n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
}

// Shown formats a value for a message: a quoted scalar, or the kind of anything else.
func Shown(n *Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	return Quote(n.Value)
}

// Quote quotes a text for a message and cuts it after 80 characters.
func Quote(text string) string {
	const most = 80
	if cut := []rune(text); len(cut) > most {
		return strconv.Quote(string(cut[:most])) + "…"
	}
	return strconv.Quote(text)
}

// Fields are the values of a mapping by key.
type Fields struct {
	// At is the mapping itself, for problems about missing keys.
	At *Node
	// Given has the keys that are present, including those with an empty value.
	Given  map[string]bool
	values map[string]*Node
}

// Get returns the value of a key, nil if the key is absent or has no value.
func (f Fields) Get(key string) *Node { return f.values[key] }

// Mapping parses a mapping. Each of the keys may appear once, no others may. It is not ok if the node is not a
// mapping; wrong keys are reported and left out.
func (r *Reader) Mapping(n *Node, what string, keys ...string) (f Fields, ok bool) {
	f = Fields{At: n, Given: map[string]bool{}, values: map[string]*Node{}}
	if n.Kind != yaml.MappingNode {
		r.Report(n, "%s must be a mapping (use these keys: %s)", what, strings.Join(keys, ", "))
		return f, false
	}
	r.untagged(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		r.field(&f, n.Content[i], n.Content[i+1], what, keys)
	}
	return f, true
}

// field adds one key with its value.
func (r *Reader) field(f *Fields, key, value *Node, what string, keys []string) {
	r.untagged(key)
	switch value = r.follow(value); {
	case key.Tag == "!!merge":
		r.Report(key, "merge keys (<<) are not allowed (repeat the keys)")
	case key.Kind != yaml.ScalarNode:
		r.Report(key, "a key of %s must be a word (use one of: %s)", what, strings.Join(keys, ", "))
	case !slices.Contains(keys, key.Value):
		r.Report(key, "unknown key %s in %s (%s)", Quote(key.Value), what, r.wanted(key.Value, keys))
	case f.Given[key.Value]:
		r.Report(key, "duplicate key %s in %s (keep one)", key.Value, what)
	case isNull(value):
		r.Report(key, "%s has no value (%s)", key.Value, r.empty(key.Value))
		f.Given[key.Value] = true
	default:
		f.Given[key.Value], f.values[key.Value] = true, value
	}
}

func (r *Reader) empty(key string) string {
	if slices.Contains(r.format.Required, key) {
		return "give it one"
	}
	return "give it one, or leave it out"
}

// wanted returns advice for an unknown word.
func (r *Reader) wanted(word string, words []string) string {
	near := r.format.Aliases[strings.ToLower(word)]
	if !slices.Contains(words, near) {
		near = suggest.Nearest(word, words)
	}
	if r.format.Hint != nil {
		if hint := r.format.Hint(near, words); hint != "" {
			return hint
		}
	}
	if near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "use one of: " + strings.Join(words, ", ")
}

func (r *Reader) untagged(n *Node) {
	if n.Style&yaml.TaggedStyle != 0 {
		r.Report(n, "tags (!…) are not allowed (write the plain value)")
	}
}

// Elements calls f for each element of a list; one names an element in the advice to make it a list.
func (r *Reader) Elements(n *Node, what, one string, f func(*Node)) {
	switch {
	case n == nil:
		return
	case n.Kind != yaml.SequenceNode:
		r.Report(n, "%s must be a list (put - before %s)", what, one)
		return
	}
	r.untagged(n)
	for _, element := range n.Content {
		f(r.follow(element))
	}
}

// Filled reports an empty list, which could mean "none" or "all".
func (r *Reader) Filled(n *Node, what string) {
	if n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		r.Report(n, "%s is an empty list (add an element, or leave it out)", what)
	}
}

// List calls f for each element of a list that must not be empty. A scalar means a list of one.
func (r *Reader) List(n *Node, what string, f func(*Node)) {
	if n != nil && n.Kind == yaml.ScalarNode {
		f(n)
		return
	}
	r.Filled(n, what)
	r.Elements(n, what, "each value", f)
}
