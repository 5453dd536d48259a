// Package text writes a value as the AWS CLI's --output text does: one line for the scalars of an
// object, separated by tabs and sorted by key, with the upper-case key of the object in front, then
// the objects and lists in it. Nothing is escaped, and nothing says which column is which.
package text

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Append appends a value. On an error, which has Python's words, what was appended is what the AWS
// CLI has written before it.
func Append(dst []byte, v value.Value) ([]byte, error) {
	w := writer{out: dst}
	err := w.value(v, nil, nil)
	return w.out, err
}

type writer struct{ out []byte }

// columns are the keys of the scalars that each object of a list shows; nil: its own.
type columns []string

func (w *writer) value(v value.Value, name *string, c columns) error {
	switch v := v.(type) {
	case *value.Object:
		return w.object(v, name, c)
	case value.List:
		return w.list(v, name)
	}
	return w.line(value.Str(v))
}

func (w *writer) line(cells ...string) error {
	start := len(w.out)
	for i, cell := range cells {
		if i > 0 {
			w.out = append(w.out, '\t')
		}
		w.out = append(w.out, cell...)
	}
	if err := value.CheckEncodable(string(w.out[start:])); err != nil {
		w.out = w.out[:start]
		return err
	}
	w.out = append(w.out, '\n')
	return nil
}

func (w *writer) object(o *value.Object, name *string, c columns) error {
	cells, nested := scalars(o), others(o)
	if c != nil {
		cells, nested = c.cells(o), c.others(o)
	}
	if len(cells) > 0 {
		if name != nil {
			cells = slices.Insert(cells, 0, upper(*name))
		}
		if err := w.line(cells...); err != nil {
			return err
		}
	}
	for _, key := range nested {
		v, _ := o.Get(key)
		if err := w.value(v, &key, nil); err != nil {
			return err
		}
	}
	return nil
}

func scalars(o *value.Object) []string {
	var cells []string
	for _, key := range sorted(o.Keys()) {
		if v, _ := o.Get(key); isScalar(v) {
			cells = append(cells, value.Str(v))
		}
	}
	return cells
}

func others(o *value.Object) []string {
	var keys []string
	for key, v := range o.All() {
		if !isScalar(v) {
			keys = append(keys, key)
		}
	}
	return sorted(keys)
}

func (c columns) cells(o *value.Object) []string {
	var cells []string
	for _, key := range c {
		cell := ""
		if v, ok := o.Get(key); ok {
			cell = value.Str(v)
		}
		cells = append(cells, cell)
	}
	return cells
}

func (c columns) others(o *value.Object) []string {
	var keys []string
	for key := range o.All() {
		if _, shown := slices.BinarySearch(c, key); !shown {
			keys = append(keys, key)
		}
	}
	return sorted(keys)
}

func (w *writer) list(l value.List, name *string) error {
	objects, lists := kinds(l)
	switch {
	case len(l) == 0:
		return nil
	case objects:
		return w.objects(l, name)
	case lists:
		return w.lists(l, name)
	}
	return w.scalarList(l, name)
}

func kinds(l value.List) (objects, lists bool) {
	for _, v := range l {
		switch v.(type) {
		case *value.Object:
			objects = true
		case value.List:
			lists = true
		}
	}
	return objects, lists
}

func (w *writer) objects(l value.List, name *string) error {
	seen := map[string]bool{}
	for _, v := range l {
		o, ok := v.(*value.Object)
		if !ok {
			return fmt.Errorf("'%s' object has no attribute 'items'", value.TypeName(v))
		}
		for key, v := range o.All() {
			if isScalar(v) {
				seen[key] = true
			}
		}
	}
	c := columns{}
	for key := range seen {
		c = append(c, key)
	}
	sort.Strings(c)
	for _, v := range l {
		if err := w.value(v, name, c); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) lists(l value.List, name *string) error {
	var plain, nested value.List
	for _, v := range l {
		if isScalar(v) {
			plain = append(plain, v)
		} else {
			nested = append(nested, v)
		}
	}
	if len(plain) > 0 {
		if err := w.scalarList(plain, name); err != nil {
			return err
		}
	}
	for _, v := range nested {
		if err := w.value(v, name, nil); err != nil {
			return err
		}
	}
	return nil
}

// scalarList writes a line for each scalar of a list that has a name, else one for all.
func (w *writer) scalarList(l value.List, name *string) error {
	var cells []string
	for _, v := range l {
		cells = append(cells, value.Str(v))
	}
	if name == nil {
		return w.line(cells...)
	}
	for _, cell := range cells {
		if err := w.line(upper(*name), cell); err != nil {
			return err
		}
	}
	return nil
}

func isScalar(v value.Value) bool {
	switch v.(type) {
	case value.List, *value.Object:
		return false
	}
	return true
}

func sorted(keys []string) []string {
	sort.Strings(keys)
	return keys
}

// expansions are the letters whose upper case is several letters.
// https://www.unicode.org/Public/UCD/latest/ucd/SpecialCasing.txt
var expansions = strings.NewReplacer(
	"ß", "SS", "ŉ", "ʼN", "ǰ", "J̌", "ΐ", "Ϊ́", "ΰ", "Ϋ́", "և", "ԵՒ",
	"ﬀ", "FF", "ﬁ", "FI", "ﬂ", "FL", "ﬃ", "FFI", "ﬄ", "FFL", "ﬅ", "ST", "ﬆ", "ST",
)

func upper(name string) string { return strings.ToUpper(expansions.Replace(name)) }
