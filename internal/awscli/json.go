package awscli

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/ecrgate/ecrgate/internal/awscli/api"
	"github.com/ecrgate/ecrgate/internal/awscli/paging"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// writeJSON writes a result with its newline; an empty object gives nothing. On an error what was
// written is what the AWS CLI has written before it. Whether somebody reads it is of no concern.
func writeJSON(to io.Writer, v value.Value) error {
	if o, ok := v.(*value.Object); ok && o.Len() == 0 {
		return nil
	}
	w := jsonWriter{to: to}
	err := w.value(v, 0)
	if err == nil {
		w.out = append(w.out, '\n')
	}
	w.flush()
	return err
}

// A jsonWriter writes what it has made when it comes to a list that is encoded already.
type jsonWriter struct {
	to  io.Writer
	out []byte
}

func (w *jsonWriter) flush() {
	_, _ = w.to.Write(w.out)
	w.out = w.out[:0]
}

// value is value.AppendIndent for a result that may have lists which are encoded already.
func (w *jsonWriter) value(v value.Value, depth int) (err error) {
	const lists = 2 // the depth at which they are
	if l, ok := v.(*encoded); ok {
		return w.encoded(l)
	}
	o, ok := v.(*value.Object)
	if !ok || depth == lists || o.Len() == 0 {
		w.out, err = value.AppendIndent(w.out, v, depth)
		return err
	}
	separator := byte('{')
	for key, v := range o.All() {
		w.out = value.AppendNewline(append(w.out, separator), depth+1)
		if w.out, err = value.AppendIndent(w.out, key, depth+1); err != nil {
			return err
		}
		w.out = append(w.out, ": "...)
		if err := w.value(v, depth+1); err != nil {
			return err
		}
		separator = ','
	}
	w.out = append(value.AppendNewline(w.out, depth), '}')
	return nil
}

func (w *jsonWriter) encoded(e *encoded) error {
	if len(e.pages) == 0 {
		w.out = append(w.out, "[]"...)
		return nil
	}
	w.out = append(w.out, '[')
	w.flush()
	for _, page := range e.pages {
		_, _ = w.to.Write(page)
	}
	if e.err != nil {
		return e.err
	}
	w.out = append(value.AppendNewline(w.out, elementDepth-1), ']')
	return nil
}

// An encoded is a list that is kept as the JSON that it becomes: page by page, so that no page is
// held as values longer than needed, and no text is held twice.
type encoded struct {
	pages   [][]byte
	scratch []byte // for the page at hand
	err     error  // what cannot be encoded; the text then ends in front of it
}

func newEncoded() paging.Sink { return &encoded{} }

// elementDepth is how deep the elements of the lists are.
const elementDepth = 3

func (e *encoded) Add(elements value.List) {
	if e.err != nil || len(elements) == 0 {
		return
	}
	e.scratch = e.scratch[:0]
	for i, v := range elements {
		if i > 0 || len(e.pages) > 0 {
			e.scratch = append(e.scratch, ',')
		}
		e.scratch = value.AppendNewline(e.scratch, elementDepth)
		if e.scratch, e.err = value.AppendIndent(e.scratch, v, elementDepth); e.err != nil {
			break
		}
	}
	e.pages = append(e.pages, bytes.Clone(e.scratch))
}

func (e *encoded) Whole() value.Value { return e }

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
