package python

import (
	"math/big"
	"testing"
)

// FuzzInt checks that a parsed number is written in normal form, and parses to the same again.
func FuzzInt(f *testing.F) {
	for _, text := range []string{" +1_0 ", "-5", "٣", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := Int(text)
		if err != nil {
			return
		}
		number, ok := new(big.Int).SetString(string(n), 10)
		if !ok || number.String() != string(n) {
			t.Errorf("%q became %q", text, n)
		}
		if again, err := Int(string(n)); err != nil || again != n {
			t.Errorf("%q became %q and then %q, %v", text, n, again, err)
		}
	})
}
