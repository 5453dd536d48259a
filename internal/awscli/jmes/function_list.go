package jmes

import (
	"slices"
	"strconv"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func intOf(n int) value.Int { return value.Int(strconv.Itoa(n)) }

func keys(args value.List) (value.Value, error) {
	l := value.List{}
	for _, k := range args[0].(*value.Object).Keys() {
		l = append(l, k)
	}
	return l, nil
}

func valuesOf(args value.List) (value.Value, error) {
	return members(args[0].(*value.Object)), nil
}

func notNull(args value.List) (value.Value, error) {
	for _, v := range args {
		if v != nil {
			return v, nil
		}
	}
	return nil, nil
}

func toArray(args value.List) (value.Value, error) {
	if l, ok := args[0].(value.List); ok {
		return l, nil
	}
	return args, nil
}

func reverse(args value.List) (value.Value, error) {
	if s, ok := args[0].(string); ok {
		return reverseText(s), nil
	}
	l := slices.Clone(args[0].(value.List))
	slices.Reverse(l)
	return l, nil
}

func mapEach(args value.List) (value.Value, error) {
	l := args[1].(value.List)
	out := make(value.List, len(l))
	for i, e := range l {
		var err error
		if out[i], err = args[0].(*expression).body.eval(e); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func maximum(args value.List) (value.Value, error) { return extreme(args[0].(value.List), ">") }

func minimum(args value.List) (value.Value, error) { return extreme(args[0].(value.List), "<") }

// extreme returns the first extreme value.
func extreme(l value.List, operator string) (value.Value, error) {
	at, err := extremeOf(l, operator, func(v value.Value) (value.Value, error) { return v, nil })
	if at < 0 || err != nil {
		return nil, err
	}
	return l[at], nil
}

// extremeOf returns the index of the element with the first extreme key, -1 if there are no elements. Keys
// are computed and compared in turn, so that the first error is the same as in Python.
func extremeOf(l value.List, operator string, key func(value.Value) (value.Value, error)) (int, error) {
	at := -1
	var best value.Value
	for i, e := range l {
		k, err := key(e)
		if err != nil {
			return 0, err
		}
		better := true
		if at >= 0 {
			if better, err = ordered(operator, k, best); err != nil {
				return 0, err
			}
		}
		if better {
			at, best = i, k
		}
	}
	return at, nil
}

func maxBy(args value.List) (value.Value, error) { return extremeBy("max_by", ">", args) }

func minBy(args value.List) (value.Value, error) { return extremeBy("min_by", "<", args) }

func extremeBy(name, operator string, args value.List) (value.Value, error) {
	l := args[0].(value.List)
	at, err := extremeOf(l, operator, keyOf(name, args[1], "number", "string"))
	if at < 0 || err != nil {
		return nil, err
	}
	return l[at], nil
}

// keyOf returns the function that computes the key of an element and checks that it has one of these types.
func keyOf(name string, by value.Value, allowed ...string) func(value.Value) (value.Value, error) {
	return func(e value.Value) (value.Value, error) {
		k, err := by.(*expression).body.eval(e)
		if err != nil {
			return nil, err
		}
		if is := typeOf(k); !slices.Contains(allowed, is) {
			return nil, wrongType(name, k, is, allowed)
		}
		return k, nil
	}
}

func sorted(args value.List) (value.Value, error) {
	l := slices.Clone(args[0].(value.List))
	slices.SortStableFunc(l, less)
	return l, nil
}

// less compares for sorting; values without an order keep their position.
func less(x, y value.Value) int {
	c, _ := order(x, y)
	return c
}

func sortBy(args value.List) (value.Value, error) {
	l := args[0].(value.List)
	if len(l) == 0 {
		return l, nil
	}
	first, err := args[1].(*expression).body.eval(l[0])
	if err != nil {
		return nil, err
	}
	is := typeOf(first)
	if is != "number" && is != "string" {
		return nil, wrongType("sort_by", l[0], is, types{"string", "number"})
	}
	return sortByKey(l, keyOf("sort_by", args[1], is))
}

func sortByKey(l value.List, key func(value.Value) (value.Value, error)) (value.Value, error) {
	type keyed struct{ key, value value.Value }
	all := make([]keyed, len(l))
	for i, e := range l {
		k, err := key(e)
		if err != nil {
			return nil, err
		}
		all[i] = keyed{k, e}
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return less(a.key, b.key) })
	out := make(value.List, len(all))
	for i, k := range all {
		out[i] = k.value
	}
	return out, nil
}
