package value

import (
	"iter"
	"slices"
)

// Object is a Python dict with string keys: it keeps the order in which keys came first. The zero
// value is an empty one. Reading from several goroutines at once is safe, writing is not.
type Object struct {
	members []member
	index   map[string]int // where a key is; nil while there are few
}

type member struct {
	key   string
	value Value
}

// few is the number of members up to which looking at each is quicker than a map.
const few = 32

// NewObject returns an object of keys and values in turn: NewObject("a", Int("1"), "b", nil).
func NewObject(pairs ...Value) *Object {
	o := Sized(len(pairs) / 2)
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Sized returns an empty object with room for n members.
func Sized(n int) *Object { return &Object{members: make([]member, 0, n)} }

// Get returns the value of a key and whether there is one.
func (o *Object) Get(key string) (Value, bool) {
	if i := o.find(key); i >= 0 {
		return o.members[i].value, true
	}
	return nil, false
}

// Set returns a key a value. A key that is there keeps its place, a new one goes to the end.
func (o *Object) Set(key string, v Value) {
	if i := o.find(key); i >= 0 {
		o.members[i].value = v
	} else {
		o.Add(key, v)
	}
}

// Add returns a value to a key that is known not to be there.
func (o *Object) Add(key string, v Value) {
	o.members = append(o.members, member{key, v})
	if o.index != nil {
		o.index[key] = len(o.members) - 1
	} else if len(o.members) > few {
		o.reindex()
	}
}

// Clear removes all keys. Their room is used again.
func (o *Object) Clear() { o.members, o.index = o.members[:0], nil }

// Delete removes a key, if it is there.
func (o *Object) Delete(key string) {
	i := o.find(key)
	if i < 0 {
		return
	}
	o.members = slices.Delete(o.members, i, i+1)
	if o.index != nil {
		o.reindex()
	}
}

// Keys returns the keys in order, in a slice of the caller's own.
func (o *Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.key
	}
	return keys
}

// Len returns the number of keys.
func (o *Object) Len() int { return len(o.members) }

// At returns the key and the value at a place in the order.
func (o *Object) At(i int) (key string, v Value) { return o.members[i].key, o.members[i].value }

// All goes through keys and values in order. The object must not change meanwhile.
func (o *Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, m := range o.members {
			if !yield(m.key, m.value) {
				return
			}
		}
	}
}

// Clone returns an object with the same values that can be changed on its own.
func (o *Object) Clone() *Object {
	c := &Object{members: slices.Clone(o.members)}
	if o.index != nil {
		c.reindex()
	}
	return c
}

func (o *Object) find(key string) int {
	if o.index != nil {
		if i, ok := o.index[key]; ok {
			return i
		}
		return -1
	}
	for i := range o.members {
		if o.members[i].key == key {
			return i
		}
	}
	return -1
}

func (o *Object) reindex() {
	o.index = make(map[string]int, len(o.members))
	for i, m := range o.members {
		o.index[m.key] = i
	}
}
