package paging

import (
	"encoding/base64"
	"math/big"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func TestStartingTokens(t *testing.T) {
	for about, c := range map[string]struct{ token, params, index, err string }{
		"of this notation":               {b64(`{"nextToken": "t", "boto_truncate_amount": 3}`), `{'nextToken': 't'}`, "3", ""},
		"without a place":                {b64(`{"nextToken": null}`), `{'nextToken': None}`, "0", ""},
		"with more members":              {b64(`{"x": 1, "nextToken": "t"}`), `{'x': 1, 'nextToken': 't'}`, "0", ""},
		"with line ends in it":           {"eyJuZXh0VG9r\nZW4iOiBudWxsfQ==", `{'nextToken': None}`, "0", ""},
		"without its padding":            {"eyJuZXh0VG9rZW4iOiBudWxsfQ", `{'nextToken': 'eyJuZXh0VG9rZW4iOiBudWxsfQ'}`, "0", ""},
		"with trailing data":             {"e30=x", `{}`, "0", ""},
		"of the old notation":            {"t___2", `{'nextToken': 't'}`, "2", ""},
		"of the old notation, from none": {"None___-1", `{'nextToken': None}`, "-1", ""},
		"two parts and no number":        {"a___b", `{'nextToken': 'a___b'}`, "0", ""},
		"the service's own":              {"tok-2", `{'nextToken': 'tok-2'}`, "0", ""},
		"empty":                          {"", `{'nextToken': ''}`, "0", ""},
		"a list":                         {b64("[1]"), `{'nextToken': 'WzFd'}`, "0", ""},
		"a number":                       {b64("7"), "", "", "'int' object has no attribute 'pop'"},
		"three parts":                    {"a___b___c", "", "", "Bad starting token: a___b___c"},
	} {
		got, err := parseStart(c.token)
		if c.err != "" {
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: %v, want %s", about, err, c.err)
			}
			continue
		}
		if err != nil || value.Repr(got.params) != c.params || value.Str(got.index) != c.index {
			t.Errorf("%s: %s at %v, %v", about, value.Repr(got.params), got.index, err)
		}
	}
}

// FuzzStart checks that no token causes a panic, and that a resume token is parsed back to the same value.
func FuzzStart(f *testing.F) {
	for _, text := range []string{"a___1", b64(`{"nextToken": "t"}`), "====", "e30=", ""} {
		f.Add(text, int64(1))
	}
	f.Fuzz(func(t *testing.T, text string, place int64) {
		_, _ = parseStart(text)
		if value.CheckUTF8([]byte(text)) != nil || text == "" {
			return
		}
		token, err := encode(value.NewObject(nextToken, text, truncated, value.Int(big.NewInt(place).String())))
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseStart(token)
		if want := value.NewObject(nextToken, text); err != nil || value.Repr(got.params) != value.Repr(want) || value.Str(got.index) != big.NewInt(place).String() {
			t.Errorf("%q at %d became %s at %v, %v", text, place, value.Repr(got.params), got.index, err)
		}
	})
}
