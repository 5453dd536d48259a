package model

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Validate checks a request. The error has all mistakes, in botocore's order and wording. Below the member
// ordered, objects are shown as ordered dictionaries, as the AWS CLI does for JSON options.
func (s *Shape) Validate(v value.Value, ordered string) error {
	c := complaints{ordered: "." + ordered + "."}
	c.check("", s, v)
	if len(c.found) == 0 {
		return nil
	}
	return errors.New("Parameter validation failed:\n" + strings.Join(c.found, "\n"))
}

type complaints struct {
	ordered string // the path below which objects are ordered
	found   []string
}

func (c *complaints) add(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf(format, args...))
}

// check checks a value; path is its position, with a period before each name.
func (c *complaints) check(path string, s *Shape, v value.Value) {
	name := strings.TrimPrefix(path, ".")
	if name == "" {
		name = "input"
	}
	switch s.Kind {
	case Structure:
		object, ok := v.(*value.Object)
		if ok {
			c.checkMembers(path, name, s, object)
			return
		}
		c.wrongType(path, name, v, "dict")
	case Integer:
		c.checkInteger(path, name, s, v)
	default:
		text, ok := v.(string)
		if !ok {
			c.wrongType(path, name, v, "str")
		} else if n := value.Count(text); int64(n) < s.Min {
			c.add("Invalid length for parameter %s, value: %d, valid min length: %d", name, n, s.Min)
		}
	}
}

func (c *complaints) wrongType(path, name string, v value.Value, want string) {
	class, text := value.TypeName(v), value.Str(v)
	if strings.HasPrefix(path, c.ordered) {
		if _, ok := v.(*value.Object); ok {
			class = "collections.OrderedDict"
		}
		if class != "str" {
			text = value.ReprOrdered(v)
		}
	}
	c.add("Invalid type for parameter %s, value: %s, type: <class '%s'>, valid types: <class '%s'>", name, text, class, want)
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

// checkInteger checks a whole number; in Python, a Boolean is one, 0 or 1.
func (c *complaints) checkInteger(path, name string, s *Shape, v value.Value) {
	number := new(big.Int)
	switch v := v.(type) {
	case value.Int:
		number.SetString(string(v), 10)
	case bool:
		if v {
			number.SetInt64(1)
		}
	default:
		c.wrongType(path, name, v, "int")
		return
	}
	if s.Min != 0 && number.Cmp(big.NewInt(s.Min)) < 0 {
		c.add("Invalid value for parameter %s, value: %s, valid min value: %d", name, value.Str(v), s.Min)
	}
}
