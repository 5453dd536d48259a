package awscli

import (
	"fmt"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// lowest is the surrogate for byte 0; a byte b that is not UTF-8 becomes lowest + b.
// https://peps.python.org/pep-0383/
const lowest = 0xdc00

// decoded returns the words of a command line as Python has them: each byte that is not UTF-8 becomes a
// surrogate.
func decoded(words []string) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = decodedWord(word)
	}
	return out
}

func decodedWord(word string) string {
	if utf8.ValidString(word) {
		return word
	}
	var out []byte
	for i := 0; i < len(word); {
		r, size := utf8.DecodeRuneInString(word[i:])
		if r == utf8.RuneError && size == 1 {
			r = lowest + rune(word[i])
		}
		out, i = value.AppendRune(out, r), i+size
	}
	return string(out)
}

// encodedWord converts a word back to its bytes, for the system.
func encodedWord(word string) string {
	return rewritten(word, func(out []byte, r rune) []byte {
		if r >= lowest+0x80 && r <= lowest+0xff {
			return append(out, byte(r-lowest))
		}
		return value.AppendRune(out, r)
	})
}

// shown returns a text as Python writes it to stderr, which has no surrogates.
func shown(text string) string {
	return rewritten(text, func(out []byte, r rune) []byte {
		if r >= 0xd800 && r <= 0xdfff {
			return fmt.Appendf(out, `\u%04x`, r)
		}
		return utf8.AppendRune(out, r)
	})
}

// rewritten rewrites a text, character by character, if it has surrogates.
func rewritten(text string, write func(out []byte, r rune) []byte) string {
	if utf8.ValidString(text) {
		return text
	}
	var out []byte
	for i := 0; i < len(text); {
		r, size := value.Rune(text[i:])
		out, i = write(out, r), i+size
	}
	return string(out)
}
