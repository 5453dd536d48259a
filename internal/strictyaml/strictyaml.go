// Package strictyaml parses YAML files that people write and that must mean exactly what they say. It
// keeps scalars as written (NO and 1.10 are these words), rejects unknown and duplicate keys, tags, merge
// keys, second documents and characters that hide text, and collects every problem with its line and
// column, in terms of the file. It is independent of the subject of a file.
package strictyaml

import (
	"fmt"

	"gopkg.in/yaml.v3"
)

// A Node is a value of a file. Line and Column count from 1.
type Node = yaml.Node

// The kinds of a Node.
const (
	ScalarNode   = yaml.ScalarNode
	SequenceNode = yaml.SequenceNode
	MappingNode  = yaml.MappingNode
)

// A Problem is one mistake in a file.
type Problem struct {
	// Line and Column count from 1.
	Line, Column int
	// Message says what is wrong and, in parentheses, what would be right.
	Message string
}

// A Format describes the files that a Reader parses. All of it is optional and serves better messages.
type Format struct {
	// Start is what an empty file needs first, for example "version: 1".
	Start string
	// Keys are the keys of all mappings. A line that begins with one and breaks the syntax probably
	// lacks a colon.
	Keys []string
	// Required are the keys that have no default.
	Required []string
	// Aliases map words of other tools, in lower case, to the words of this format.
	Aliases map[string]string
	// Hint returns better advice than "did you mean" for the word that was probably meant, or "". It can
	// be nil.
	Hint func(meant string, words []string) string
}

// maxNodes limits the values of a file after aliases are expanded: a few lines of aliases can expand to
// more than any machine can read.
const maxNodes = 1_000_000

// A Reader parses one file and collects its problems. Its methods take a nil Node for an absent value.
// They return the zero value (or the default) for an absent or invalid one, and report the invalid one.
// The argument what names the value in messages.
type Reader struct {
	format   *Format
	nodes    int
	problems []Problem
}

// NewReader returns a Reader for one file.
func NewReader(format *Format) *Reader { return &Reader{format: format} }

// Problems returns the problems reported so far, in no particular order.
func (r *Reader) Problems() []Problem { return r.problems }

// Report adds a problem at a node. The zero Node means the start of the file.
func (r *Reader) Report(n *Node, format string, args ...any) {
	r.problems = append(r.problems, ProblemAt(n, fmt.Sprintf(format, args...)))
}

// ProblemAt returns a problem at a node without reporting it.
func ProblemAt(n *Node, message string) Problem {
	return Problem{Line: max(1, n.Line), Column: max(1, n.Column), Message: message}
}
