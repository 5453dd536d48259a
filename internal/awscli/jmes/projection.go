package jmes

import "github.com/ecrgate/ecrgate/internal/awscli/value"

type (
	projection struct{ of, each node }
	values     struct{ of, each node }
	filter     struct{ of, where, each node }
	flat       struct{ of node }
)

// project evaluates a node for each element and returns the results, without nulls.
func project(l value.List, each node) (value.Value, error) {
	out := make(value.List, 0, len(l))
	for _, e := range l {
		v, err := each.eval(e)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func (n projection) eval(v value.Value) (value.Value, error) {
	l, ok, err := list(n.of, v)
	if !ok {
		return nil, err
	}
	return project(l, n.each)
}

// list evaluates a node for a value and returns the result, and whether it is a list.
func list(n node, v value.Value) (value.List, bool, error) {
	v, err := n.eval(v)
	if err != nil {
		return nil, false, err
	}
	l, ok := v.(value.List)
	return l, ok, nil
}

func (n values) eval(v value.Value) (value.Value, error) {
	v, err := n.of.eval(v)
	if err != nil {
		return nil, err
	}
	o, ok := v.(*value.Object)
	if !ok {
		return nil, nil
	}
	return project(members(o), n.each)
}

// members returns the values of an object.
func members(o *value.Object) value.List {
	l := make(value.List, 0, o.Len())
	for _, v := range o.All() {
		l = append(l, v)
	}
	return l
}

func (n filter) eval(v value.Value) (value.Value, error) {
	l, ok, err := list(n.of, v)
	if !ok {
		return nil, err
	}
	out := value.List{}
	for _, e := range l {
		v, err := n.pass(e)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out = append(out, v)
		}
	}
	return out, nil
}

// pass returns the result for one element, nil if it is left out.
func (n filter) pass(e value.Value) (value.Value, error) {
	v, err := n.where.eval(e)
	if err != nil || falsy(v) {
		return nil, err
	}
	return n.each.eval(e)
}

func (n flat) eval(v value.Value) (value.Value, error) {
	l, ok, err := list(n.of, v)
	if !ok {
		return nil, err
	}
	out := make(value.List, 0, len(l))
	for _, e := range l {
		if inner, ok := e.(value.List); ok {
			out = append(out, inner...)
		} else {
			out = append(out, e)
		}
	}
	return out, nil
}

func (n slice) eval(v value.Value) (value.Value, error) {
	l, ok := v.(value.List)
	if !ok {
		return nil, nil
	}
	step := 1
	if n[2] != nil {
		step = *n[2]
	}
	if step == 0 {
		return nil, failure("slice step cannot be zero")
	}
	at, stop := n.bounds(len(l), step < 0)
	out := value.List{}
	for ; step > 0 && at < stop || step < 0 && at > stop; at += step {
		out = append(out, l[at])
	}
	return out, nil
}

// bounds returns the first index of a slice of so many elements, and the index at which it stops.
func (n slice) bounds(length int, backwards bool) (start, stop int) {
	low, high := 0, length
	start, stop = low, high
	if backwards {
		low, high = -1, length-1
		start, stop = high, low
	}
	if n[0] != nil {
		start = bound(*n[0], length, low, high)
	}
	if n[1] != nil {
		stop = bound(*n[1], length, low, high)
	}
	return start, stop
}

// bound resolves a negative index from the end and limits it to low and high.
func bound(at, length, low, high int) int {
	if at < 0 {
		at += length
	}
	return max(low, min(at, high))
}
