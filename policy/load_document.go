package policy

import (
	"bytes"
	"errors"
	"io"
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
