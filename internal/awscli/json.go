package awscli

import (
	"errors"
	"fmt"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/paging"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// appendJSON appends a result with its newline; an empty object gives nothing. On an error what was
// appended is what the AWS CLI has written before it.
func appendJSON(dst []byte, v value.Value) ([]byte, error) {
	o, ok := v.(*value.Object)
	if ok && o.Len() == 0 {
		return dst, nil
	}
	dst, err := appendValue(dst, v, 0)
	if err != nil {
		return dst, err
	}
	return append(dst, '\n'), nil
}

// appendValue is value.AppendIndent for a result that may have lists which are encoded already.
func appendValue(dst []byte, v value.Value, depth int) ([]byte, error) {
	const lists = 2 // the depth at which they are
	if l, ok := v.(*encoded); ok {
		return l.appendTo(dst)
	}
	o, ok := v.(*value.Object)
	if !ok || depth == lists || o.Len() == 0 {
		return value.AppendIndent(dst, v, depth)
	}
	separator := byte('{')
	for key, v := range o.All() {
		var err error
		dst = value.AppendNewline(append(dst, separator), depth+1)
		if dst, err = value.AppendIndent(dst, key, depth+1); err != nil {
			return dst, err
		}
		if dst, err = appendValue(append(dst, ": "...), v, depth+1); err != nil {
			return dst, err
		}
		separator = ','
	}
	return append(value.AppendNewline(dst, depth), '}'), nil
}

// An encoded is a list that is kept as the JSON that it becomes: page by page, so that no page is
// held as values longer than needed.
type encoded struct {
	text []byte
	any  bool
	err  error // what cannot be encoded; text then ends in front of it
}

func newEncoded() paging.Sink { return &encoded{} }

// elementDepth is how deep the elements of the lists are.
const elementDepth = 3

func (e *encoded) Add(elements value.List) {
	for _, v := range elements {
		if e.err != nil {
			return
		}
		if e.any {
			e.text = append(e.text, ',')
		}
		e.any = true
		e.text = value.AppendNewline(e.text, elementDepth)
		e.text, e.err = value.AppendIndent(e.text, v, elementDepth)
	}
}

func (e *encoded) Whole() value.Value { return e }

func (e *encoded) appendTo(dst []byte) ([]byte, error) {
	if !e.any {
		return append(dst, "[]"...), nil
	}
	dst = append(append(dst, '['), e.text...)
	if e.err != nil {
		return dst, e.err
	}
	return append(value.AppendNewline(dst, elementDepth-1), ']'), nil
}

// A tree is a list that is kept as it is.
type tree struct{ elements value.List }

func newTree() paging.Sink { return &tree{elements: value.List{}} }

func (t *tree) Add(elements value.List) { t.elements = append(t.elements, elements...) }
func (t *tree) Whole() value.Value      { return t.elements }

func noAttribute(v value.Value, name string) error {
	return fmt.Errorf("'%s' object has no attribute '%s'", value.TypeName(v), name)
}

// brokenPipe is what text output says when it cannot be written.
func brokenPipe(err error) error { return errors.New(api.ErrnoText(err)) }
