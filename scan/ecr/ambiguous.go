package ecr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// telling are the members by which a manifest is taken for what it is. Decoders differ in which one
// they take when it is there twice, and in whether capitals matter.
var telling = []string{"mediaType", "artifactType", "config", "manifests", "layers", "digest", "platform", "os", "architecture", "variant"}

// unambiguous is an error for a manifest that tools can take for different things: who builds it
// could show one image to the gate and another to whoever pulls.
// https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh
func (m *manifest) unambiguous(text []byte) error {
	if m.Manifests != nil && (m.Config != nil || m.Layers != nil) {
		return errors.New("it lists manifests as an index does and has the config or the layers of an image: tools can take it for either")
	}
	return once(json.NewDecoder(bytes.NewReader(text)))
}

// once walks through one value, and is an error when a telling member stands twice in an object.
func once(dec *json.Decoder) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	var seen []string
	for dec.More() {
		if open == '{' {
			name, err := dec.Token()
			if err != nil {
				return err
			}
			if seen, err = meet(seen, fmt.Sprint(name)); err != nil {
				return err
			}
		}
		if err := once(dec); err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// meet adds the name of a member to those of its object.
func meet(seen []string, name string) ([]string, error) {
	i := slices.IndexFunc(telling, func(known string) bool { return strings.EqualFold(known, name) })
	switch {
	case i < 0:
		return seen, nil
	case slices.Contains(seen, telling[i]):
		return nil, fmt.Errorf("the member %s stands there twice", telling[i])
	}
	return append(seen, telling[i]), nil
}
