package paging

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// The members of a resume token: the service's token of a page, and how many elements of that page
// were delivered.
const (
	nextToken = "nextToken"
	truncated = "boto_truncate_amount"
)

// A start is a parsed starting token: members of the first request, and the index in the first page at which
// to start.
type start struct {
	params *value.Object
	index  value.Value
}

// parseStart parses a starting token: in this notation, the older TOKEN___INDEX, or a token of the service as
// it is.
func parseStart(token value.Value) (start, error) {
	text, ok := token.(string)
	if !ok {
		return start{}, fmt.Errorf("'%s' object has no attribute 'encode'", value.TypeName(token))
	}
	decoded, ok := decode(text)
	if !ok {
		return oldStart(text)
	}
	switch v := decoded.(type) {
	case *value.Object:
		return newStart(v), nil
	case value.List:
		return oldStart(text) // Python fails here in a way that counts as "not this notation"
	}
	return start{}, fmt.Errorf("'%s' object has no attribute 'pop'", value.TypeName(decoded))
}

func newStart(o *value.Object) start {
	s := start{params: o.Clone(), index: value.Int("0")}
	s.params.Delete("boto_encoded_keys")
	if index, ok := s.params.Get(truncated); ok {
		s.index = index
		s.params.Delete(truncated)
	}
	return s
}

func oldStart(text string) (start, error) {
	parts := strings.Split(text, "___")
	s := start{params: &value.Object{}, index: value.Int("0")}
	if len(parts) == 2 {
		if index, err := python.Int(parts[1]); err == nil {
			s.index, parts = index, parts[:1]
		} else {
			parts = []string{text}
		}
	}
	if len(parts) > 1 {
		return s, errors.New("Bad starting token: " + text)
	}
	s.params.Set(nextToken, nil)
	if parts[0] != "None" {
		s.params.Set(nextToken, parts[0])
	}
	return s, nil
}

func decode(text string) (value.Value, bool) {
	raw, ok := decodeBase64(text)
	if !ok || value.CheckEncodable(text) != nil || value.CheckUTF8(raw) != nil {
		return nil, false
	}
	v, err := value.Decode(raw)
	return v, err == nil
}

// decodeBase64 decodes base64 as Python's binascii does: it skips characters outside the alphabet, requires
// the padding, and ignores everything after it.
func decodeBase64(text string) ([]byte, bool) {
	var digits []byte
	pads := 0
	for _, c := range []byte(text) {
		switch {
		case c == '=':
			if over := len(digits) % 4; over >= 2 {
				if pads++; over+pads >= 4 {
					return decodeDigits(digits)
				}
			}
		case isDigit(c):
			digits, pads = append(digits, c), 0
		}
	}
	if len(digits)%4 != 0 {
		return nil, false
	}
	return decodeDigits(digits)
}

func isDigit(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}

func decodeDigits(digits []byte) ([]byte, bool) {
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(digits)))
	n, err := base64.RawStdEncoding.Decode(raw, digits)
	return raw[:n], err == nil
}

// encode returns the resume token for a position. It is an error if the token does not have exactly the
// members of a resume token, because a starting token had others.
func encode(token *value.Object) (string, error) {
	want := 1
	if _, ok := token.Get(truncated); ok {
		want = 2
	}
	if _, ok := token.Get(nextToken); !ok || token.Len() != want {
		return "", errors.New("Bad starting token: " + value.Repr(token))
	}
	return base64.StdEncoding.EncodeToString(value.AppendCompact(nil, token)), nil
}
