// Package text writes a value as the AWS CLI's --output text does: one line for the scalars of an object,
// separated by tabs and sorted by key, after the upper-case key of the object, then the objects and lists in
// it. Nothing is escaped, and columns have no names.
package text

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Append appends a value. On an error, which has Python's message, it has appended what the AWS CLI would
// have written before it.
func Append(dst []byte, v value.Value) ([]byte, error) {
	w := writer{out: dst}
	err := w.value(v, nil, nil)
	return w.out, err
}

// A writer appends lines, cell by cell. Keys are kept on a stack, so that few lists are allocated.
type writer struct {
	out  []byte
	line int // where the current line begins in out
	keys []string
}

// columns are the keys of the scalars that each object of a list shows; nil: its own.
type columns []string

func (w *writer) value(v value.Value, name *string, c columns) error {
	switch v := v.(type) {
	case *value.Object:
		return w.object(v, name, c)
	case value.List:
		return w.list(v, name)
	}
	w.begin(nil)
	w.cell(v)
	return w.end()
}

// begin begins a line with the name in upper case, if there is one.
func (w *writer) begin(name *string) {
	w.line = len(w.out)
	if name != nil {
		w.out = append(appendUpper(w.out, *name), '\t')
	}
}

// cell appends a value and a tab.
func (w *writer) cell(v value.Value) {
	w.out = append(value.AppendStr(w.out, v), '\t')
}

// end turns the last tab into the end of the line. If the line cannot be encoded, it drops all of it.
func (w *writer) end() error {
	w.out[len(w.out)-1] = '\n'
	if err := value.CheckEncodableBytes(w.out[w.line:]); err != nil {
		w.out = w.out[:w.line]
		return err
	}
	return nil
}

func (w *writer) object(o *value.Object, name *string, c columns) error {
	base := len(w.keys)
	defer func() { w.keys = w.keys[:base] }()
	if c == nil {
		c = w.push(o, isScalar)
	}
	if len(c) > 0 {
		w.begin(name)
		for _, key := range c {
			if v, ok := o.Get(key); ok {
				w.cell(v)
			} else {
				w.cell("")
			}
		}
		if err := w.end(); err != nil {
			return err
		}
	}
	others := w.others(o, c)
	for i := range others {
		v, _ := o.Get(others[i])
		if err := w.value(v, &others[i], nil); err != nil {
			return err
		}
	}
	return nil
}

// push pushes the keys of an object whose values are of a kind, and returns them, sorted.
func (w *writer) push(o *value.Object, kind func(value.Value) bool) []string {
	base := len(w.keys)
	for key, v := range o.All() {
		if kind(v) {
			w.keys = append(w.keys, key)
		}
	}
	return sorted(w.keys[base:])
}

// others pushes the keys of an object that are not shown as columns, and returns them, sorted. Keys of
// scalars are always shown.
func (w *writer) others(o *value.Object, c columns) []string {
	base := len(w.keys)
	for key, v := range o.All() {
		if isScalar(v) {
			continue
		}
		if _, shown := slices.BinarySearch(c, key); !shown {
			w.keys = append(w.keys, key)
		}
	}
	return sorted(w.keys[base:])
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
	return w.scalars(l, name)
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
	base := len(w.keys)
	defer func() { w.keys = w.keys[:base] }()
	c, err := w.columns(l)
	if err != nil {
		return err
	}
	for _, v := range l {
		if err := w.value(v, name, c); err != nil {
			return err
		}
	}
	return nil
}

// columns pushes the keys that have a scalar in any object of a list, and returns them, sorted.
func (w *writer) columns(l value.List) (columns, error) {
	base := len(w.keys)
	var last *value.Object
	for _, v := range l {
		o, ok := v.(*value.Object)
		if !ok {
			return nil, fmt.Errorf("'%s' object has no attribute 'items'", value.TypeName(v))
		}
		if alike(last, o) {
			continue
		}
		last = o
		for key, v := range o.All() {
			if !isScalar(v) {
				continue
			}
			if at, seen := slices.BinarySearch(w.keys[base:], key); !seen {
				w.keys = slices.Insert(w.keys, base+at, key)
			}
		}
	}
	return w.keys[base:len(w.keys):len(w.keys)], nil
}

// alike reports whether two objects have the same keys with the same kinds of values, in the same order.
func alike(a, b *value.Object) bool {
	if a == nil || a.Len() != b.Len() {
		return false
	}
	for i := range a.Len() {
		key, v := a.At(i)
		if other, w := b.At(i); key != other || isScalar(v) != isScalar(w) {
			return false
		}
	}
	return true
}

// lists writes the scalars of a list, then the lists in it.
func (w *writer) lists(l value.List, name *string) error {
	var plain value.List
	for _, v := range l {
		if isScalar(v) {
			plain = append(plain, v)
		}
	}
	if err := w.scalars(plain, name); err != nil {
		return err
	}
	for _, v := range l {
		if isScalar(v) {
			continue
		}
		if err := w.value(v, name, nil); err != nil {
			return err
		}
	}
	return nil
}

// scalars writes a line for each scalar of a list that has a name, else one for all.
func (w *writer) scalars(l value.List, name *string) error {
	for i, v := range l {
		if i == 0 || name != nil {
			w.begin(name)
		}
		w.cell(v)
		if i == len(l)-1 || name != nil {
			if err := w.end(); err != nil {
				return err
			}
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
	slices.Sort(keys)
	return keys
}

// expansions are the letters whose upper case is several letters.
// https://www.unicode.org/Public/UCD/latest/ucd/SpecialCasing.txt
var expansions = strings.NewReplacer(
	"ß", "SS", "ŉ", "ʼN", "ǰ", "J̌", "ΐ", "Ϊ́", "ΰ", "Ϋ́", "և", "ԵՒ",
	"ﬀ", "FF", "ﬁ", "FI", "ﬂ", "FL", "ﬃ", "FFI", "ﬄ", "FFL", "ﬅ", "ST", "ﬆ", "ST",
)

func appendUpper(dst []byte, name string) []byte {
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			return append(dst[:len(dst)-i], strings.ToUpper(expansions.Replace(name))...)
		case 'a' <= c && c <= 'z':
			dst = append(dst, c-'a'+'A')
		default:
			dst = append(dst, c)
		}
	}
	return dst
}
