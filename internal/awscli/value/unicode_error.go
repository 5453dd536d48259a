package value

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A UnicodeError is where bytes are not UTF-8, or a text cannot be written as UTF-8, with Python's message.
type UnicodeError struct{ Msg string }

func (e *UnicodeError) Error() string { return e.Msg }

// CheckUTF8 returns the *UnicodeError of Python's bytes.decode('utf-8'), or nil. Positions count bytes.
func CheckUTF8(text []byte) error {
	if utf8.Valid(text) {
		return nil
	}
	at := 0
	for {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size <= 1 {
			return undecodable(text, at)
		}
		at += size
	}
}

// undecodable describes the sequence at a position that is not UTF-8.
func undecodable(text []byte, at int) error {
	const (
		invalidStart = "invalid start byte"
		invalidNext  = "invalid continuation byte"
		unexpected   = "unexpected end of data"
	)
	need, low, high := sequence(text[at])
	if need == 0 {
		return decodeError(text, at, 1, invalidStart)
	}
	n := 1
	for ; n < need && at+n < len(text); n++ {
		if b := text[at+n]; b < low || b > high {
			return decodeError(text, at, n, invalidNext)
		}
		low, high = 0x80, 0xbf
	}
	return decodeError(text, at, n, unexpected)
}

// sequence returns, for the first byte of a sequence, its length and the bounds of its second byte (Unicode,
// table 3-7); need is 0 if no sequence begins with it.
func sequence(first byte) (need int, low, high byte) {
	low, high = 0x80, 0xbf
	switch {
	case first == 0xe0:
		low = 0xa0
	case first == 0xed:
		high = 0x9f
	case first == 0xf0:
		low = 0x90
	case first == 0xf4:
		high = 0x8f
	}
	switch {
	case 0xc2 <= first && first <= 0xdf:
		need = 2
	case 0xe0 <= first && first <= 0xef:
		need = 3
	case 0xf0 <= first && first <= 0xf4:
		need = 4
	}
	return need, low, high
}

func decodeError(text []byte, at, n int, reason string) error {
	if n == 1 {
		return &UnicodeError{fmt.Sprintf("'utf-8' codec can't decode byte 0x%02x in position %d: %s", text[at], at, reason)}
	}
	return &UnicodeError{fmt.Sprintf("'utf-8' codec can't decode bytes in position %d-%d: %s", at, at+n-1, reason)}
}

// CheckEncodable returns the *UnicodeError of Python's str.encode('utf-8') for a text with a lone surrogate,
// or nil. Positions count code points. Python encodes each piece that is written separately, so a caller
// passes one such piece.
func CheckEncodable(text string) error {
	at := firstSurrogate(text)
	if at < 0 {
		return nil
	}
	pos, n := Count(text[:at]), 1
	for surrogate(text[at+3*n:]) {
		n++
	}
	if n > 1 {
		return &UnicodeError{fmt.Sprintf("'utf-8' codec can't encode characters in position %d-%d: surrogates not allowed", pos, pos+n-1)}
	}
	r, _ := Rune(text[at:])
	return &UnicodeError{fmt.Sprintf(`'utf-8' codec can't encode character '\u%04x' in position %d: surrogates not allowed`, r, pos)}
}

// CheckEncodableBytes is CheckEncodable for a text as bytes.
func CheckEncodableBytes(text []byte) error {
	if bytes.IndexByte(text, 0xed) < 0 {
		return nil
	}
	return CheckEncodable(string(text))
}

// firstSurrogate returns the index of the first lone surrogate, or -1.
func firstSurrogate(text string) int {
	for at := 0; ; at++ {
		i := strings.IndexByte(text[at:], 0xed)
		if i < 0 {
			return -1
		}
		if at += i; surrogate(text[at:]) {
			return at
		}
	}
}
