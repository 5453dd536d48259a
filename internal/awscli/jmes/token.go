package jmes

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A kind is a kind of token, by its name in error messages.
type kind string

const (
	tokEOF        kind = "eof"
	tokName       kind = "unquoted_identifier"
	tokQuoted     kind = "quoted_identifier"
	tokLiteral    kind = "literal"
	tokNumber     kind = "number"
	tokDot        kind = "dot"
	tokStar       kind = "star"
	tokFilter     kind = "filter"
	tokFlatten    kind = "flatten"
	tokLeftSquare kind = "lbracket"
	tokRightSq    kind = "rbracket"
	tokLeftBrace  kind = "lbrace"
	tokRightBrace kind = "rbrace"
	tokLeftParen  kind = "lparen"
	tokRightParen kind = "rparen"
	tokComma      kind = "comma"
	tokColon      kind = "colon"
	tokCurrent    kind = "current"
	tokExpref     kind = "expref"
	tokPipe       kind = "pipe"
	tokOr         kind = "or"
	tokAnd        kind = "and"
	tokNot        kind = "not"
	tokEqual      kind = "eq"
	tokNotEqual   kind = "ne"
	tokLess       kind = "lt"
	tokLessEqual  kind = "lte"
	tokMore       kind = "gt"
	tokMoreEqual  kind = "gte"
)

// power is how strongly a token binds to its left; a token that is not listed does not. Those below
// projectionStop end a projection.
var power = map[kind]int{
	tokPipe: 1, tokOr: 2, tokAnd: 3,
	tokEqual: 5, tokNotEqual: 5, tokLess: 5, tokLessEqual: 5, tokMore: 5, tokMoreEqual: 5,
	tokFlatten: 9, tokStar: 20, tokFilter: 21, tokDot: 40, tokNot: 45,
	tokLeftBrace: 50, tokLeftSquare: 55, tokLeftParen: 60,
}

const projectionStop = 10

// A token is a token of an expression.
type token struct {
	kind kind
	// value is an Int for a number, the value of a literal or a quoted name, or the text of any other token.
	value value.Value
	start int // in characters
}

// lexFailure returns the error for the characters of source at a position.
func lexFailure(msg, source string, at int) error {
	return failure(fmt.Sprintf("Bad jmespath expression: %s:\n%s\n%s^", msg, source, strings.Repeat(" ", at)))
}

// parseFailure returns the error for a token of source.
func parseFailure(msg string, t token, source string) error {
	return failure(fmt.Sprintf("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s^",
		msg, t.start, value.Str(t.value), strings.ToUpper(string(t.kind)), source, strings.Repeat(" ", t.start+1)))
}

// incomplete returns the error for a source, of so many characters, that ends too early.
func incomplete(source string, length int) error {
	return failure(fmt.Sprintf("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s^",
		source, strings.Repeat(" ", length+1)))
}
