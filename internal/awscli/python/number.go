// Package python parses numbers and white space as Python does.
package python

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// What int and float accept, once digits and white space are ASCII: single underscores between digits are
// allowed. https://docs.python.org/3/library/functions.html#float
var (
	integer = regexp.MustCompile(`^[+-]?[0-9]+(_[0-9]+)*$`)
	decimal = regexp.MustCompile(`^[+-]?([0-9]+(_[0-9]+)*(\.([0-9]+(_[0-9]+)*)?)?|\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+(_[0-9]+)*)?$`)
	special = regexp.MustCompile(`^[+-]?(?i:inf|infinity|nan)$`)
)

// Int parses a whole number as Python's int does, with white space around it and digits of any script. The
// error has Python's message.
func Int(text string) (value.Int, error) {
	s := ascii(text)
	if !integer.MatchString(s) {
		return "", errors.New("invalid literal for int() with base 10: " + cut(value.Repr(text)))
	}
	return value.NewInt(strings.TrimPrefix(strings.ReplaceAll(s, "_", ""), "+"))
}

// cut cuts what Python cuts in that error.
func cut(repr string) string {
	const most = 200
	for i := range repr {
		if value.Count(repr[:i]) == most {
			return repr[:i]
		}
	}
	return repr
}

// Float parses a number as Python's float does; ok is false if it is not one.
func Float(text string) (f float64, ok bool) {
	s := ascii(text)
	switch {
	case decimal.MatchString(s):
		return value.Float(strings.ReplaceAll(s, "_", "")), true
	case special.MatchString(s):
		f, _ = strconv.ParseFloat(strings.TrimLeft(s, "+-"), 64) // it is one of three words
		if s[0] == '-' {
			f = -f
		}
		return f, true
	}
	return 0, false
}

// ascii replaces all digits and white space with ASCII ones and trims both ends, as Python does before it
// parses a number. The separators U+001C to U+001F are not white space here.
func ascii(s string) string {
	const blanks = " \t\n\v\f\r"
	if strings.IndexFunc(s, beyondASCII) < 0 {
		return strings.Trim(s, blanks)
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case !beyondASCII(r):
			return r
		case IsSpace(r):
			return ' '
		case unicode.Is(unicode.Nd, r):
			return '0' + digitOf(r)
		}
		return '?'
	}, s)
	return strings.Trim(s, blanks)
}

func beyondASCII(r rune) bool { return r > unicode.MaxASCII }

// digitOf returns what a decimal digit stands for: in Unicode they come in runs of ten from zero on.
func digitOf(r rune) rune {
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

// IsSpace reports whether a character is white space in Python: Unicode white space, and the four separators.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || (r >= 0x1c && r <= 0x1f) }
