package python

import (
	"math"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// The answers are those of Python 3.11.
func TestInt(t *testing.T) {
	for text, want := range map[string]value.Int{
		"7": "7", " +7\n": "7", "-0": "0", "007": "7", "1_0": "10", "１２": "12", "\u20035\u00a0": "5", "-٣": "-3", "123456789012345678901": "123456789012345678901",
	} {
		if got, err := Int(text); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                         "''",
		"1.5":                      "'1.5'",
		"0x10":                     "'0x10'",
		"1__0":                     "'1__0'",
		"_1":                       "'_1'",
		"\x1c5":                    `'\x1c5'`,
		"+ 5":                      "'+ 5'",
		"é":                        "'é'",
		strings.Repeat("é", 300):   "'" + strings.Repeat("é", 199),
		"5" + "\u2003" + "\u2003x": `'5\u2003\u2003x'`,
	} {
		_, err := Int(text)
		if want = "invalid literal for int() with base 10: " + want; err == nil || err.Error() != want {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
	if _, err := Int(strings.Repeat("1", 4301)); err == nil || !strings.HasPrefix(err.Error(), "Exceeds the limit (4300 digits)") {
		t.Error(err)
	}
}

func TestFloat(t *testing.T) {
	for text, want := range map[string]float64{
		"1.5": 1.5, " .5 ": .5, "5.": 5, "1e3": 1000, "1_0.0_1e1_0": 10.01e10, "-inf": math.Inf(-1), "Infinity": math.Inf(1), "1e400": math.Inf(1), "１.５": 1.5,
	} {
		if got, ok := Float(text); got != want || !ok {
			t.Errorf("%q: %v, %t, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", ".", "e5", "5e", "0x10", "1__0", "1_.5", "infinit", "nano", "é", "1 2"} {
		if got, ok := Float(text); ok {
			t.Errorf("%q: %v", text, got)
		}
	}
	if got, ok := Float("-nan"); !ok || !math.IsNaN(got) {
		t.Error(got, ok)
	}
}
