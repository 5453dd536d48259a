package value

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzDecode checks that a decoded value can be written in every notation and decoded to the same value.
func FuzzDecode(f *testing.F) {
	for _, text := range seeds {
		f.Add([]byte(text))
	}
	f.Add(enhanced(1))
	f.Fuzz(func(t *testing.T, text []byte) {
		v, err := Decode(text)
		if err != nil {
			var syntax *SyntaxError
			if errors.As(err, &syntax) && (syntax.Line < 1 || syntax.Column < 1 || syntax.Char > len(text)) {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		once := AppendCompact(nil, v)
		for _, b := range [][]byte{once, AppendDense(nil, v), indented(t, v)} {
			again, err := Decode(b)
			if err != nil || !bytes.Equal(AppendCompact(nil, again), once) {
				t.Errorf("%q: %s\nis read as %s: %v", text, b, AppendCompact(nil, again), err)
			}
		}
		Repr(v)
		ReprOrdered(v)
		Width(string(text))
	})
}

// indented returns the indented form, or another one if there is a lone surrogate, which has none.
func indented(t *testing.T, v Value) []byte {
	b, err := AppendIndent(nil, v, 0)
	var unicode *UnicodeError
	switch {
	case err == nil:
		return b
	case !errors.As(err, &unicode):
		t.Error(err)
	}
	return AppendCompact(nil, v)
}
