package value

// An EncodeError is why a value cannot be written as JSON, with the AWS CLI's wording.
type EncodeError struct{ Msg string }

func (e *EncodeError) Error() string { return e.Msg }

// AppendIndent appends a value as the AWS CLI's JSON output shows it, which is json.dumps with an indent of 4
// and nothing but control characters, quotes and backslashes escaped. At depth n the lines after the first
// are indented as if the value were inside n lists or objects; 0 is a whole document. No newline follows.
//
// Errors: *UnicodeError for a lone surrogate, *EncodeError for an Opaque. On an error, it has appended what
// Python would have written before failing.
func AppendIndent(dst []byte, v Value, depth int) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendPiece(dst, len(dst), v)
	case List:
		return appendList(dst, v, depth)
	case *Object:
		return appendObject(dst, v, depth)
	}
	return appendScalar(dst, v)
}

// AppendNewline appends a newline and the indent for depth lists or objects.
func AppendNewline(dst []byte, depth int) []byte {
	const blanks = "\n                                "
	if n := 1 + 4*depth; n <= len(blanks) {
		return append(dst, blanks[:n]...)
	}
	dst = append(dst, '\n')
	for range depth {
		dst = append(dst, "    "...)
	}
	return dst
}

func appendList(dst []byte, l List, depth int) ([]byte, error) {
	if len(l) == 0 {
		return append(dst, "[]"...), nil
	}
	var err error
	for i, v := range l {
		piece := len(dst)
		dst = append(dst, `[,`[min(i, 1)])
		dst = AppendNewline(dst, depth+1)
		if s, ok := v.(string); ok {
			dst, err = appendPiece(dst, piece, s)
		} else {
			dst, err = AppendIndent(dst, v, depth+1)
		}
		if err != nil {
			return dst, err
		}
	}
	return append(AppendNewline(dst, depth), ']'), nil
}

func appendObject(dst []byte, o *Object, depth int) ([]byte, error) {
	if o.Len() == 0 {
		return append(dst, "{}"...), nil
	}
	var err error
	for i, m := range o.members {
		dst = append(dst, `{,`[min(i, 1)])
		dst = AppendNewline(dst, depth+1)
		if dst, err = appendPiece(dst, len(dst), m.key); err != nil {
			return dst, err
		}
		dst = append(dst, ": "...)
		if dst, err = AppendIndent(dst, m.value, depth+1); err != nil {
			return dst, err
		}
	}
	return append(AppendNewline(dst, depth), '}'), nil
}

// appendScalar appends a value that is neither text nor nested.
func appendScalar(dst []byte, v Value) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		if v {
			return append(dst, "true"...), nil
		}
		return append(dst, "false"...), nil
	case Int:
		return append(dst, v...), nil
	case float64:
		return appendJSONFloat(dst, v), nil
	}
	return dst, &EncodeError{"Encountered unrecognized type in JSON encoder."}
}

// appendPiece appends a string in quotes. Python writes it in one piece with the content of dst from piece
// on, and writes nothing of that piece if the string cannot be encoded.
func appendPiece(dst []byte, piece int, s string) ([]byte, error) {
	dst = append(dst, '"')
	run, lone := 0, false
	for i := 0; i < len(s); i++ {
		i = nextMark(s, i)
		if i == len(s) {
			break
		}
		c := s[i]
		if c == 0xed {
			lone = lone || surrogate(s[i:])
			continue
		}
		dst = append(dst, s[run:i]...)
		dst = appendEscape(dst, c)
		run = i + 1
	}
	dst = append(append(dst, s[run:]...), '"')
	if lone {
		return dst[:piece], CheckEncodable(string(dst[piece:]))
	}
	return dst, nil
}

// nextMark returns the index of the first mark from a position on, or the end.
func nextMark(s string, at int) int {
	for ; at+8 <= len(s); at += 8 {
		b := eight(s, at)
		if found := special(b) | equal(b, 0xed); found != 0 {
			return at + first(found)
		}
	}
	for at < len(s) && !marks[s[at]] {
		at++
	}
	return at
}

// marks are the bytes that need special handling when a string is written: escaped characters, and the first
// byte of a surrogate.
var marks = func() [256]bool {
	t := ends
	t[0xed] = true
	return t
}()

// appendEscape appends the escape of a control character, a quote or a backslash.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

const hexDigits = "0123456789abcdef"
