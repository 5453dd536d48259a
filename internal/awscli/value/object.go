package value

import (
	"iter"
	"slices"
)

// An Object is a Python dict with string keys: it keeps keys in insertion order. The zero value is empty.
// Concurrent reads are safe, writes are not.
type Object struct {
	members []member
	index   map[string]int // index of each key; nil while there are few
}

type member struct {
	key   string
	value Value
}

// few is the number of members up to which a linear search is faster than a map.
const few = 32

// NewObject returns an object of alternating keys and values: NewObject("a", Int("1"), "b", nil).
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

// Set sets the value of a key. An existing key keeps its position, a new one goes to the end.
func (o *Object) Set(key string, v Value) {
	if i := o.find(key); i >= 0 {
		o.members[i].value = v
	} else {
		o.Add(key, v)
	}
}

// Add adds a key that the object does not have.
func (o *Object) Add(key string, v Value) {
	o.members = append(o.members, member{key, v})
	if o.index != nil {
		o.index[key] = len(o.members) - 1
	} else if len(o.members) > few {
		o.reindex()
	}
}

// Clear removes all keys and keeps the memory.
func (o *Object) Clear() { o.members, o.index = o.members[:0], nil }

// Delete removes a key, if it exists.
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

// Keys returns the keys in order, in a new slice.
func (o *Object) Keys() []string {
	keys := make([]string, len(o.members))
	for i, m := range o.members {
		keys[i] = m.key
	}
	return keys
}

// Len returns the number of keys.
func (o *Object) Len() int { return len(o.members) }

// At returns the key and the value at an index.
func (o *Object) At(i int) (key string, v Value) { return o.members[i].key, o.members[i].value }

// All returns an iterator over keys and values in order. The object must not change during the iteration.
func (o *Object) All() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, m := range o.members {
			if !yield(m.key, m.value) {
				return
			}
		}
	}
}

// Clone returns a copy of the object with the same values.
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
