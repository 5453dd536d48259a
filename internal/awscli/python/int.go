// Package python reads numbers and blanks as Python does.
package python

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// maxDigits is the length above which Python reads no whole number.
// https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
const maxDigits = 4300

// Int reads a whole number as Python's int() does: blanks around it, a sign, and single underscores
// between digits are fine. Digits of every script count. The error has Python's words.
func Int(text string) (value.Int, error) {
	s := strings.TrimFunc(text, IsSpace)
	sign := ""
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") {
		sign, s = strings.TrimPrefix(s[:1], "+"), s[1:]
	}
	digits, ok := decimalDigits(s)
	switch {
	case !ok:
		return "", fmt.Errorf("invalid literal for int() with base 10: %s", value.Repr(text))
	case len(digits) > maxDigits:
		return "", fmt.Errorf("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; use sys.set_int_max_str_digits() to increase the limit", maxDigits, len(digits))
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0", nil
	}
	return value.Int(sign + digits), nil
}

// decimalDigits gives the digits 0 to 9 that a text stands for, without its underscores.
func decimalDigits(s string) (string, bool) {
	var out strings.Builder
	underscore := true // none may come first
	for _, r := range s {
		switch {
		case r == '_' && !underscore:
			underscore = true
			continue
		case unicode.Is(unicode.Nd, r):
			out.WriteByte(byte('0' + digitOf(r)))
		default:
			return "", false
		}
		underscore = false
	}
	return out.String(), !underscore
}

// digitOf gives what a decimal digit stands for: in Unicode they come in runs of ten from zero on.
func digitOf(r rune) rune {
	if r <= '9' {
		return r - '0'
	}
	for _, run := range unicode.Nd.R16 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return (r - rune(run.Lo)) % 10
		}
	}
	for _, run := range unicode.Nd.R32 {
		if r >= rune(run.Lo) && r <= rune(run.Hi) {
			return (r - rune(run.Lo)) % 10
		}
	}
	return 0
}

// IsSpace says whether Python takes a character for a blank: Unicode's, and the four separators.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || (r >= 0x1c && r <= 0x1f) }
