package awscli

import (
	"github.com/ecrgate/ecrgate/internal/awscli/model"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// The moment of timestamps in skeletons, as JSON and as everything else shows it.
const (
	momentJSON = "1970-01-01T00:00:00"
	momentText = "1970-01-01 00:00:00"
)

// inputSkeleton prints the request with nothing in it.
func (c *command) inputSkeleton() error {
	return writeJSON(c.env.Stdout, model.Input.Skeleton(false, momentJSON))
}

// outputSkeleton gives a response with the name of each member in it.
func (c *command) outputSkeleton() (*value.Object, error) {
	moment := momentJSON
	if output, _ := c.output(); output != "json" {
		moment = momentText
	}
	return model.Output.Skeleton(true, moment).(*value.Object), nil
}
