package value

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// decode decodes a valid document.
func decode(t testing.TB, text string) Value {
	t.Helper()
	v, err := Decode([]byte(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return v
}

func compact(v Value) string { return string(AppendCompact(nil, v)) }

func TestSyntaxErrorsArePythons(t *testing.T) {
	for text, want := range map[string]string{
		``:                    "Expecting value: line 1 column 1 (char 0)",
		`  `:                  "Expecting value: line 1 column 3 (char 2)",
		`{"imageTag":}`:       "Expecting value: line 1 column 13 (char 12)",
		`{a`:                  "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
		`{`:                   "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
		`{"a":1,}`:            "Expecting property name enclosed in double quotes: line 1 column 8 (char 7)",
		`{"a" 1}`:             "Expecting ':' delimiter: line 1 column 6 (char 5)",
		"{\"é\":\n\n 1 \"\"}": "Expecting ',' delimiter: line 3 column 4 (char 10)",
		`[1 2]`:               "Expecting ',' delimiter: line 1 column 4 (char 3)",
		`[1,]`:                "Expecting value: line 1 column 4 (char 3)",
		`[`:                   "Expecting value: line 1 column 2 (char 1)",
		`[1`:                  "Expecting ',' delimiter: line 1 column 3 (char 2)",
		`1 x`:                 "Extra data: line 1 column 3 (char 2)",
		`1.`:                  "Extra data: line 1 column 2 (char 1)",
		`1e`:                  "Extra data: line 1 column 2 (char 1)",
		`01`:                  "Extra data: line 1 column 2 (char 1)",
		`-`:                   "Expecting value: line 1 column 1 (char 0)",
		`nul`:                 "Expecting value: line 1 column 1 (char 0)",
		`"a`:                  "Unterminated string starting at: line 1 column 1 (char 0)",
		`["😀\`:                "Unterminated string starting at: line 1 column 2 (char 1)",
		"\"a\nb\"":            "Invalid control character at: line 1 column 3 (char 2)",
		`"a\x"`:               `Invalid \escape: line 1 column 3 (char 2)`,
		`"\u12g4"`:            `Invalid \uXXXX escape: line 1 column 3 (char 2)`,
		`"\u1234`:             `Invalid \uXXXX escape: line 1 column 3 (char 2)`,
		`"\ud83d\u12x4"`:      `Invalid \uXXXX escape: line 1 column 9 (char 8)`,
		"\ufeff{}":            "Unexpected UTF-8 BOM (decode using utf-8-sig): line 1 column 1 (char 0)",
	} {
		_, err := Decode([]byte(text))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%q\n got %v\nwant %v", text, err, want)
		}
	}
}

func TestWhatIsNoSyntaxError(t *testing.T) {
	for text, want := range map[string]string{
		strings.Repeat("[", 2000): "maximum recursion depth exceeded while decoding a JSON array from a unicode string",
		strings.Repeat("1", 4301): "Exceeds the limit (4300 digits) for integer string conversion: value has 4301 digits; use sys.set_int_max_str_digits() to increase the limit",
		"\"a\xff":                 "'utf-8' codec can't decode byte 0xff in position 2: invalid start byte",
	} {
		_, err := Decode([]byte(text))
		var syntax *SyntaxError
		if err == nil || errors.As(err, &syntax) || err.Error() != want {
			t.Errorf("%.20q\n got %v\nwant %v", text, err, want)
		}
	}
}

func TestDecodeKeepsOrderAndNumbers(t *testing.T) {
	for text, want := range map[string]string{
		`{"b":1,"a":2,"b":3}`:                  `{"b": 3, "a": 2}`,
		`[0,-0,12345678901234567890,-5]`:       `[0, 0, 12345678901234567890, -5]`,
		`[1.0,-0.0,1e2,1E-7,1e16,0.1,1e400]`:   `[1.0, -0.0, 100.0, 1e-07, 1e+16, 0.1, Infinity]`,
		`[NaN,Infinity,-Infinity,null,true]`:   `[NaN, Infinity, -Infinity, null, true]`,
		`[1579839105.0,123456789012345.67]`:    `[1579839105.0, 123456789012345.67]`,
		`[0.0001,0.00001,1.7e300]`:             `[0.0001, 1e-05, 1.7e+300]`,
		`"\ud83d\ude00\u00e9\u007f\/\"\\\b\t"`: `"\ud83d\ude00\u00e9\u007f/\"\\\b\t"`,
		`"\ud83d \ude00"`:                      `"\ud83d \ude00"`,
		` [ ] `:                                `[]`,
		` { "a" : { } , "c":[false]}`:          `{"a": {}, "c": [false]}`,
	} {
		if got := compact(decode(t, text)); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestAnObjectWithManyKeys(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, `,"k%d":%d`, i%50, i)
	}
	o := decode(t, "{"+text.String()[1:]+"}").(*Object)
	if v, ok := o.Get("k7"); o.Len() != 50 || !ok || v != Int("57") {
		t.Errorf("%d keys, k7 is %v", o.Len(), v)
	}
	o.Delete("k0")
	o.Delete("absent")
	o.Set("k1", nil)
	o.Set("new", true)
	keys := o.Keys()
	if keys[0] != "k1" || keys[49] != "new" || len(keys) != 50 {
		t.Errorf("keys %v", keys)
	}
	if _, ok := o.Get("k0"); ok {
		t.Error("k0 is still there")
	}
}

func TestAnObjectIsChangedAloneAfterClone(t *testing.T) {
	o := NewObject("a", Int("1"), "b", nil)
	c := o.Clone()
	c.Set("a", "new")
	c.Delete("b")
	if compact(o) != `{"a": 1, "b": null}` || compact(c) != `{"a": "new"}` {
		t.Errorf("%s and %s", compact(o), compact(c))
	}
	var all []string
	for k := range o.All() {
		all = append(all, k)
	}
	if !slices.Equal(all, []string{"a", "b"}) {
		t.Errorf("%v", all)
	}
}

func TestIndent(t *testing.T) {
	v := decode(t, `{"a":[1,"é\u2028\u007f\u0001<\n",[],{}],"b":{"c":null}}`)
	got, err := AppendIndent(nil, v, 0)
	want := "{\n    \"a\": [\n        1,\n        \"é\u2028\x7f\\u0001<\\n\",\n        [],\n        {}\n    ],\n" +
		"    \"b\": {\n        \"c\": null\n    }\n}"
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
	got, _ = AppendIndent([]byte("x"), List{Int("1")}, 2)
	if string(got) != "x[\n            1\n        ]" {
		t.Errorf("at depth 2: %q", got)
	}
}

func TestIndentStopsWherePythonStops(t *testing.T) {
	for text, want := range map[string][2]string{
		`"\ud83d"`:                     {``, `character '\ud83d' in position 1`},
		`{"a":"é\ud83d\ude00x\ude00"}`: {"{\n    \"a\": ", `character '\ude00' in position 4`},
		`{"\ud83d":1}`:                 {"{\n    ", `character '\ud83d' in position 1`},
		`["a","\udc00\udc01"]`:         {"[\n    \"a\"", `characters in position 7-8`},
		`["\udc00"]`:                   {"", `character '\udc00' in position 7`},
	} {
		got, err := AppendIndent(nil, decode(t, text), 0)
		msg := "'utf-8' codec can't encode " + want[1] + ": surrogates not allowed"
		if err == nil || err.Error() != msg || string(got) != want[0] {
			t.Errorf("%s\n got %q, %v\nwant %q, %s", text, got, err, want[0], msg)
		}
	}
}

func TestRepr(t *testing.T) {
	for text, want := range map[string]string{
		`null`: `None`, `true`: `True`, `5`: `5`, `1e300`: `1e+300`, `NaN`: `nan`, `-Infinity`: `-inf`,
		`"it's"`:       `"it's"`,
		`"it's \"x\""`: `'it\'s "x"'`,
		`"\\ \t\n\r\u0001\u007f\u00a0\u00e9\u2028\ud83d\ude00\ud83d"`: `'\\ \t\n\r\x01\x7f\xa0é\u2028😀\ud83d'`,
		`"\udb40\udc01"`:      `'\U000e0001'`,
		`[1,"a",{"b":[]},{}]`: `[1, 'a', {'b': []}, {}]`,
	} {
		if got := Repr(decode(t, text)); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	if got := Str("it's"); got != "it's" {
		t.Error(got)
	}
	ordered := ReprOrdered(decode(t, `{"a":1,"b":[{"c":{}}]}`))
	if ordered != `OrderedDict([('a', 1), ('b', [OrderedDict([('c', OrderedDict())])])])` {
		t.Error(ordered)
	}
}

func TestTypeNamesAndTruth(t *testing.T) {
	for text, want := range map[string]string{
		`null`: "NoneType false", `false`: "bool false", `true`: "bool true", `""`: "str false", `"0"`: "str true",
		`0`: "int false", `1`: "int true", `0.0`: "float false", `NaN`: "float true", `[]`: "list false", `[0]`: "list true",
		`{}`: "dict false", `{"a":0}`: "dict true",
	} {
		v := decode(t, text)
		if got := fmt.Sprint(TypeName(v), " ", True(v)); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestUndecodableBytes(t *testing.T) {
	for text, want := range map[string]string{
		"é\x80":         "byte 0x80 in position 2: invalid start byte",
		"\xc3(":         "byte 0xc3 in position 0: invalid continuation byte",
		"\xe2\x82x":     "bytes in position 0-1: invalid continuation byte",
		"a\xf0\x9f\x98": "bytes in position 1-3: unexpected end of data",
		"\xe2":          "byte 0xe2 in position 0: unexpected end of data",
		"\xed\xa0\x80":  "byte 0xed in position 0: invalid continuation byte",
		"\xf5":          "byte 0xf5 in position 0: invalid start byte",
		"\xc0\x80":      "byte 0xc0 in position 0: invalid start byte",
	} {
		err := CheckUTF8([]byte(text))
		msg := "'utf-8' codec can't decode " + want
		if err == nil || err.Error() != msg {
			t.Errorf("%q\n got %v\nwant %s", text, err, msg)
		}
	}
	if err := CheckUTF8([]byte("é\ufffd😀")); err != nil {
		t.Error(err)
	}
}

func TestWidth(t *testing.T) {
	for text, want := range map[string]int{"abc": 3, "日本": 4, "é": 2, "ñ": 1, "ｱ": 1, "Ａ": 2, "…": 2, "😀": 2, "e\u0301": 3, "": 0} {
		if got := Width(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestFloatsAsPythonWritesThem(t *testing.T) {
	for want, f := range map[string]float64{
		"1e+16": 1e16, "9999999999999998.0": 9999999999999998, "0.0001": 1e-4, "9.999999999999999e-05": 9.999999999999999e-05,
		"5e-324": math.SmallestNonzeroFloat64, "1.7976931348623157e+308": math.MaxFloat64, "-0.0": math.Copysign(0, -1),
	} {
		if got := string(AppendFloat(nil, f)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAnObjectIsFilledAgainAfterClear(t *testing.T) {
	o := Sized(2)
	for i := range 3 * few {
		o.Add(fmt.Sprint("k", i), Int("1"))
	}
	o.Clear()
	if _, ok := o.Get("k1"); ok || o.Len() != 0 {
		t.Error("something is left")
	}
	o.Add("k2", nil)
	o.Set("k1", true)
	o.Set("k2", false)
	if got := compact(o); got != `{"k2": false, "k1": true}` {
		t.Error(got)
	}
}

func TestDeepIndent(t *testing.T) {
	const depth = 40
	text := strings.Repeat("[", depth) + "1" + strings.Repeat("]", depth)
	got, err := AppendIndent(nil, decode(t, text), 0)
	if lines := strings.Split(string(got), "\n"); err != nil || lines[depth] != strings.Repeat("    ", depth)+"1" {
		t.Errorf("%v: %q", err, lines[depth])
	}
}

// A reference is a value that no document can contain.
type reference struct{}

func (reference) TypeName() string { return "_Expression" }
func (reference) String() string   { return "<a reference>" }

func TestAnOpaqueHasATextButNoJSON(t *testing.T) {
	l := List{Int("1"), reference{}}
	got, err := AppendIndent(nil, l, 0)
	if err == nil || err.Error() != "Encountered unrecognized type in JSON encoder." || string(got) != "[\n    1,\n    " {
		t.Errorf("%q, %v", got, err)
	}
	if got := Str(l) + compact(l) + TypeName(l[1]); got != `[1, <a reference>][1, "<a reference>"]_Expression` || !True(l[1]) {
		t.Error(got)
	}
	if got := string(AppendStr(AppendStr(nil, "it's "), List{"it's"})); got != `it's ["it's"]` {
		t.Error(got)
	}
}
