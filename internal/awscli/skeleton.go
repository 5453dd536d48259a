package awscli

import (
	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A moment is the value of timestamps in a skeleton. In Python it is not text: JSON output shows it
// differently from everything else.
type moment struct{}

func (moment) TypeName() string { return "datetime" }

// String returns the form in text output, tables and --query functions.
func (moment) String() string { return "1970-01-01 00:00:00" }

// asJSON returns the form in JSON output.
const asJSON = "1970-01-01T00:00:00"

// withMoments returns a value with its moments in the form of JSON output.
func withMoments(v value.Value) value.Value {
	switch v := v.(type) {
	case moment:
		return asJSON
	case value.List:
		l := make(value.List, len(v))
		for i, element := range v {
			l[i] = withMoments(element)
		}
		return l
	case *value.Object:
		o := &value.Object{}
		for key, member := range v.All() {
			o.Set(key, withMoments(member))
		}
		return o
	}
	return v
}

// inputSkeleton prints an empty request.
func (c *command) inputSkeleton() error {
	return writeJSON(c.env.Stdout, model.Input.Skeleton(false, asJSON))
}

// outputSkeleton returns a response with the name of each member in it.
func (c *command) outputSkeleton() (*value.Object, error) {
	return model.Output.Skeleton(true, moment{}).(*value.Object), nil
}
