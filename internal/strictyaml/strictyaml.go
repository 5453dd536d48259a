// Package strictyaml reads YAML files that people write and that must mean what they say. It takes
// scalars as they are written (NO and 1.10 are these words), refuses unknown and duplicate keys, tags,
// merge keys, second documents and characters that hide what a file says, and collects every problem
// with its line and column, in the words of the file. It knows nothing of what a file is about.
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

// A Problem is one thing that is wrong with a file.
type Problem struct {
	// Line and Column count from 1.
	Line, Column int
	// Message says what is wrong and, in parentheses, what would be right.
	Message string
}

// A Format is what a Reader knows about the files it reads, all of it for better messages.
type Format struct {
	// Keys are the keys of all mappings: a line that begins with one of them lacks a colon rather than
	// anything else.
	Keys []string
	// Required are the keys that have no default.
	Required []string
	// Aliases are words of other tools, in lower case, and what this format calls them.
	Aliases map[string]string
	// Hint returns better advice than "did you mean" for a word that was probably meant, or "".
	Hint func(meant string, words []string) string
}

// maxNodes bounds how many values are read, aliases followed: a few lines of aliases can stand for
// more than any machine can read.
const maxNodes = 1_000_000

// A Reader reads one file and collects its problems. Its methods return the zero value for what is
// absent (a nil Node) and for what is wrong, which they report.
type Reader struct {
	format   *Format
	nodes    int
	problems []Problem
}

// NewReader returns a Reader for one file.
func NewReader(format *Format) *Reader { return &Reader{format: format} }

// Problems returns what has been reported so far, in no particular order.
func (r *Reader) Problems() []Problem { return r.problems }

// Report adds a problem at a node; the zero Node stands for the beginning of the file.
func (r *Reader) Report(n *Node, format string, args ...any) {
	r.problems = append(r.problems, ProblemAt(n, fmt.Sprintf(format, args...)))
}

// ProblemAt returns a problem at a node without reporting it.
func ProblemAt(n *Node, message string) Problem {
	return Problem{Line: max(1, n.Line), Column: max(1, n.Column), Message: message}
}
