package value

import (
	"strings"
	"unicode/utf16"
)

// ends returns which bytes end a run of plain characters in a JSON string.
var ends = func() (t [256]bool) {
	for b := range 0x20 {
		t[b] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

func (d *decoder) string() (Value, error) {
	s, err := d.quoted()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// quoted parses the string whose opening quote is at the current position.
func (d *decoder) quoted() (string, error) {
	open := d.at
	at := d.plain(open + 1)
	if at < len(d.text) && d.text[at] == '"' {
		d.at = at + 1
		return d.text[open+1 : at], nil
	}
	var b []byte
	for run := open + 1; ; {
		b = append(b, d.text[run:at]...)
		switch {
		case at >= len(d.text):
			return "", d.error("Unterminated string starting at", open)
		case d.text[at] == '"':
			d.at = at + 1
			return string(b), nil
		case d.text[at] != '\\':
			return "", d.error("Invalid control character at", at)
		case at+1 >= len(d.text):
			return "", d.error("Unterminated string starting at", open)
		}
		var err error
		if b, at, err = d.escape(b, at); err != nil {
			return "", err
		}
		run, at = at, d.plain(at)
	}
}

// plain returns the end of the run of plain characters that begins at a position.
func (d *decoder) plain(at int) int {
	for ; at+8 <= len(d.text); at += 8 {
		if marks := special(eight(d.text, at)); marks != 0 {
			return at + first(marks)
		}
	}
	for at < len(d.text) && !ends[d.text[at]] {
		at++
	}
	return at
}

// escape appends the character of the escape at the backslash and returns the position after it.
func (d *decoder) escape(b []byte, at int) ([]byte, int, error) {
	const from, to = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	c := d.text[at+1]
	if i := strings.IndexByte(from, c); i >= 0 {
		return append(b, to[i]), at + 2, nil
	}
	if c != 'u' {
		return b, at, d.error(`Invalid \escape`, at)
	}
	return d.escapeU(b, at)
}

// escapeU is escape for \uXXXX, or two of them that are a surrogate pair. Python looks for the second only if
// another character follows it.
func (d *decoder) escapeU(b []byte, at int) ([]byte, int, error) {
	const msg = `Invalid \uXXXX escape`
	r, ok := d.hex(at + 2)
	if !ok {
		return b, at, d.error(msg, at+1)
	}
	at += 6
	if !(0xd800 <= r && r <= 0xdbff && strings.HasPrefix(d.text[at:], `\u`) && d.has(at, 7)) {
		return AppendRune(b, r), at, nil
	}
	low, ok := d.hex(at + 2)
	if !ok {
		return b, at, d.error(msg, at+1)
	}
	if 0xdc00 <= low && low <= 0xdfff {
		return AppendRune(b, utf16.DecodeRune(r, low)), at + 6, nil
	}
	return AppendRune(b, r), at, nil
}

// has reports whether n characters follow a position.
func (d *decoder) has(at, n int) bool {
	for ; n > 0; n-- {
		if at >= len(d.text) {
			return false
		}
		_, size := Rune(d.text[at:])
		at += size
	}
	return true
}

// hex parses four hexadecimal digits that are not at the end of the text.
func (d *decoder) hex(at int) (rune, bool) {
	if at+4 >= len(d.text) {
		return 0, false
	}
	var r rune
	for _, c := range []byte(d.text[at : at+4]) {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
