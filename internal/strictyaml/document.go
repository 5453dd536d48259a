package strictyaml

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Document parses the only document of a file. It returns nil if there is none or it is not valid YAML.
func (r *Reader) Document(text []byte) *Node {
	if !r.readable(text) {
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF) || err == nil && isNull(doc.Content[0]):
		r.Report(&Node{}, "file is empty (add %s)", cmp.Or(r.format.Start, "something"))
		return nil
	case err != nil:
		r.syntax(err, text)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		r.Report(&second, "a file must hold one document (move the second one to a file of its own)")
	case !errors.Is(err, io.EOF):
		r.syntax(err, text)
	}
	return r.follow(doc.Content[0])
}

// readable reports whether the bytes are UTF-8 text without unsafe characters.
func (r *Reader) readable(text []byte) bool {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		r.Report(&Node{}, "file is UTF-16 (save it as UTF-8)")
		return false
	case !utf8.Valid(text):
		r.Report(position(text, notUTF8(text)), "file is not UTF-8 here (save it as UTF-8)")
		return false
	}
	if i := unsafeAt(text); i >= 0 {
		c, _ := utf8.DecodeRune(text[i:])
		r.Report(position(text, i), "%s", unsafe(c))
		return false
	}
	return true
}

// unsafeAt returns the offset of the first unsafe character, or -1.
func unsafeAt(text []byte) int {
	for i := 0; i < len(text); {
		r, width := utf8.DecodeRune(text[i:])
		if unsafe(r) != "" && (r != '\r' || i+1 == len(text) || text[i+1] != '\n') {
			return i
		}
		i += width
	}
	return -1
}

// unsafe returns what is wrong with a character, or "". YAML 1.1 breaks lines at U+0085, U+2028
// and U+2029, and both versions at a lone carriage return, where editors show none: what looks like
// the rest of a comment would take effect. Bidirectional controls change the order in which a line is
// shown. A carriage return is unsafe unless a line feed follows it.
// https://yaml.org/spec/1.1/#id871136 https://yaml.org/spec/1.2.2/#51-character-set https://trojansource.codes
func unsafe(r rune) string {
	switch {
	case r == '\r':
		return "a lone carriage return starts a line that editors do not show (save the file with LF or CRLF line ends)"
	case r == '\u0085' || r == '\u2028' || r == '\u2029':
		return fmt.Sprintf("%U starts a line that editors do not show (remove it)", r)
	case unicode.Is(unicode.Bidi_Control, r):
		return fmt.Sprintf("%U changes the order in which text is shown (remove it)", r)
	case r < ' ' && r != '\t' && r != '\n' || r >= 0x7f && r <= 0x9f:
		return fmt.Sprintf("control character %U (remove it)", r)
	}
	return ""
}

// notUTF8 returns the offset of the first byte that is not UTF-8.
func notUTF8(text []byte) int {
	i := 0
	for i < len(text) {
		r, width := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && width == 1 {
			break
		}
		i += width
	}
	return i
}

// position returns the line and column of a byte.
func position(text []byte, i int) *Node {
	line := bytes.Count(text[:i], []byte("\n")) + 1
	start := bytes.LastIndexByte(text[:i], '\n') + 1
	return &Node{Line: line, Column: utf8.RuneCount(text[start:i]) + 1}
}
