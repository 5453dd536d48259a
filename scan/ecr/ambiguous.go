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
	if (m.isIndex() || m.Manifests != nil) && (m.Config != nil || m.Layers != nil) {
		return errors.New("it is called an index, or lists manifests as one does, and has the config or the layers of an image: tools can take it for either")
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
		free := false
		if open == '{' {
			if seen, free, err = member(dec, seen); err != nil {
				return err
			}
		}
		if free {
			err = dec.Decode(new(json.RawMessage))
		} else {
			err = once(dec)
		}
		if err != nil {
			return err
		}
	}
	_, err = dec.Token()
	return err
}

// member reads the name of a member and adds it to those of its object. Free are annotations, whose
// names are anybody's and tell nothing.
func member(dec *json.Decoder, seen []string) (_ []string, free bool, err error) {
	token, err := dec.Token()
	if err != nil {
		return nil, false, err
	}
	name := fmt.Sprint(token)
	seen, err = meet(seen, name)
	return seen, strings.EqualFold(name, "annotations"), err
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
