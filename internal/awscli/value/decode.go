package value

import "unicode/utf8"

// maxDepth is how deep lists and objects may be nested. Python fails slightly below its recursion limit of
// 1000.
const maxDepth = 990

// A DepthError is the error for a JSON text that is nested too deeply, with Python's message. In Python it is
// not a syntax error.
type DepthError struct{ What string }

func (e *DepthError) Error() string {
	return "maximum recursion depth exceeded while decoding a JSON " + e.What + " from a unicode string"
}

// Decode reads a JSON text as Python's json.loads reads a str: NaN, Infinity and -Infinity are numbers; for a
// duplicate key the last value wins, at the position of the first; integers keep their digits. Strings share
// one copy of text.
//
// Errors: *SyntaxError; *UnicodeError if text is not UTF-8 (surrogates are allowed); *IntError; *DepthError.
func Decode(text []byte) (Value, error) {
	d := decoder{text: string(text)}
	if !utf8.ValidString(d.text) {
		if err := checkCodePoints(text); err != nil {
			return nil, err
		}
	}
	if len(d.text) >= 3 && d.text[:3] == "\ufeff" {
		return nil, syntaxError("Unexpected UTF-8 BOM (decode using utf-8-sig)", "", 0)
	}
	d.space()
	v, err := d.value()
	if err != nil {
		return nil, err
	}
	if d.space(); d.at < len(d.text) {
		return nil, d.error("Extra data", d.at)
	}
	return v, nil
}

// checkCodePoints is CheckUTF8, but allows surrogates.
func checkCodePoints(text []byte) error {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			if !surrogate(string(text[at:min(at+3, len(text))])) {
				return undecodable(text, at)
			}
			size = 3
		}
		at += size
	}
	return nil
}

// A decoder is at a position in a text. Elements and members of incomplete lists and objects are on two
// stacks, so that each is allocated once, in its final size.
type decoder struct {
	text    string
	at      int
	depth   int
	values  []Value
	members []member
}

func (d *decoder) error(msg string, at int) error { return syntaxError(msg, d.text, at) }

// space advances to the next byte that is not white space.
func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\n', '\r', '\t':
			d.at++
		default:
			return
		}
	}
}

// peek returns the byte at the current position; 0 at the end.
func (d *decoder) peek() byte {
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

func (d *decoder) value() (Value, error) {
	switch d.peek() {
	case '"':
		return d.string()
	case '{':
		return d.nested("object", (*decoder).object)
	case '[':
		return d.nested("array", (*decoder).list)
	case 'n':
		return d.word("null", nil)
	case 't':
		return d.word("true", true)
	case 'f':
		return d.word("false", false)
	}
	return d.number()
}

// word parses a word that is a value.
func (d *decoder) word(word string, v Value) (Value, error) {
	if len(d.text)-d.at < len(word) || d.text[d.at:d.at+len(word)] != word {
		return nil, d.error("Expecting value", d.at)
	}
	d.at += len(word)
	return v, nil
}

func (d *decoder) nested(what string, read func(*decoder) (Value, error)) (Value, error) {
	if d.depth++; d.depth > maxDepth {
		return nil, &DepthError{what}
	}
	d.at++
	v, err := read(d)
	d.depth--
	return v, err
}

func (d *decoder) list() (Value, error) {
	base := len(d.values)
	if d.space(); d.peek() == ']' {
		d.at++
		return List{}, nil
	}
	for {
		v, err := d.value()
		if err != nil {
			return nil, err
		}
		d.values = append(d.values, v)
		more, err := d.more(']')
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	l := make(List, len(d.values)-base)
	copy(l, d.values[base:])
	d.values = d.values[:base]
	return l, nil
}

// more parses what follows an element: a comma or the end.
func (d *decoder) more(end byte) (bool, error) {
	d.space()
	switch d.peek() {
	case end:
		d.at++
		return false, nil
	case ',':
		d.at++
		d.space()
		return true, nil
	}
	return false, d.error("Expecting ',' delimiter", d.at)
}
