package table

import (
	"errors"
	"fmt"
	"sort"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A builder builds the sections of a value.
type builder struct{ sections []*section }

func (b *builder) current() *section { return b.sections[len(b.sections)-1] }

func (b *builder) open(title *string, indent int) {
	b.sections = append(b.sections, newSection(title, indent))
}

// build adds the sections of a value; a value that is false in Python has none. Without a title, it continues
// the current section.
func (b *builder) build(title *string, v value.Value, indent int) error {
	if !value.True(v) {
		return nil
	}
	if title != nil {
		b.open(title, indent)
	}
	switch v := v.(type) {
	case *value.Object:
		return b.object(v, indent)
	case value.List:
		if _, ok := v[0].(*value.Object); ok {
			return b.objects(title, v, indent)
		}
		return b.list(v)
	}
	return nil
}

func (b *builder) object(o *value.Object, indent int) error {
	headers, more := split(o)
	if err := b.scalars(o, headers); err != nil {
		return err
	}
	return b.nested(o, more, indent+1)
}

// scalars adds one scalar as a row with its key, several as a row below their keys.
func (b *builder) scalars(o *value.Object, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	cells := cells(o, keys)
	if len(keys) == 1 {
		return b.current().addRow([]string{keys[0], cells[0]})
	}
	if err := b.current().setHeaders(keys); err != nil {
		return err
	}
	return b.current().addRow(cells)
}

func cells(o *value.Object, keys []string) []string {
	row := make([]string, len(keys))
	for i, key := range keys {
		if v, ok := o.Get(key); ok {
			row[i] = value.Str(v)
		}
	}
	return row
}

// objects adds a row for each object of a list, and separate sections if any has nested values.
func (b *builder) objects(title *string, l value.List, indent int) error {
	headers, more, err := splitAll(l)
	if err != nil {
		return err
	}
	for i, v := range l {
		if i > 0 && len(more) > 0 {
			b.open(title, indent)
		}
		if i == 0 || len(more) > 0 {
			if err := b.current().setHeaders(headers); err != nil {
				return err
			}
		}
		o, ok := v.(*value.Object)
		if !ok {
			return fmt.Errorf("'%s' object has no attribute 'get'", value.TypeName(v))
		}
		if err := b.current().addRow(cells(o, headers)); err != nil {
			return err
		}
		if err := b.nested(o, more, indent+1); err != nil {
			return err
		}
	}
	return nil
}

// nested adds the sections of those members that an object has.
func (b *builder) nested(o *value.Object, keys []string, indent int) error {
	for _, key := range keys {
		if v, ok := o.Get(key); ok {
			if err := b.build(&key, v, indent); err != nil {
				return err
			}
		}
	}
	return nil
}

// list adds the elements of a list that does not begin with an object: an element with only scalars is a row.
func (b *builder) list(l value.List) error {
	for _, v := range l {
		items := value.List{v}
		if !isScalar(v) {
			items = elements(v)
		}
		var err error
		if allScalars(items) {
			err = b.row(items)
		} else {
			err = b.build(nil, v, 0)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func allScalars(l value.List) bool {
	for _, v := range l {
		if !isScalar(v) {
			return false
		}
	}
	return true
}

func (b *builder) row(l value.List) error {
	row := []string{}
	for _, v := range l {
		row = append(row, value.Str(v))
	}
	return b.current().addRow(row)
}

// elements returns what a Python loop over a list or an object yields: the keys of an object.
func elements(v value.Value) value.List {
	if l, ok := v.(value.List); ok {
		return l
	}
	var keys value.List
	for _, key := range v.(*value.Object).Keys() {
		keys = append(keys, key)
	}
	return keys
}

func isScalar(v value.Value) bool {
	switch v.(type) {
	case value.List, *value.Object:
		return false
	}
	return true
}

// split returns the keys of an object's scalars and of its other members, sorted.
func split(o *value.Object) (headers, more []string) {
	for key, v := range o.All() {
		if isScalar(v) {
			headers = append(headers, key)
		} else {
			more = append(more, key)
		}
	}
	sort.Strings(headers)
	sort.Strings(more)
	return headers, more
}

// splitAll is like split, for all objects of a list together.
func splitAll(l value.List) (headers, more []string, err error) {
	inHeaders, inMore := map[string]bool{}, map[string]bool{}
	for _, v := range l {
		o, ok := v.(*value.Object)
		if !ok {
			if err := iterationError(v); err != nil {
				return nil, nil, err
			}
			continue
		}
		for key, v := range o.All() {
			if isScalar(v) {
				inHeaders[key] = true
			} else {
				inMore[key] = true
			}
		}
	}
	return sortedKeys(inHeaders), sortedKeys(inMore), nil
}

// iterationError returns Python's message for accessing the members of something other than an object. In an
// empty text or list, Python finds none and fails later.
func iterationError(v value.Value) error {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		return errors.New("string indices must be integers, not 'str'")
	case value.List:
		if len(v) == 0 {
			return nil
		}
		return fmt.Errorf("list indices must be integers or slices, not %s", value.TypeName(v[0]))
	}
	return fmt.Errorf("'%s' object is not iterable", value.TypeName(v))
}

func sortedKeys(set map[string]bool) []string {
	keys := []string{}
	for key := range set {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
