package policy

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// document gives the one document of a file, nil when there is none that can be read.
func (l *loader) document(text []byte) *yaml.Node {
	if !l.readable(text) {
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var doc, second yaml.Node
	switch err := decoder.Decode(&doc); {
	case errors.Is(err, io.EOF) || err == nil && isNull(doc.Content[0]):
		l.wrong(&yaml.Node{}, "the file is empty (want version: 1 and rules)")
		return nil
	case err != nil:
		l.syntax(err, text)
		return nil
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		l.wrong(&second, "there is a second document (want one in a file)")
	case !errors.Is(err, io.EOF):
		l.syntax(err, text)
	}
	return l.follow(doc.Content[0])
}

// readable reports whether the bytes are text that YAML allows.
func (l *loader) readable(text []byte) bool {
	switch {
	case bytes.HasPrefix(text, []byte{0xff, 0xfe}) || bytes.HasPrefix(text, []byte{0xfe, 0xff}):
		l.wrong(&yaml.Node{}, "the file is UTF-16 (save it as UTF-8)")
		return false
	case !utf8.Valid(text):
		l.wrong(position(text, notUTF8(text)), "the file is not UTF-8 here (save it as UTF-8)")
		return false
	}
	if i := bytes.IndexFunc(text, forbidden); i >= 0 {
		l.wrong(position(text, i), "there is a control character (remove it)")
		return false
	}
	return true
}

// forbidden are the characters that YAML takes as text nowhere.
// https://yaml.org/spec/1.2.2/#51-character-set
func forbidden(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r >= 0x7f && r <= 0x9f && r != 0x85
}

// notUTF8 is the place of the first byte that is none.
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

// position is the line and column of a byte.
func position(text []byte, i int) *yaml.Node {
	line := bytes.Count(text[:i], []byte("\n")) + 1
	start := bytes.LastIndexByte(text[:i], '\n') + 1
	return &yaml.Node{Line: line, Column: utf8.RuneCount(text[start:i]) + 1}
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?(.*)$`)

// syntax puts an error of the YAML parser into our form.
func (l *loader) syntax(err error, text []byte) {
	at := &yaml.Node{}
	message := strings.ReplaceAll(err.Error(), "\n", " ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		at.Line, _ = strconv.Atoi(m[1])
		message = m[2]
	}
	c := cureOf(message)
	switch {
	case c.scanned:
	case strings.HasPrefix(message, "unknown anchor"):
		at = anchorAt(text, message)
	default:
		at.Line++ // of its parser's errors the library names the line before
	}
	at.Line = min(at.Line, bytes.Count(bytes.TrimRight(text, "\n"), []byte("\n"))+1)
	if tab := tabAt(text, at.Line); tab != nil && strings.Contains(message, "cannot start any token") {
		l.wrong(tab, "there is a tab before the text (want blanks)")
		return
	}
	l.wrong(at, "the file is not YAML: %s (%s)", message, c.cure)
}

// anchorAt finds the first use of an anchor that an error names.
func anchorAt(text []byte, message string) *yaml.Node {
	if parts := strings.Split(message, "'"); len(parts) == 3 {
		if i := bytes.Index(text, []byte("*"+parts[1])); i >= 0 {
			return position(text, i)
		}
	}
	return &yaml.Node{}
}

var indentedByTab = regexp.MustCompile(`(?m)^ *\t`)

// tabAt finds the first line, from the one before the named line on, that a tab indents.
func tabAt(text []byte, line int) *yaml.Node {
	for _, m := range indentedByTab.FindAllIndex(text, -1) {
		if at := position(text, m[1]-1); at.Line >= line-1 {
			return at
		}
	}
	return nil
}

// A yamlError is a message of the YAML library with what is mostly behind it. Scanned says that it
// is of the library's scanner, which counts lines as we do.
type yamlError struct {
	message, cure string
	scanned       bool
}

var yamlErrors = []yamlError{
	{"alphabetic or numeric character", "put quotes around a text that begins with *, & or !", true},
	{"mapping values are not allowed", "put quotes around a text that holds a colon", true},
	{"block sequence entries are not allowed", "put the - on a line of its own", true},
	{"could not find expected ':'", "look at the indentation, and for a colon after the key", true},
	{"cannot start any token", "put quotes around a text that begins with @, ` or %", true},
	{"unexpected end of stream", "close the quotes", true},
	{"unexpected document indicator", "close the quotes", true},
	{"unknown escape character", "in double quotes \\ begins an escape: use single quotes", true},
	{"exceeded max depth", "want fewer brackets inside brackets", true},
	{"unknown anchor", "define it with & before it is used; put quotes around a text that begins with *", false},
}

func cureOf(message string) yamlError {
	for _, e := range yamlErrors {
		if strings.Contains(message, e.message) {
			return e
		}
	}
	return yamlError{cure: "look at the indentation, and at brackets and quotes that are not closed, from this line on"}
}
