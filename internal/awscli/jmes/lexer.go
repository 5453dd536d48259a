package jmes

import (
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A lexer is at a character of an expression.
type lexer struct {
	chars []rune
	at    int
	out   []token
}

const end = rune(-1)

func newLexer(expr string) *lexer {
	l := &lexer{chars: make([]rune, 0, len(expr))}
	for i := 0; i < len(expr); {
		r, size := value.Rune(expr[i:])
		if r == utf8.RuneError && size == 1 {
			r = 0xdc00 | rune(expr[i])
		}
		l.chars = append(l.chars, r)
		i += size
	}
	return l
}

// source returns the whole expression.
func (l *lexer) source() string { return text(l.chars) }

func text(chars []rune) string {
	var b []byte
	for _, r := range chars {
		b = value.AppendRune(b, r)
	}
	return string(b)
}

// peek returns the current character.
func (l *lexer) peek() rune {
	if l.at < len(l.chars) {
		return l.chars[l.at]
	}
	return end
}

// take advances if the current character is this one.
func (l *lexer) take(r rune) bool {
	if l.peek() == r {
		l.at++
		return true
	}
	return false
}

func (l *lexer) add(k kind, v value.Value, start int) {
	l.out = append(l.out, token{k, v, start})
}

// tokens returns all tokens of the expression, the last one being its end.
func (l *lexer) tokens() ([]token, error) {
	if len(l.chars) == 0 {
		return nil, failure("Invalid JMESPath expression: cannot be empty.")
	}
	for l.at < len(l.chars) {
		if err := l.token(); err != nil {
			return nil, err
		}
	}
	l.add(tokEOF, "", len(l.chars))
	return l.out, nil
}

// signs are the tokens of one character that begin no other token.
var signs = map[rune]kind{
	'.': tokDot, '*': tokStar, ']': tokRightSq, ',': tokComma, ':': tokColon, '@': tokCurrent,
	'(': tokLeftParen, ')': tokRightParen, '{': tokLeftBrace, '}': tokRightBrace,
}

// pairs are the tokens of a character that is one token if the second follows, and another if not.
var pairs = map[rune]struct {
	second    rune
	both, one kind
}{
	'|': {'|', tokOr, tokPipe},
	'&': {'&', tokAnd, tokExpref},
	'<': {'=', tokLessEqual, tokLess},
	'>': {'=', tokMoreEqual, tokMore},
	'!': {'=', tokNotEqual, tokNot},
}

func (l *lexer) token() error {
	start, c := l.at, l.peek()
	if k, ok := signs[c]; ok {
		l.at++
		l.add(k, string(c), start)
		return nil
	}
	if p, ok := pairs[c]; ok {
		l.at++
		if l.take(p.second) {
			l.add(p.both, string(c)+string(p.second), start)
		} else {
			l.add(p.one, string(c), start)
		}
		return nil
	}
	switch {
	case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		l.at++
		return nil
	case c == '[':
		l.bracket(start)
		return nil
	case letter(c):
		for l.at++; letter(l.peek()) || digit(l.peek()); l.at++ {
		}
		l.add(tokName, text(l.chars[start:l.at]), start)
		return nil
	case digit(c) || c == '-':
		return l.number(start)
	}
	return l.quotedOrUnknown(start)
}

func (l *lexer) quotedOrUnknown(start int) error {
	switch c := l.peek(); c {
	case '\'':
		return l.rawString(start)
	case '`':
		return l.literal(start)
	case '"':
		return l.quotedName(start)
	case '=':
		return l.equals(start)
	default:
		return l.unknown(text([]rune{c}), start)
	}
}

func (l *lexer) unknown(what string, at int) error {
	return lexFailure("Unknown token "+what, l.source(), at)
}

func (l *lexer) bracket(start int) {
	l.at++
	switch {
	case l.take(']'):
		l.add(tokFlatten, "[]", start)
	case l.take('?'):
		l.add(tokFilter, "[?", start)
	default:
		l.add(tokLeftSquare, "[", start)
	}
}

func (l *lexer) equals(start int) error {
	l.at++
	if !l.take('=') {
		return l.unknown("'='", start)
	}
	l.add(tokEqual, "==", start)
	return nil
}

func (l *lexer) number(start int) error {
	for l.at++; digit(l.peek()); l.at++ {
	}
	digits := text(l.chars[start:l.at])
	if digits == "-" {
		return l.unknown("'-'", start)
	}
	n, err := value.NewInt(digits)
	if err != nil {
		return err
	}
	l.add(tokNumber, n, start)
	return nil
}

func letter(r rune) bool { return 'a' <= r|0x20 && r|0x20 <= 'z' && r < 0x80 || r == '_' }

func digit(r rune) bool { return '0' <= r && r <= '9' }
