package jmes

import (
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func contains(args value.List) (value.Value, error) {
	if l, ok := args[0].(value.List); ok {
		for _, e := range l {
			if sameWithin(e, args[1]) {
				return true, nil
			}
		}
		return false, nil
	}
	part, ok := args[1].(string)
	if !ok {
		return nil, failure("'in <string>' requires string as left operand, not " + value.TypeName(args[1]))
	}
	return strings.Contains(args[0].(string), part), nil
}

func endsWith(args value.List) (value.Value, error) {
	return strings.HasSuffix(args[0].(string), args[1].(string)), nil
}

func startsWith(args value.List) (value.Value, error) {
	return strings.HasPrefix(args[0].(string), args[1].(string)), nil
}

func join(args value.List) (value.Value, error) {
	var b strings.Builder
	for i, s := range args[1].(value.List) {
		if i > 0 {
			b.WriteString(args[0].(string))
		}
		b.WriteString(s.(string))
	}
	return b.String(), nil
}

func toString(args value.List) (value.Value, error) {
	if s, ok := args[0].(string); ok {
		return s, nil
	}
	return string(value.AppendDense(nil, args[0])), nil
}

func typeName(args value.List) (value.Value, error) {
	if _, ok := args[0].(*expression); ok {
		return nil, nil
	}
	return typeOf(args[0]), nil
}

func length(args value.List) (value.Value, error) {
	n := 0
	switch v := args[0].(type) {
	case string:
		n = value.Count(v)
	case value.List:
		n = len(v)
	case *value.Object:
		n = v.Len()
	}
	return intOf(n), nil
}

// reverseText returns the code points of a text in reverse order.
func reverseText(s string) string {
	b := make([]byte, len(s))
	for i := 0; i < len(s); {
		_, size := value.Rune(s[i:])
		copy(b[len(s)-i-size:], s[i:i+size])
		i += size
	}
	return string(b)
}
