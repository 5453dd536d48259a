package jmes

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

type call struct {
	name string
	args []node
}

func (n call) eval(v value.Value) (value.Value, error) {
	args, err := evalAll(n.args, v)
	if err != nil {
		return nil, err
	}
	f, ok := functions[n.name]
	if !ok {
		return nil, failure("Unknown function: " + n.name + "()")
	}
	if err := f.check(n.name, args); err != nil {
		return nil, err
	}
	return f.run(args)
}

// A function is a JMESPath function with the types of its parameters. The last parameter of a variadic one
// may be repeated any number of times, unchecked as in jmespath.py.
type function struct {
	parameters []types
	variadic   bool
	run        func(args value.List) (value.Value, error)
}

// types are the types that an argument may have, in the order of error messages; none for any. array-T is a
// list of only T; with two such types, the first element of a list decides.
type types []string

func (f function) check(name string, args value.List) error {
	switch want := len(f.parameters); {
	case f.variadic && len(args) < want:
		return failure(fmt.Sprintf("Expected at least %s for function %s(), received %d", count(want), name, len(args)))
	case !f.variadic && len(args) != want:
		return failure(fmt.Sprintf("Expected %s for function %s(), received %d", count(want), name, len(args)))
	}
	for i, t := range f.parameters {
		if err := t.check(name, args[i]); err != nil {
			return err
		}
	}
	return nil
}

func count(arguments int) string {
	if arguments == 1 {
		return "1 argument"
	}
	return fmt.Sprint(arguments, " arguments")
}

func (t types) check(name string, v value.Value) error {
	if len(t) == 0 {
		return nil
	}
	is := typeOf(v)
	if !slices.ContainsFunc(t, func(one string) bool { base, _, _ := strings.Cut(one, "-"); return base == is }) {
		return wrongType(name, v, is, t)
	}
	if l, ok := v.(value.List); ok {
		return t.checkElements(name, l)
	}
	return nil
}

func (t types) checkElements(name string, l value.List) error {
	var allowed []string
	for _, one := range t {
		if _, element, ok := strings.Cut(one, "-"); ok {
			allowed = append(allowed, element)
		}
	}
	if len(allowed) == 0 || len(l) == 0 {
		return nil
	}
	if first := typeOf(l[0]); slices.Contains(allowed, first) {
		allowed = []string{first}
	}
	for _, e := range l {
		if !slices.Contains(allowed, typeOf(e)) {
			return wrongType(name, e, value.TypeName(e), t)
		}
	}
	return nil
}

func wrongType(name string, v value.Value, is string, want types) error {
	list := make(value.List, len(want))
	for i, t := range want {
		list[i] = t
	}
	return failure(fmt.Sprintf("In function %s(), invalid type for value: %s, expected one of: %s, received: \"%s\"",
		name, value.Str(v), value.Repr(list), is))
}

// typeOf returns JMESPath's name for the type of a value.
func typeOf(v value.Value) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case value.Int, float64:
		return "number"
	case value.List:
		return "array"
	case *value.Object:
		return "object"
	case *expression:
		return "expref"
	}
	return "unknown"
}

// functions are all functions of jmespath.py. It is filled in init because a function can call others.
var functions map[string]function

func init() {
	var (
		anything     = types{}
		text         = types{"string"}
		num          = types{"number"}
		array        = types{"array"}
		object       = types{"object"}
		expref       = types{"expref"}
		numbers      = types{"array-number"}
		numbersFirst = types{"array-number", "array-string"}
		textsFirst   = types{"array-string", "array-number"}
	)
	fixed := func(run func(value.List) (value.Value, error), parameters ...types) function {
		return function{parameters, false, run}
	}
	functions = map[string]function{
		"abs":         fixed(abs, num),
		"avg":         fixed(avg, numbers),
		"ceil":        fixed(ceil, num),
		"contains":    fixed(contains, types{"array", "string"}, anything),
		"ends_with":   fixed(endsWith, text, text),
		"floor":       fixed(floor, num),
		"join":        fixed(join, text, types{"array-string"}),
		"keys":        fixed(keys, object),
		"length":      fixed(length, types{"string", "array", "object"}),
		"map":         fixed(mapEach, expref, array),
		"max":         fixed(maximum, numbersFirst),
		"max_by":      fixed(maxBy, array, expref),
		"merge":       {[]types{object}, true, merge},
		"min":         fixed(minimum, numbersFirst),
		"min_by":      fixed(minBy, array, expref),
		"not_null":    {[]types{anything}, true, notNull},
		"reverse":     fixed(reverse, types{"array", "string"}),
		"sort":        fixed(sorted, textsFirst),
		"sort_by":     fixed(sortBy, array, expref),
		"starts_with": fixed(startsWith, text, text),
		"sum":         fixed(sum, numbers),
		"to_array":    fixed(toArray, anything),
		"to_number":   fixed(toNumber, anything),
		"to_string":   fixed(toString, anything),
		"type":        fixed(typeName, anything),
		"values":      fixed(valuesOf, object),
	}
}
