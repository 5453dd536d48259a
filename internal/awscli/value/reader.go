package value

// A Reader reads a JSON text piece by piece, for a caller that knows its structure. It parses values as
// Decode does; on anything unexpected it gives up, and the caller must use Decode. Once it has given up, the
// results of its methods are meaningless.
//
// Objects and lists share larger blocks of memory, so they should be released together.
type Reader struct {
	decoder
	gaveUp  bool
	objects []Object // free space
	pairs   []member
	slots   []Value
	recent  [128]Value // strings that may occur again
}

// NewReader returns a Reader for a text, which must be UTF-8.
func NewReader(text string) *Reader { return &Reader{decoder: decoder{text: text}} }

// GiveUp makes the Reader give up.
func (r *Reader) GiveUp() { r.gaveUp = true }

// Next returns the first byte of the next piece; 0 at the end.
func (r *Reader) Next() byte {
	r.space()
	return r.peek()
}

// End reports whether the text was read to its end.
func (r *Reader) End() bool {
	r.space()
	return !r.gaveUp && r.at == len(r.text)
}

// Open reads the first byte of an object or list and reports whether it is not empty; it reads an empty one
// to its end.
func (r *Reader) Open(begin, end byte) bool {
	if r.gaveUp || r.Next() != begin {
		r.gaveUp = true
		return false
	}
	r.at++
	if r.Next() != end {
		return true
	}
	r.at++
	return false
}

// More reads what follows an element and reports whether there is another one.
func (r *Reader) More(end byte) bool {
	if r.gaveUp {
		return false
	}
	more, err := r.more(end)
	if err != nil {
		r.gaveUp = true
	}
	return more
}

// Key reads a key and the colon after it.
func (r *Reader) Key() string {
	if r.peek() != '"' {
		r.gaveUp = true
		return ""
	}
	key, err := r.quoted()
	if err != nil || r.Next() != ':' {
		r.gaveUp = true
		return ""
	}
	r.at++
	return key
}

// Scalar reads a value that is neither an object nor a list.
func (r *Reader) Scalar() (v Value) {
	var err error
	switch r.Next() {
	case '"':
		var s string
		s, err = r.quoted()
		v = r.shared(s)
	case '{', '[':
		r.gaveUp = true
	default:
		v, err = r.value()
	}
	if err != nil {
		r.gaveUp = true
	}
	return v
}

// shared returns a text as a value, reusing that of an equal text if it is cached, because many texts are
// repeated.
func (r *Reader) shared(s string) Value {
	const longest = 40
	if len(s) == 0 || len(s) > longest {
		return s
	}
	place := &r.recent[(int(s[0])+int(s[len(s)-1])*7+len(s)*31)%len(r.recent)]
	if known, ok := (*place).(string); ok && known == s {
		return *place
	}
	*place = s
	return *place
}

// Skip reads any value. It must be nested less than 30 levels deep.
func (r *Reader) Skip() {
	const below = 30
	r.depth += below
	r.space()
	if _, err := r.value(); err != nil {
		r.gaveUp = true
	}
	r.depth -= below
}

// Object returns an empty object with space for n members.
func (r *Reader) Object(n int) *Object {
	const chunk = 256
	if len(r.objects) == 0 {
		r.objects = make([]Object, chunk)
	}
	if len(r.pairs) < n {
		r.pairs = make([]member, max(n, 2*chunk))
	}
	o := &r.objects[0]
	o.members = r.pairs[:0:n]
	r.objects, r.pairs = r.objects[1:], r.pairs[n:]
	return o
}

// noElements is every empty list.
var noElements Value = List{}

// List returns a list of some elements, which are copied.
func (r *Reader) List(elements []Value) Value {
	const chunk = 256
	n := len(elements)
	if n == 0 {
		return noElements
	}
	if len(r.slots) < n {
		r.slots = make([]Value, max(n, chunk))
	}
	l := List(r.slots[:n:n])
	copy(l, elements)
	r.slots = r.slots[n:]
	return l
}
