package python

import (
	"math/big"
	"strings"
	"testing"
)

func TestInt(t *testing.T) {
	for text, want := range map[string]string{
		"7": "7", " 7\n": "7", "+7": "7", "-007": "-7", "1_0": "10", "-0": "0", "٣": "3", "１２": "12", "12345678901234567890": "12345678901234567890",
	} {
		if got, err := Int(text); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", " ", "1.5", "0x10", "_1", "1_", "1__0", "+-1", "1 0", "é"} {
		if got, err := Int(text); err == nil || !strings.HasPrefix(err.Error(), "invalid literal for int() with base 10: '") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	if _, err := Int(strings.Repeat("1", 4301)); err == nil || !strings.HasPrefix(err.Error(), "Exceeds the limit (4300 digits)") {
		t.Error(err)
	}
}

// FuzzInt: what is read is a number as it is written, and reads the same again.
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
