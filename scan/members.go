package scan

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A cursor walks through the bytes of JSON without decoding them. It trusts them no further than
// that it ends: whether they are JSON, a decoder says.
type cursor struct {
	raw []byte
	at  int
}

// next gives the byte after white space, 0 at the end.
func (c *cursor) next() byte {
	for ; c.at < len(c.raw); c.at++ {
		switch b := c.raw[c.at]; b {
		case ' ', '\t', '\r', '\n':
		default:
			return b
		}
	}
	return 0
}

// text takes a text in quotes, at whose first quote the cursor stands.
func (c *cursor) text() (text []byte, ok bool) {
	from := c.at
	for c.at++; ; c.at++ {
		i := bytes.IndexByte(c.raw[c.at:], '"')
		if i < 0 {
			c.at = len(c.raw)
			return nil, false
		}
		begin := c.at
		c.at += i
		if !escaped(c.raw[begin:c.at]) {
			c.at++
			return c.raw[from:c.at], true
		}
	}
}

// escaped tells whether what follows a piece of text is taken with its last backslash.
func escaped(text []byte) bool {
	n := len(text) - len(bytes.TrimRight(text, `\`))
	return n%2 == 1
}

// value takes whatever stands at the cursor.
func (c *cursor) value() (value []byte, ok bool) {
	switch c.next() {
	case '"':
		return c.text()
	case '{', '[':
		return c.nested()
	}
	from := c.at
	for c.at < len(c.raw) && bytes.IndexByte([]byte(",]} \t\r\n"), c.raw[c.at]) < 0 {
		c.at++
	}
	return c.raw[from:c.at], c.at > from
}

// nested takes an object or a list with all that is in it.
func (c *cursor) nested() (value []byte, ok bool) {
	from, depth := c.at, 0
	for c.at < len(c.raw) {
		switch c.raw[c.at] {
		case '"':
			if _, ok := c.text(); !ok {
				return nil, false
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if c.at++; depth == 0 {
			return c.raw[from:c.at], true
		}
	}
	return nil, false
}

// members calls f with the members of an object in their order. It is false when the bytes are no
// object to its end.
func members(object []byte, f func(name string, value []byte)) bool {
	c := cursor{raw: object}
	if c.next() != '{' {
		return false
	}
	for c.at++; c.next() != '}'; {
		if c.next() != '"' {
			return false
		}
		name, ok := c.text()
		if !ok || c.next() != ':' {
			return false
		}
		c.at++
		value, ok := c.value()
		if !ok {
			return false
		}
		f(plainText(name), value)
		if c.next() == ',' {
			c.at++
		}
	}
	return true
}

// plainText is what a text in quotes says.
func plainText(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 && utf8.Valid(quoted) {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text)
	return text
}

// single are the members of an answer that must not stand there twice: of two lists of findings a
// decoder keeps the last.
var single = [...]string{
	"registryId", "repositoryName", "imageId", "imageScanStatus", "imageScanFindings",
	"imageDigest", "status", "description",
	"imageScanCompletedAt", "findingSeverityCounts", "findings", "enhancedFindings",
	"nextToken", cliToken,
}

// cliToken stands beside nextToken in what the AWS CLI prints, and is told from it by its capital.
const cliToken = "NextToken"

// sameMember tells whether a decoder takes a name for a member that it knows.
func sameMember(name, known string) bool {
	if name == cliToken || known == cliToken {
		return name == known
	}
	return strings.EqualFold(name, known)
}

// unambiguous is an error when a member stands twice in an answer, whatever its capitals.
func unambiguous(object []byte) error {
	var seen [len(single)]bool
	var err error
	members(object, func(name string, value []byte) {
		for i, known := range single {
			if err != nil || !sameMember(name, known) {
				continue
			}
			if seen[i] {
				err = fmt.Errorf("the member %s stands there twice", known)
			} else if seen[i] = true; value[0] == '{' {
				err = unambiguous(value)
			}
		}
	})
	return err
}
