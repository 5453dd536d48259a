package paging

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// findings returns the member with both lists.
func findings(page *value.Object) (*value.Object, bool) {
	v, _ := page.Get(findingsKey)
	o, ok := v.(*value.Object)
	return o, ok
}

// member returns one of the lists; nil if it is missing.
func member(page *value.Object, key string) value.Value {
	if o, ok := findings(page); ok {
		v, _ := o.Get(key)
		return v
	}
	return nil
}

func list(page *value.Object, key string) (value.List, bool) {
	l, ok := member(page, key).(value.List)
	return l, ok
}

// set sets one of the lists.
func set(page *value.Object, key string, v value.Value) {
	o, ok := findings(page)
	if !ok {
		o = &value.Object{}
		page.Set(findingsKey, o)
	}
	o.Set(key, v)
}

// sliceStart returns the index at which a Python slice with this start begins.
func sliceStart(index value.Value, length int) (int, error) {
	if index == nil {
		return 0, nil
	}
	n, ok := integer(index)
	if !ok {
		return 0, errors.New("slice indices must be integers or None or have an __index__ method")
	}
	return sliceEnd(n, length), nil
}

// sliceEnd returns the index of a number in a Python slice: a negative one counts from the end.
func sliceEnd(n *big.Int, length int) int {
	size := big.NewInt(int64(length))
	if n.Sign() < 0 {
		n = new(big.Int).Add(n, size)
	}
	switch {
	case n.Sign() < 0:
		return 0
	case n.Cmp(size) > 0:
		return length
	}
	return int(n.Int64())
}

func integer(v value.Value) (*big.Int, bool) {
	switch v := v.(type) {
	case value.Int:
		return new(big.Int).SetString(string(v), 10)
	case bool:
		if v {
			return big.NewInt(1), true
		}
		return new(big.Int), true
	}
	return nil, false
}

// add adds the position of a starting token to a number of elements. Python does that with a value of any
// type.
func add(n *big.Int, place value.Value) (value.Value, error) {
	m, ok := integer(place)
	if !ok {
		return nil, fmt.Errorf("unsupported operand type(s) for +: 'int' and '%s'", value.TypeName(place))
	}
	return value.Int(new(big.Int).Add(n, m).String()), nil
}
