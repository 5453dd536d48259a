package model

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A Literal is a value whose Python notation is not that of its kind: bytes, or the ordered
// dictionaries that JSON options are read into.
type Literal struct {
	Value value.Value
	// Type is the name of the Python class, Text the value in Python notation.
	Type, Text string
}

// Validate checks a request. All mistakes are in the one error, in the order and words of botocore.
func (s *Shape) Validate(v value.Value) error {
	var found complaints
	found.check("", s, v)
	if len(found) == 0 {
		return nil
	}
	return errors.New("Parameter validation failed:\n" + strings.Join(found, "\n"))
}

type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }

// check checks a value; the path is where it is, with a point before each name.
func (c *complaints) check(path string, s *Shape, v value.Value) {
	name := strings.TrimPrefix(path, ".")
	if name == "" {
		name = "input"
	}
	class, text := pythonType(v), value.Str(v)
	if l, ok := v.(Literal); ok {
		v, class, text = l.Value, l.Type, l.Text
	}
	want, ok := "", false
	switch s.Kind {
	case Structure:
		want = "dict"
		var object *value.Object
		if object, ok = v.(*value.Object); ok {
			c.checkMembers(path, name, s, object)
		}
	case Integer:
		want = "int"
		switch v := v.(type) {
		case value.Int:
			ok = true
			c.checkMin(name, s, v)
		case bool:
			ok = true
			c.checkBoolMin(name, s, v)
		}
	default:
		want = "str"
		var characters string
		if characters, ok = v.(string); ok && int64(value.Len(characters)) < s.Min {
			c.add("Invalid length for parameter %s, value: %d, valid min length: %d", name, value.Len(characters), s.Min)
		}
	}
	if !ok {
		c.add("Invalid type for parameter %s, value: %s, type: <class '%s'>, valid types: <class '%s'>", name, text, class, want)
	}
}

func (c *complaints) checkMembers(path, name string, s *Shape, object *value.Object) {
	for _, m := range s.Members {
		if _, ok := object.Get(m.Name); m.Required && !ok {
			c.add("Missing required parameter in %s: \"%s\"", name, m.Name)
		}
	}
	for key := range object.All() {
		if _, ok := s.member(key); !ok {
			c.add("Unknown parameter in %s: \"%s\", must be one of: %s", name, key, s.names())
		}
	}
	for key, v := range object.All() {
		if i, ok := s.member(key); ok {
			c.check(path+"."+key, s.Members[i].Shape, v)
		}
	}
}

func (s *Shape) names() string {
	var names []string
	for _, m := range s.Members {
		names = append(names, m.Name)
	}
	return strings.Join(names, ", ")
}

func (c *complaints) checkMin(name string, s *Shape, n value.Int) {
	number, ok := new(big.Int).SetString(string(n), 10)
	if ok && s.Min != 0 && number.Cmp(big.NewInt(s.Min)) < 0 {
		c.add("Invalid value for parameter %s, value: %s, valid min value: %d", name, number, s.Min)
	}
}

// checkBoolMin: in Python a boolean is a whole number, 0 or 1.
func (c *complaints) checkBoolMin(name string, s *Shape, b bool) {
	if !b && s.Min > 0 {
		c.add("Invalid value for parameter %s, value: False, valid min value: %d", name, s.Min)
	}
}

func pythonType(v value.Value) string {
	return value.TypeName(v)
}
