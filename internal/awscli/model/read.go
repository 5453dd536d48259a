package model

import "github.com/ecrgate/ecrgate/internal/awscli/value"

// Read is value.Decode and Parse in one pass, for a UTF-8 text that matches the shape. For any other, it
// returns false, and the caller must use those two.
func (s *Shape) Read(text string, clock Clock) (o *value.Object, ok bool) {
	r := reader{Reader: value.NewReader(text), clock: clock}
	o, ok = r.value(s).(*value.Object)
	return o, ok && r.End()
}

// A reader reads values of shapes. The elements of incomplete lists are on a stack.
type reader struct {
	*value.Reader
	clock    Clock
	elements []value.Value
}

func (r *reader) value(s *Shape) value.Value {
	if r.Next() == 'n' { // null
		return r.Scalar()
	}
	switch s.Kind {
	case Structure:
		return r.structure(s)
	case List:
		return r.list(s)
	case Map:
		return r.mapping(s)
	case Timestamp:
		return r.timestamp()
	}
	return r.Scalar()
}

func (r *reader) structure(s *Shape) value.Value {
	var room [mostMembers]value.Value
	found := room[:len(s.Members)]
	next := 0
	for more := r.Open('{', '}'); more; more = r.More('}') {
		i := s.place(r.Key(), next)
		if i < 0 {
			r.Skip()
			continue
		}
		found[i] = r.value(s.Members[i].Shape)
		next = i + 1
	}
	n := 0
	for _, v := range found {
		if v != nil {
			n++
		}
	}
	o := r.Object(n)
	for i, v := range found {
		if v != nil {
			o.Add(s.Members[i].Name, v)
		}
	}
	return o
}

// place returns the index of a member, or -1. It tries the next one first.
func (s *Shape) place(name string, next int) int {
	for i := next; i < len(s.Members); i++ {
		if s.Members[i].Name == name {
			return i
		}
	}
	for i := range next {
		if s.Members[i].Name == name {
			return i
		}
	}
	return -1
}

func (r *reader) list(s *Shape) value.Value {
	base := len(r.elements)
	for more := r.Open('[', ']'); more; more = r.More(']') {
		r.elements = append(r.elements, r.value(s.Element))
	}
	l := r.List(r.elements[base:])
	r.elements = r.elements[:base]
	return l
}

func (r *reader) mapping(s *Shape) value.Value {
	o := r.Object(0)
	for more := r.Open('{', '}'); more; more = r.More('}') {
		key := r.Key()
		o.Set(key, r.value(s.Element))
	}
	return o
}

// timestamp reads a timestamp. If the clock returns an error, Parse will report it.
func (r *reader) timestamp() value.Value {
	v, err := r.clock(r.Scalar())
	if err != nil {
		r.GiveUp()
	}
	return v
}
