package safe

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// JSON quotes a text for JSON without changing its value, in the memory of an empty buffer if it fits. What is not plainly shown, and what
// begins a runner's command anywhere in a line (`##`), is written as an escape. Bytes that are not text
// become U+FFFD.
func JSON(buffer []byte, s string) jsontext.Value {
	if isPlainJSON(s) {
		return append(append(append(buffer, '"'), s...), '"')
	}
	quoted, _ := jsontext.AppendQuote(buffer, strings.ToValidUTF8(s, "\ufffd")) // which is valid UTF-8
	if !strings.Contains(s, "##") && !strings.ContainsFunc(s, func(r rune) bool { return r > '~' }) {
		return quoted
	}
	var out []byte
	last := rune(0)
	for _, r := range string(quoted) {
		if r == '#' && last == '#' || r == 0x7f || r > '~' && (unicode.IsControl(r) || hidden(r)) {
			for _, unit := range utf16.AppendRune(nil, r) {
				out = append(out, '\\', 'u', hexDigit(unit>>12), hexDigit(unit>>8), hexDigit(unit>>4), hexDigit(unit))
			}
		} else {
			out = append(out, string(r)...)
		}
		last = r
	}
	return out
}

// isPlainJSON reports whether a text is printable ASCII that JSON quotes as it is.
func isPlainJSON(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '#' {
			return false
		}
	}
	return true
}

func hexDigit(n uint16) byte { return "0123456789abcdef"[n&15] }
