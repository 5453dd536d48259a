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

// writeJSON writes a result with a newline; nothing for an empty object. On an error, it has written what the
// AWS CLI would have written before it. It ignores a closed pipe.
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

// A jsonWriter flushes its output when it reaches a list that is already encoded.
type jsonWriter struct {
	to  io.Writer
	out []byte
}

func (w *jsonWriter) flush() {
	_, _ = w.to.Write(w.out)
	w.out = w.out[:0]
}

// value is value.AppendIndent for a result with lists that may already be encoded.
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

// An encoded is a list that is kept as JSON, page by page, so that no page is kept as values longer than
// needed and no text is kept twice.
type encoded struct {
	pages   [][]byte
	scratch []byte // for the current page
	err     error  // the encoding error; the text ends before it
}

func newEncoded() paging.Sink { return &encoded{} }

// elementDepth is the nesting depth of the lists' elements.
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

// A tree is a list that is kept as values.
type tree struct{ elements value.List }

func newTree() paging.Sink { return &tree{elements: value.List{}} }

func (t *tree) Add(elements value.List) { t.elements = append(t.elements, elements...) }
func (t *tree) Whole() value.Value      { return t.elements }

func noAttribute(v value.Value, name string) error {
	return fmt.Errorf("'%s' object has no attribute '%s'", value.TypeName(v), name)
}

// brokenPipe is the error of text output that cannot be written.
func brokenPipe(err error) error { return errors.New(api.ErrnoText(err)) }
