package scan

import (
	"bytes"
	"errors"
	"hash/maphash"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// NextToken returns the next token of a response without parsing all of it: the value of the last
// nextToken in the bytes. That is a guess until ReadPage confirms it. It is empty when there is none.
func NextToken(raw []byte) string {
	_, token, _ := cutToken(raw)
	return token
}

// cutToken returns the next token, and the bytes before and after it. Without a token, all of them are before.
func cutToken(raw []byte) (before []byte, token string, after []byte) {
	name := []byte(`"nextToken"`)
	at := bytes.LastIndex(raw, name)
	if at < 0 {
		return raw, "", nil
	}
	value := bytes.TrimLeft(raw[at+len(name):], ": \t\r\n")
	dec := jsontext.NewDecoder(bytes.NewBuffer(value), jsontext.AllowInvalidUTF8(true))
	t, err := dec.ReadToken()
	if err != nil || t.Kind() != '"' || t.String() == "" {
		return raw, "", nil
	}
	return raw[:len(raw)-len(value)], t.String(), value[dec.InputOffset():]
}

// A PageReader reads the pages of one image, repeatedly until its scan has settled. It parses a page only if
// it has changed. Call Restart before the first page.
type PageReader struct {
	// Texts interns the strings of the findings; nil for none.
	Texts *Texts

	last, current map[pageKey]*Page
}

// A pageKey depends on the bytes before and after the next token, not on the token, which ECR may change in
// every response.
type pageKey struct{ before, after uint64 }

// Restart starts another reading. It keeps only the pages of the previous reading.
func (r *PageReader) Restart() { r.last, r.current = r.current, map[pageKey]*Page{} }

// ReadPage is like the function ReadPage. The page may share its findings with a page of the previous
// reading.
func (r *PageReader) ReadPage(raw []byte) (*Page, error) {
	before, token, after := cutToken(raw)
	key := pageKey{maphash.Bytes(seed, before), maphash.Bytes(seed, after)}
	page, known := r.last[key]
	if known {
		same := *page
		same.NextToken = token
		page = &same
	} else {
		var err error
		if page, err = ReadPage(raw); err != nil {
			return nil, err
		}
		if r.Texts != nil {
			r.Texts.Share(page.Findings)
		}
		if page.NextToken != token || !ofPage(after) {
			return page, nil
		}
	}
	r.current[key] = page
	return page, nil
}

// ofPage reports whether a token is the page's own and not that of an object inside it: then the object that
// contains the token ends where the page ends.
func ofPage(after []byte) bool {
	if len(after) == 0 {
		return true
	}
	object := io.MultiReader(strings.NewReader(`{"":""`), bytes.NewReader(after))
	dec := jsontext.NewDecoder(object, jsontext.AllowInvalidUTF8(true))
	if dec.SkipValue() != nil {
		return false
	}
	_, err := dec.ReadToken()
	return errors.Is(err, io.EOF)
}
