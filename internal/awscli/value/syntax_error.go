package value

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A SyntaxError is a JSON syntax error, with the message of Python's json module.
type SyntaxError struct {
	Msg string
	// Line and Column count from 1, Char from 0; all count code points.
	Line, Column, Char int
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.Msg, e.Line, e.Column, e.Char)
}

// syntaxError returns an error with msg about the byte at position at in text.
func syntaxError(msg, text string, at int) error {
	before := text[:min(at, len(text))]
	line := before[strings.LastIndexByte(before, '\n')+1:]
	return &SyntaxError{
		Msg:    msg,
		Line:   strings.Count(before, "\n") + 1,
		Column: Count(line) + 1,
		Char:   Count(before),
	}
}

// Count returns the number of code points of a text; a lone surrogate counts as one.
func Count(text string) int {
	n := 0
	for i := 0; i < len(text); n++ {
		_, size := Rune(text[i:])
		i += size
	}
	return n
}

// Rune returns the first code point of a text and the number of its bytes. Unlike utf8.DecodeRuneInString, it
// also returns surrogates.
func Rune(text string) (r rune, size int) {
	r, size = utf8.DecodeRuneInString(text)
	if r == utf8.RuneError && size == 1 && surrogate(text) {
		return 0xd000 | rune(text[1]&0x3f)<<6 | rune(text[2]&0x3f), 3
	}
	return r, size
}

// surrogate reports whether text begins with a surrogate.
func surrogate(text string) bool {
	return len(text) >= 3 && text[0] == 0xed && text[1]&0xe0 == 0xa0 && text[2]&0xc0 == 0x80
}

// AppendRune appends a code point, which may be a surrogate.
func AppendRune(dst []byte, r rune) []byte {
	if 0xd800 <= r && r <= 0xdfff {
		return append(dst, 0xed, 0x80|byte(r>>6)&0x3f, 0x80|byte(r)&0x3f)
	}
	return utf8.AppendRune(dst, r)
}
