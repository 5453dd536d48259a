package value

import "strings"

// Str returns what Python's str returns: text as it is, everything else like Repr.
func Str(v Value) string {
	if s, ok := v.(string); ok {
		return s
	}
	return Repr(v)
}

// AppendStr appends the result of Str.
func AppendStr(dst []byte, v Value) []byte {
	if s, ok := v.(string); ok {
		return append(dst, s...)
	}
	return appendRepr(dst, v, "", "{", ": ", "}")
}

// Repr returns what Python's repr returns: None, True, 'it', "it's", [1, 'a'], {'a': 1.0}.
func Repr(v Value) string { return string(appendRepr(nil, v, "", "{", ": ", "}")) }

// ReprOrdered is Repr with every object as an OrderedDict, as the AWS CLI shows values of --image-id:
// OrderedDict([('a', 1)]).
func ReprOrdered(v Value) string {
	return string(appendRepr(nil, v, "(", "OrderedDict([", ", ", "])"))
}

// appendRepr writes objects with open and closing around all members, item before each member, and between
// between its key and value; it closes what item opens.
func appendRepr(dst []byte, v Value, item, open, between, closing string) []byte {
	switch v := v.(type) {
	case List:
		dst = append(dst, '[')
		for i, e := range v {
			dst = appendRepr(comma(dst, i), e, item, open, between, closing)
		}
		return append(dst, ']')
	case *Object:
		if item != "" && v.Len() == 0 {
			return append(dst, "OrderedDict()"...)
		}
		dst = append(dst, open...)
		for i, m := range v.members {
			dst = append(comma(dst, i), item...)
			dst = append(appendReprString(dst, m.key), between...)
			dst = appendRepr(dst, m.value, item, open, between, closing)
			if item != "" {
				dst = append(dst, ')')
			}
		}
		return append(dst, closing...)
	}
	return appendReprScalar(dst, v)
}

func comma(dst []byte, i int) []byte {
	if i > 0 {
		return append(dst, ", "...)
	}
	return dst
}

func appendReprScalar(dst []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "None"...)
	case bool:
		if v {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	case string:
		return appendReprString(dst, v)
	case Int:
		return append(dst, v...)
	case float64:
		return AppendFloat(dst, v)
	case Opaque:
		return append(dst, v.String()...)
	}
	return dst
}

// appendReprString uses single quotes, unless only double quotes avoid an escape.
func appendReprString(dst []byte, s string) []byte {
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		r, size := Rune(s[i:])
		switch {
		case r == rune(quote) || r == '\\':
			dst = append(dst, '\\', s[i])
		case Printable(r):
			dst = append(dst, s[i:i+size]...)
		default:
			dst = appendReprEscape(dst, r)
		}
		i += size
	}
	return append(dst, quote)
}

func appendReprEscape(dst []byte, r rune) []byte {
	switch {
	case r == '\t':
		return append(dst, `\t`...)
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r <= 0xff:
		return append(dst, '\\', 'x', hexDigits[r>>4], hexDigits[r&15])
	case r <= 0xffff:
		return appendU(dst, r)
	}
	dst = append(dst, `\U00`...)
	for shift := 20; shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&15])
	}
	return dst
}
