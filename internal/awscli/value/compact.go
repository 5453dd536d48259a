package value

import "unicode/utf16"

// AppendCompact appends a value as json.dumps does by default: on one line, with ", " and ": ", and
// everything but ASCII escaped. Request bodies and resume tokens have this form. An Opaque becomes the text
// that its String returns.
func AppendCompact(dst []byte, v Value) []byte { return appendASCII(dst, v, ", ", ": ") }

// AppendDense is AppendCompact without the spaces.
func AppendDense(dst []byte, v Value) []byte { return appendASCII(dst, v, ",", ":") }

func appendASCII(dst []byte, v Value, comma, colon string) []byte {
	switch v := v.(type) {
	case string:
		return appendASCIIString(dst, v)
	case List:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, comma...)
			}
			dst = appendASCII(dst, e, comma, colon)
		}
		return append(dst, ']')
	case *Object:
		return appendASCIIObject(dst, v, comma, colon)
	case Opaque:
		return appendASCIIString(dst, v.String())
	}
	dst, _ = appendScalar(dst, v) // fails only for an Opaque
	return dst
}

func appendASCIIObject(dst []byte, o *Object, comma, colon string) []byte {
	dst = append(dst, '{')
	for i, m := range o.members {
		if i > 0 {
			dst = append(dst, comma...)
		}
		dst = append(appendASCIIString(dst, m.key), colon...)
		dst = appendASCII(dst, m.value, comma, colon)
	}
	return append(dst, '}')
}

func appendASCIIString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < 0x7f {
			i++
			if ends[c] {
				dst = appendEscape(dst, c)
			} else {
				dst = append(dst, c)
			}
			continue
		}
		r, size := Rune(s[i:])
		i += size
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			dst, r = appendU(dst, high), low
		}
		dst = appendU(dst, r)
	}
	return append(dst, '"')
}

func appendU(dst []byte, r rune) []byte {
	return append(dst, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
