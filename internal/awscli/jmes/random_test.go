package jmes

import (
	"math/rand/v2"
	"slices"
	"strings"
)

// A dice generates random expressions and documents.
type dice struct{ *rand.Rand }

func newDice(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 0))} }

func (d dice) one(of ...string) string { return of[d.IntN(len(of))] }

// words returns n to m results of next, joined.
func (d dice) words(n, m int, sep string, next func() string) string {
	all := make([]string, n+d.IntN(m-n+1))
	for i := range all {
		all[i] = next()
	}
	return strings.Join(all, sep)
}

func (d dice) number() string {
	return d.one("0", "1", "-1", "2", "3", "10", "-7", "1.0", "0.0", "-0.0", "2.5", "-1.5", "1e3", "1E-7", "1e16",
		"123456789012345.67", "12345678901234567890", "-9007199254740993", "9007199254740992.0", "1e400", "0.1")
}

func (d dice) text() string {
	return `"` + d.one("", "a", "b", "ab", "HIGH", "CVE-2024-1", "é", "日本", "😀", `\ud83d`, `\"`, `\\`, `it's`, "\u007f", `\n`, "x y",
		"1", " 7 ", "1.5", "1_0", "１２", "-inf", "1e2", "true", "￿", `\u0001`) + `"`
}

func (d dice) key() string { return d.one("a", "b", "c", "d", "é", "x y", "keys", "") }

// json returns a document, or a part of one, nested up to depth.
func (d dice) json(depth int) string {
	n := d.IntN(12)
	if depth == 0 {
		n = d.IntN(6)
	}
	switch {
	case n == 0:
		return d.one("null", "true", "false")
	case n < 3:
		return d.number()
	case n < 6:
		return d.text()
	case n == 6:
		return "[" + d.words(0, 6, ",", d.number) + "]"
	case n == 7:
		return "[" + d.words(0, 6, ", ", d.text) + "]"
	case n < 10:
		return "[" + d.words(0, 5, ",", func() string { return d.json(depth - 1) }) + "]"
	}
	return d.object(depth, 5)
}

func (d dice) object(depth, most int) string {
	return "{" + d.words(0, most, ",", func() string { return `"` + d.key() + `": ` + d.json(depth-1) }) + "}"
}

func (d dice) document() string {
	if d.IntN(10) == 0 {
		return d.json(2)
	}
	column := d.number
	if d.IntN(2) == 0 {
		column = d.text
	}
	rows := d.words(0, 5, ",", func() string {
		if d.IntN(8) == 0 {
			return d.object(1, 4)
		}
		return `{"a":` + column() + `,"b":` + d.json(1) + `}`
	})
	return `{"a":` + d.json(3) + `,"b":[` + rows + `],"c":` + d.object(2, 5) + `,"d":` + d.json(2) + `,"n":[` +
		d.words(0, 6, ",", d.number) + `],"s":[` + d.words(0, 6, ",", d.text) + `]}`
}

func (d dice) name() string {
	return d.one("a", "b", "c", "d", "n", "s", "a", "b", "@", "@", `"é"`, `"x y"`, `"a"`, "none", "keys")
}

func (d dice) literal() string {
	switch d.IntN(6) {
	case 0:
		return "'" + d.one("", "a", "ab", "HIGH", "é", `it\'s`, `\\`, "1", "😀", "\n") + "'"
	case 1:
		return "`" + d.one("HIGH", " a ", "NaN", "-Infinity", `\"`, "a\\`b", "01", "", "[1", "null", "true") + "`"
	case 2:
		return "`" + strings.ReplaceAll(d.json(2), "`", "\\`") + "`"
	}
	return "`" + d.number() + "`"
}

// bracket returns what can follow a value in square brackets.
func (d dice) bracket(depth int) string {
	switch d.IntN(7) {
	case 0:
		return "[" + d.one("0", "1", "-1", "2", "99999999999999999999", "007") + "]"
	case 1:
		part := func() string { return d.one("", "0", "1", "2", "-1", "-2", "5", "-99999999999999999999") }
		return "[" + part() + ":" + part() + d.one("", ":", ":"+part(), ":-1") + "]"
	case 2, 3:
		return "[*]"
	case 4:
		return "[]"
	}
	return "[?" + d.expression(depth-1) + "]"
}

// arities are the kinds of argument that a function takes, see argument.
var arities = map[string]string{
	"abs": "1", "avg": "N", "ceil": "1", "contains": "L*", "ends_with": "TT", "floor": "1", "join": "TS", "keys": "O", "length": "L",
	"map": "&L", "max": "N", "max_by": "L&", "merge": "OO", "min": "S", "min_by": "L&", "not_null": "**", "reverse": "L", "sort": "S",
	"sort_by": "L&", "starts_with": "TT", "sum": "N", "to_array": "*", "to_number": "T", "to_string": "*", "type": "*", "values": "O", "nofn": "*",
}

// argument returns an argument of a kind: 1 number, Text, list of Numbers, of Strings, any List, Object, reference.
func (d dice) argument(kind rune, depth int) string {
	switch kind {
	case '&':
		return "&" + d.one("@", "a", "b", "length(to_string(@))", "to_string(@)", d.expression(depth-1), "("+d.expression(depth-1)+")")
	case '1':
		return d.one("n[0]", "n[1]", "length(s)", "sum(n)", "avg(n)", "a", "`"+d.number()+"`")
	case 'T':
		return d.one("s[0]", "s[1]", "'abc'", "''", "'1'", "type(a)", "to_string(a)", "`"+d.text()+"`", "join('', s)")
	case 'N':
		return d.one("n", "n", "n[1:]", "[`"+d.number()+"`, `"+d.number()+"`]", "b[].a", "map(&to_number(@), s)", "n[?@ > `1`]")
	case 'S':
		return d.one("s", "s", "s[::-1]", "keys(@)", "b[].a", "map(&to_string(@), a)", "n", "s[]")
	case 'L':
		return d.one("s", "n", "b", "b", "@", "values(@)", "a", "s[0]", "b[].a")
	case 'O':
		return d.one("@", "c", "b[0]", "b[-1]", "{a: n}", "c")
	}
	return d.expression(depth - 1)
}

var names = func() (all []string) {
	for name := range arities {
		all = append(all, name)
	}
	slices.Sort(all)
	return all
}()

func (d dice) call(depth int) string {
	name := d.one(names...)
	arity := arities[name]
	switch d.IntN(30) {
	case 0:
		arity += "*"
	case 1:
		arity = arity[1:]
	}
	var args []string
	for _, kind := range arity {
		if d.IntN(3) == 0 && kind != '&' || d.IntN(20) == 0 {
			kind = '*'
		}
		args = append(args, d.argument(kind, depth))
	}
	return name + "(" + strings.Join(args, d.one(",", ", ")) + ")"
}

// expression returns an expression that is mostly well-formed.
func (d dice) expression(depth int) string {
	if depth <= 0 {
		if d.IntN(3) == 0 {
			return d.literal()
		}
		return d.name()
	}
	sub := func() string { return d.expression(depth - 1) }
	switch n := d.IntN(20); {
	case n < 3:
		return sub() + "." + d.one("a", "b", "c", "*", `"é"`, "[a, b]", "{a: a, k: @}", "["+sub()+"]", "{x: "+sub()+"}")
	case n < 7:
		return sub() + d.bracket(depth) + d.one("", "", "."+d.one("a", "b", "c", "*"), "[]", "[0]", " | [0]")
	case n < 9:
		return sub() + d.one(" == ", " != ", " < ", "<=", " > ", ">=", " && ", " || ", " | ") + sub()
	case n == 9:
		return "!" + sub()
	case n == 10:
		return "(" + sub() + ")"
	case n == 11:
		return "[" + d.words(1, 3, ", ", sub) + "]"
	case n == 12:
		return "{" + d.words(1, 3, ", ", func() string { return d.one("a", "b", `"x y"`) + ": " + sub() }) + "}"
	case n < 17:
		return d.call(depth)
	case n == 17:
		return "*." + d.one("a", "b", "*")
	}
	return d.expression(0)
}

// broken returns an expression with random changes.
func (d dice) broken(expression string) string {
	r := []rune(expression)
	for range 1 + d.IntN(2) {
		at := d.IntN(len(r) + 1)
		switch d.IntN(4) {
		case 0:
			r = r[:at]
		case 1:
			if at < len(r) {
				r = slices.Delete(r, at, at+1)
			}
		default:
			bit := d.one(".", "*", "[", "]", "[]", "[?", "(", ")", "{", "}", ",", ":", "@", "&", "|", "||", "&&", "!", "=", "==", "<", ">=",
				"'", "\"", "`", `\`, "-", "1", "-1", "a", " ", "a b", "$", "#", "é", "😀", "\t", "[*]", "[:", "{a:", "'x'", "`1`", "\"a\"", "?")
			r = slices.Insert(r, at, []rune(bit)...)
		}
	}
	return string(r)
}

// query returns an expression of any kind.
func (d dice) query() string {
	e := d.expression(1 + d.IntN(4))
	if d.IntN(3) == 0 {
		return d.broken(e)
	}
	return e
}
