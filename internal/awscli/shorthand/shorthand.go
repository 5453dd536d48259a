// Package shorthand parses the AWS CLI's shorthand syntax for structures: imageTag=latest, or key=a,b,c for a
// list. Its grammar, as the AWS CLI's parser has it:
//
//	parameter = keyval *( "," keyval )
//	keyval    = key [ "@" ] "=" value
//	key       = *( letter / digit / - _ . # / : )
//	value     = nothing / "[" list "]" / "{" hash "}" / csv
//	csv       = first *( "," second )
//
// A comma may begin another item of a csv or another pair; the parser tries the item first, and goes
// back to a comma when that fails. Behind key@= a value that begins with file:// is read from there.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
package shorthand

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A Load returns the content for a value after key@=.
type Load func(text string) (value.Value, error)

// Parse parses a text. The error is an *Error, or that of load.
func Parse(text string, load Load) (*value.Object, error) {
	p := &parser{input: runes(text), load: load}
	params := &value.Object{}
	ended := 0
	for first := true; first || p.at < len(p.input); first = false {
		if !first {
			if err := p.expectLoosely(','); err != nil {
				return nil, err
			}
		}
		key, v, err := p.pair(p.value)
		if err != nil {
			return nil, err
		}
		if _, twice := params.Get(key); twice {
			return nil, p.second(key, ended+1)
		}
		params.Set(key, v)
		ended = p.at
	}
	return params, nil
}

// An Error is a syntax error, with the AWS CLI's wording.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

// expected returns a syntax error. AWS CLI 1.45 prints the name of one of its functions instead of the
// position; the message keeps that.
func expected(what, got string) *Error {
	return &Error{fmt.Sprintf("Expected: '%s', received: '%s' for input:\n{self._error_location()}", what, got)}
}

func (p *parser) second(key string, at int) *Error {
	return &Error{fmt.Sprintf("Second instance of key \"%s\" encountered for input:\n%s\nThis is often because there is a preceding \",\" instead of a space.", key, p.location(at))}
}

// location returns the input with a caret below a position, after the line of the position if there are
// several.
func (p *parser) location(at int) string {
	lineStart, lineEnd := 0, len(p.input)
	for i, r := range p.input {
		switch {
		case r == '\n' && i < at:
			lineStart = i + 1
		case r == '\n' && lineEnd == len(p.input):
			lineEnd = i
		}
	}
	return text(p.input[:lineEnd]) + "\n" + strings.Repeat(" ", at-lineStart) + "^" + text(p.input[lineEnd:])
}

func runes(s string) []rune {
	var out []rune
	for i := 0; i < len(s); {
		r, size := value.Rune(s[i:])
		out, i = append(out, r), i+size
	}
	return out
}

func text(r []rune) string {
	var out []byte
	for _, c := range r {
		out = value.AppendRune(out, c)
	}
	return string(out)
}
