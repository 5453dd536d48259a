package jmes

import (
	"cmp"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

type comparison struct {
	by          kind
	left, right node
}

func (n comparison) eval(v value.Value) (value.Value, error) {
	left, err := n.left.eval(v)
	if err != nil {
		return nil, err
	}
	right, err := n.right.eval(v)
	if err != nil {
		return nil, err
	}
	switch n.by {
	case tokEqual:
		return equal(left, right), nil
	case tokNotEqual:
		return !equal(left, right), nil
	}
	if !hasOrder(left) || !hasOrder(right) {
		return nil, nil
	}
	return ordered(operators[n.by], left, right)
}

var operators = map[kind]string{tokLess: "<", tokLessEqual: "<=", tokMore: ">", tokMoreEqual: ">="}

// ordered reports whether the comparison is true. Both values are numbers or texts.
func ordered(operator string, left, right value.Value) (bool, error) {
	_, leftText := left.(string)
	_, rightText := right.(string)
	if leftText != rightText {
		return false, failure("'" + operator + "' not supported between instances of '" +
			value.TypeName(left) + "' and '" + value.TypeName(right) + "'")
	}
	c, ok := order(left, right)
	switch operator {
	case "<":
		return ok && c < 0, nil
	case "<=":
		return ok && c <= 0, nil
	case ">":
		return ok && c > 0, nil
	}
	return ok && c >= 0, nil
}

// order compares two numbers or two texts; ok is false where NaN has no order.
func order(x, y value.Value) (c int, ok bool) {
	if s, text := x.(string); text {
		return strings.Compare(s, y.(string)), true
	}
	return compareNumbers(x, y)
}

func hasOrder(v value.Value) bool {
	_, text := v.(string)
	return text || number(v)
}

func number(v value.Value) bool {
	switch v.(type) {
	case value.Int, float64:
		return true
	}
	return false
}

// equal is JMESPath's ==: Python's, but 0 and 1 are not booleans.
func equal(x, y value.Value) bool {
	_, xBool := x.(bool)
	_, yBool := y.(bool)
	if xBool != yBool {
		return false
	}
	return same(x, y)
}

// same is Python's ==, where 0 equals False and 1 equals True.
func same(x, y value.Value) bool {
	if x, ok := numeric(x); ok {
		y, ok := numeric(y)
		if !ok {
			return false
		}
		c, ok := compareNumbers(x, y)
		return ok && c == 0
	}
	switch x := x.(type) {
	case string:
		return x == y
	case value.List:
		y, ok := y.(value.List)
		return ok && sameElements(x, y)
	case *value.Object:
		y, ok := y.(*value.Object)
		return ok && sameMembers(x, y)
	}
	return x == y
}

// sameWithin is same for elements of lists and objects: there, Python compares identity first, and all NaN
// from JSON are the same object.
func sameWithin(x, y value.Value) bool {
	return nan(x) && nan(y) || same(x, y)
}

func nan(v value.Value) bool {
	f, ok := v.(float64)
	return ok && math.IsNaN(f)
}

func sameElements(x, y value.List) bool {
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		if !sameWithin(x[i], y[i]) {
			return false
		}
	}
	return true
}

func sameMembers(x, y *value.Object) bool {
	if x.Len() != y.Len() {
		return false
	}
	for k, v := range x.All() {
		if w, ok := y.Get(k); !ok || !sameWithin(v, w) {
			return false
		}
	}
	return true
}

// numeric returns a value as a number; like in Python, a Boolean is one.
func numeric(v value.Value) (value.Value, bool) {
	switch v := v.(type) {
	case bool:
		if v {
			return value.Int("1"), true
		}
		return value.Int("0"), true
	case value.Int, float64:
		return v, true
	}
	return nil, false
}

// compareNumbers compares exactly, without rounding an integer to a double; ok is false for NaN.
func compareNumbers(x, y value.Value) (c int, ok bool) {
	if nan(x) || nan(y) {
		return 0, false
	}
	if a, ok := small(x); ok {
		if b, ok := small(y); ok {
			return cmp.Compare(a, b), true
		}
	}
	return wide(x).Cmp(wide(y)), true
}

// small returns a number as a double, if that is exact.
func small(v value.Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case value.Int:
		if len(v) <= 15 {
			i, err := strconv.ParseInt(string(v), 10, 64)
			return float64(i), err == nil
		}
	}
	return 0, false
}

// wide returns a number, which must not be NaN, with as many bits as it needs.
func wide(v value.Value) *big.Float {
	if f, ok := v.(float64); ok {
		return big.NewFloat(f)
	}
	return new(big.Float).SetInt(bigInt(v.(value.Int)))
}

func bigInt(n value.Int) *big.Int {
	i, _ := new(big.Int).SetString(string(n), 10)
	return i
}
