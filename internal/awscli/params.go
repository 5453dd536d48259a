package awscli

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/shorthand"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// pagingConfig is the member that has the paging options.
const pagingConfig = "PaginationConfig"

// params returns the members of the request for the options, in their order.
func (c *command) params(ctx context.Context) (*value.Object, error) {
	params := &value.Object{}
	for _, o := range []struct {
		option, member string
		read           func(value.Value) (value.Value, error)
	}{
		{"--registry-id", "registryId", asIs},
		{"--repository-name", "repositoryName", asIs},
		{"--image-id", "imageId", c.readImageID},
		{"--next-token", "nextToken", asIs},
		{"--max-results", "maxResults", toInt},
		{"--cli-input-json", "", asIs},
	} {
		if !c.op.Has(o.option) {
			continue
		}
		v, err := c.loaded(ctx, o.option, c.op.Values[o.option])
		if err != nil {
			return nil, err
		}
		if v, err = o.read(v); err != nil {
			return nil, err
		}
		if o.member != "" {
			params.Set(o.member, v)
		}
	}
	if err := c.addPaging(ctx, params); err != nil {
		return nil, err
	}
	if _, err := c.settings.scoped(); err != nil { // a missing profile is reported before the JSON is read
		return nil, err
	}
	return params, c.addInputJSON(params)
}

func asIs(v value.Value) (value.Value, error) { return v, nil }

// toInt is Python's int().
func toInt(v value.Value) (value.Value, error) {
	switch v := v.(type) {
	case value.Int:
		return v, nil
	case bool:
		if v {
			return value.Int("1"), nil
		}
		return value.Int("0"), nil
	case float64:
		return floor(v)
	case string:
		return python.Int(v)
	case bytesValue:
		n, err := python.Int(string(v))
		if err != nil {
			return nil, errors.New("invalid literal for int() with base 10: " + v.String())
		}
		return n, nil
	}
	return nil, fmt.Errorf("int() argument must be a string, a bytes-like object or a real number, not '%s'", value.TypeName(v))
}

// floor cuts off the fraction of a double.
func floor(f float64) (value.Value, error) {
	switch {
	case f != f:
		return nil, errors.New("cannot convert float NaN to integer")
	case f-f != 0:
		return nil, errors.New("cannot convert float infinity to integer")
	}
	n, _ := big.NewFloat(f).Int(nil)
	return value.Int(n.String()), nil
}

// addPaging adds the paging options.
func (c *command) addPaging(ctx context.Context, params *value.Object) error {
	paging := &value.Object{}
	if c.op.Has("--starting-token") {
		v, err := c.loaded(ctx, "--starting-token", c.op.Values["--starting-token"])
		if err != nil {
			return err
		}
		paging.Set("StartingToken", v)
	}
	if c.op.Has("--page-size") {
		paging.Set("PageSize", value.Int(c.op.Values["--page-size"]))
	}
	if n := c.op.Values["--max-items"]; n != "" {
		if n == "0" || strings.HasPrefix(n, "-") {
			c.complain("warning: Non-positive values for --max-items may result in undefined behavior.\n")
		}
		paging.Set("MaxItems", value.Int(n))
	}
	if paging.Len() > 0 {
		params.Set(pagingConfig, paging)
	}
	return nil
}

// addInputJSON adds the members of --cli-input-json that no option has set.
func (c *command) addInputJSON(params *value.Object) error {
	if !c.op.Has("--cli-input-json") {
		return nil
	}
	loaded, err := c.local(c.op.Values["--cli-input-json"])
	if err != nil {
		return err
	}
	text := value.Str(loaded)
	raw := text
	if b, ok := loaded.(bytesValue); ok {
		raw = string(b)
	}
	v, err := value.Decode([]byte(raw))
	if err != nil {
		return invalidJSON("cli-input-json", err, text)
	}
	o, ok := v.(*value.Object)
	if !ok {
		return fmt.Errorf("'%s' object has no attribute 'keys'", value.TypeName(v))
	}
	for key, v := range o.All() {
		if _, given := params.Get(key); !given {
			params.Set(key, v)
		}
	}
	return nil
}

func invalidJSON(option string, err error, text string) error {
	if depth := (*value.DepthError)(nil); errors.As(err, &depth) {
		return err
	}
	return &paramError{option, fmt.Sprintf("Invalid JSON: %v\nJSON received: %s", err, text)}
}

// readImageID parses the value of --image-id: JSON if it looks like JSON, else shorthand syntax.
func (c *command) readImageID(v value.Value) (value.Value, error) {
	const option = "--image-id"
	text, ok := v.(string)
	if !ok {
		return nil, errors.New("'in <string>' requires string as left operand, not int")
	}
	start := strings.TrimLeftFunc(text, python.IsSpace)
	switch {
	case strings.HasPrefix(start, "["):
		return nil, &paramError{option, "Invalid JSON:\n" + text}
	case strings.HasPrefix(start, "{"):
		v, err := value.Decode([]byte(text))
		if err != nil {
			return nil, invalidJSON(option, err, text)
		}
		c.op.imageIDIsJSON = true
		return v, nil
	}
	parsed, err := shorthand.Parse(text, c.local)
	if mistake := (*shorthand.Error)(nil); errors.As(err, &mistake) {
		return nil, &paramError{option, mistake.Text}
	}
	return parsed, err
}
