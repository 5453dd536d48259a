package model

import (
	"fmt"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A Clock turns a timestamp of the response into what is printed.
type Clock func(value.Value) (value.Value, error)

// Wire prints timestamps as they came.
func Wire(v value.Value) (value.Value, error) { return v, nil }

// Parse returns the members of a value that its shape has, in the shape's order, without members that are
// null. It does not check texts and numbers. The result reuses parts of the value, which must not be used
// afterwards. The error, with Python's message, is for a value of the wrong structure.
func (s *Shape) Parse(v value.Value, clock Clock) (value.Value, error) {
	switch s.Kind {
	case Structure:
		return s.parseStructure(v, clock)
	case List:
		return s.parseList(v, clock)
	case Map:
		return s.parseMap(v, clock)
	case Timestamp:
		return clock(v)
	}
	return v, nil
}

func (s *Shape) parseStructure(v value.Value, clock Clock) (value.Value, error) {
	object, ok := v.(*value.Object)
	if !ok {
		return nil, fmt.Errorf("'%s' object has no attribute 'get'", value.TypeName(v))
	}
	var room [mostMembers]value.Value
	found := room[:len(s.Members)]
	for name, v := range object.All() {
		if i, ok := s.member(name); ok {
			found[i] = v
		}
	}
	object.Clear()
	for i, m := range s.Members {
		if found[i] == nil {
			continue
		}
		v, err := m.Shape.Parse(found[i], clock)
		if err != nil {
			return nil, err
		}
		object.Add(m.Name, v)
	}
	return object, nil
}

func (s *Shape) parseList(v value.Value, clock Clock) (value.Value, error) {
	elements, err := iterate(v)
	if err != nil {
		return nil, err
	}
	for i, e := range elements {
		if e == nil {
			continue
		}
		if elements[i], err = s.Element.Parse(e, clock); err != nil {
			return nil, err
		}
	}
	return elements, nil
}

// iterate returns what a Python loop over a value yields.
func iterate(v value.Value) (value.List, error) {
	switch v := v.(type) {
	case value.List:
		return v, nil
	case string:
		var characters value.List
		for _, r := range v {
			characters = append(characters, string(r))
		}
		return characters, nil
	case *value.Object:
		var keys value.List
		for _, key := range v.Keys() {
			keys = append(keys, key)
		}
		return keys, nil
	}
	return nil, fmt.Errorf("'%s' object is not iterable", value.TypeName(v))
}

func (s *Shape) parseMap(v value.Value, clock Clock) (value.Value, error) {
	object, ok := v.(*value.Object)
	if !ok {
		return nil, fmt.Errorf("'%s' object has no attribute 'items'", value.TypeName(v))
	}
	parsed := value.Sized(object.Len())
	for key, v := range object.All() {
		v, err := s.Element.Parse(v, clock)
		if err != nil {
			return nil, err
		}
		parsed.Add(key, v)
	}
	return parsed, nil
}
