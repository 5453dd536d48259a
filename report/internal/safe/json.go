package safe

import (
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a writer that copies a JSON document to out and escapes, inside its strings, characters that
// are not shown as they are and the start of a runner's command (`##`). The document keeps its meaning:
// outside of strings, JSON has no such characters.
func JSON(out io.Writer) io.Writer { return &jsonWriter{out: out} }

type jsonWriter struct {
	out     io.Writer
	last    byte   // the last byte
	partial []byte // the start of a character whose remaining bytes have not arrived yet
	buffer  []byte
}

func (w *jsonWriter) Write(p []byte) (int, error) {
	text := p
	if len(w.partial) > 0 {
		text = append(w.partial, p...)
	}
	w.buffer, w.partial = w.buffer[:0], nil
	for len(text) > 0 {
		n := w.plain(text)
		w.buffer, text = append(w.buffer, text[:n]...), text[n:]
		if !utf8.FullRune(text) {
			w.partial = append([]byte{}, text...)
			break
		}
		r, size := utf8.DecodeRune(text)
		w.buffer, w.last, text = appendShown(w.buffer, text[:size], r), text[0], text[size:]
	}
	if _, err := w.out.Write(w.buffer); err != nil {
		return 0, err
	}
	return len(p), nil
}

// plain returns how many bytes need no escape, and records the last of them.
func (w *jsonWriter) plain(text []byte) int {
	last := w.last
	for i, c := range text {
		if c > '~' || c == '#' && last == '#' {
			w.last = last
			return i
		}
		last = c
	}
	w.last = last
	return len(text)
}

// appendShown appends a character, escaped unless it is shown as it is.
func appendShown(out, raw []byte, r rune) []byte {
	if r > '~' && !unicode.IsControl(r) && !hidden(r) {
		return append(out, raw...)
	}
	for _, unit := range utf16.AppendRune(nil, r) {
		out = fmt.Appendf(out, `\u%04x`, unit)
	}
	return out
}
