// Package jmes implements JMESPath like jmespath.py 1.1.0, which the AWS CLI uses: objects keep their order,
// integers their size, and scripts may rely on every quirk of its parser and every error message.
//
// No Go library is close enough. Of 703 expressions whose results were recorded from jmespath.py,
// jmespath/go-jmespath 0.4.0 returns the same bytes for 321 of 449 results and jmespath-community 1.1.1 for
// 319, and neither has the same message for any of 254 errors. Both lose the order of keys and the difference
// between 1 and 1.0, and the parser of neither takes `HIGH` without quotes inside its backticks, as many
// published AWS CLI examples have it. The first one's syntax tree is private and its merge can panic; the
// other one's grammar has arithmetic and $, which the AWS CLI refuses.
//
// What differs from jmespath.py: the order of a list with NaN in it after sort and sort_by, keys that
// are not text (merge can make them from a list of pairs), the address in the text of an expression
// reference, and the text for what is nested too deeply.
package jmes

import "github.com/ecrgate/ecrgate/internal/awscli/value"

// A Query is a compiled expression. It is safe for concurrent use.
type Query struct{ root node }

// Compile parses an expression. Bytes that are not UTF-8 become lone surrogates, as in a Python argument.
//
// The error's text is what the AWS CLI shows after "Bad value for --query EXPR: ".
func Compile(expr string) (*Query, error) {
	l := newLexer(expr)
	tokens, err := l.tokens()
	if err != nil {
		return nil, err
	}
	p := parser{source: l.source(), length: len(l.chars), tokens: tokens}
	root, err := p.whole()
	if err != nil {
		return nil, err
	}
	return &Query{root}, nil
}

// Search returns what the expression selects from a value, which it does not change; the result shares its
// parts. A result, or a part of it, may be an expression reference, a value.Opaque.
//
// The error's text is what the AWS CLI shows.
func (q *Query) Search(v value.Value) (value.Value, error) { return q.root.eval(v) }

// A failure is an error with Python's message.
type failure string

func (f failure) Error() string { return string(f) }
