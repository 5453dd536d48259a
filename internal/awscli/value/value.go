// Package value represents JSON as Python does, because the AWS CLI is a Python program and its output
// follows from Python's types: objects keep their order, integers have any size, doubles are printed in
// Python's shortest form, a string may contain a lone surrogate, NaN and Infinity are numbers. It reads like
// json.loads, with its error texts, and writes like json.dumps, repr and str.
//
// Strings are sequences of code points in UTF-8; a lone surrogate, which UTF-8 forbids, is written as
// the three bytes that its number would have. So comparing bytes compares code points, as in Python.
package value

// A Value is nil, a bool, a string, an Int, a float64, a List or an *Object; the result of an evaluation may
// also be an Opaque.
type Value = any

// An Int is an integer of any size: its digits as Python prints them, with "-" before a negative one and no
// leading zeros.
type Int string

// A List is a Python list.
type List []Value

// An Opaque is a value that exists in Python but not in JSON: no document can contain it.
type Opaque interface {
	// TypeName is the name of its Python type.
	TypeName() string
	// String returns what str returns.
	String() string
}

// TypeName returns the name of a value's Python type: NoneType, bool, str, int, float, list or dict.
func TypeName(v Value) string {
	switch v := v.(type) {
	case nil:
		return "NoneType"
	case bool:
		return "bool"
	case string:
		return "str"
	case Int:
		return "int"
	case float64:
		return "float"
	case List:
		return "list"
	case *Object:
		return "dict"
	case Opaque:
		return v.TypeName()
	}
	return "object"
}

// True reports whether a value is true in Python: not None, False, a zero, or empty.
func True(v Value) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case Int:
		return v != "0"
	case float64:
		return v != 0
	case List:
		return len(v) > 0
	case *Object:
		return v.Len() > 0
	}
	return true
}
