// Package jsonw writes long JSON documents piece by piece, so that the lists of a report are never in
// memory as one document.
package jsonw

import (
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// A Writer writes one JSON document and keeps the first error.
type Writer struct {
	enc *jsontext.Encoder
	err error
}

// options escape characters with a meaning in HTML or JavaScript; safe.JSON escapes the rest.
var options = json.JoinOptions(
	jsontext.EscapeForHTML(true),
	jsontext.EscapeForJS(true),
	jsontext.AllowInvalidUTF8(true), // written as U+FFFD
	json.Deterministic(true),
)

// New returns a Writer to out.
func New(out io.Writer) *Writer { return &Writer{enc: jsontext.NewEncoder(safe.JSON(out), options)} }

// Token writes a token, such as jsontext.BeginObject.
func (w *Writer) Token(t jsontext.Token) {
	if w.err == nil {
		w.err = w.enc.WriteToken(t)
	}
}

// Name writes the name of a member.
func (w *Writer) Name(name string) { w.Token(jsontext.String(name)) }

// Value writes a value: a whole document, an element, or what follows a Name.
func (w *Writer) Value(v any) {
	if w.err == nil {
		w.err = json.MarshalEncode(w.enc, v)
	}
}

// Member writes a name and its value.
func (w *Writer) Member(name string, v any) {
	w.Name(name)
	w.Value(v)
}

// Err returns the first error.
func (w *Writer) Err() error { return w.err }
