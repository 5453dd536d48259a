package jmes

import (
	"fmt"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// merge updates a new object with each argument in turn. Only the first one must be an object; like
// dict.update, merge also accepts a list of pairs.
func merge(args value.List) (value.Value, error) {
	out := &value.Object{}
	for _, a := range args {
		if o, ok := a.(*value.Object); ok {
			for k, v := range o.All() {
				out.Set(k, v)
			}
			continue
		}
		pairs, ok := sequence(a)
		if !ok {
			return nil, failure("'" + value.TypeName(a) + "' object is not iterable")
		}
		for i, p := range pairs {
			if err := setPair(out, p, i); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// sequence returns what Python iterates over in a value: the elements of a list, the characters of a text,
// the keys of an object.
func sequence(v value.Value) (value.List, bool) {
	switch v := v.(type) {
	case value.List:
		return v, true
	case string:
		var l value.List
		for i := 0; i < len(v); {
			_, size := value.Rune(v[i:])
			l = append(l, v[i:i+size])
			i += size
		}
		return l, true
	case *value.Object:
		l, _ := keys(value.List{v})
		return l.(value.List), true
	}
	return nil, false
}

func setPair(o *value.Object, pair value.Value, i int) error {
	l, ok := sequence(pair)
	if !ok {
		return failure(fmt.Sprintf("cannot convert dictionary update sequence element #%d to a sequence", i))
	}
	if len(l) != 2 {
		return failure(fmt.Sprintf("dictionary update sequence element #%d has length %d; 2 is required", i, len(l)))
	}
	switch key := l[0].(type) {
	case string:
		o.Set(key, l[1])
		return nil
	case value.List, *value.Object:
		return failure("unhashable type: '" + value.TypeName(key) + "'")
	default:
		return failure("keys must be str, not " + value.TypeName(key))
	}
}
