package model

import "github.com/ecrgate/ecrgate/internal/awscli/value"

// Skeleton returns a value of the shape with something in every member: texts are empty, or their name if
// named, numbers are zero, lists and maps have one element. Timestamps are moment.
func (s *Shape) Skeleton(named bool, moment value.Value) value.Value {
	return s.skeleton("", named, moment)
}

func (s *Shape) skeleton(name string, named bool, moment value.Value) value.Value {
	switch s.Kind {
	case Structure:
		object := &value.Object{}
		for _, m := range s.Members {
			object.Set(m.Name, m.Shape.skeleton(m.Name, named, moment))
		}
		return object
	case List:
		return value.List{s.Element.skeleton(s.Element.Name, named, moment)}
	case Map:
		object := &value.Object{}
		object.Set("KeyName", s.Element.skeleton("", named, moment))
		return object
	case Integer:
		return value.Int("0")
	case Double:
		return 0.0
	case Timestamp:
		return moment
	}
	if named {
		return name
	}
	return ""
}
