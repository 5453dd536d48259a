package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/policy"
)

// A value is a value of a YAML or TOML file, with scalars as texts.
type value struct {
	file, place string
	kind        kind
	text        string
	list        []value
	keys        []string // in the order of the file; sorted for TOML
	fields      map[string]value
}

type kind int

const (
	null kind = iota
	scalar
	list
	mapping
)

func (v value) wrong(format string, args ...any) error {
	return fmt.Errorf("%s: %s", v.place, fmt.Sprintf(format, args...))
}

// maxDepth is deeper than any of the formats.
const maxDepth = 32

func parseYAML(f policy.File) (value, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(f.Text))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return value{file: f.Name, place: f.Name}, nil
	} else if err != nil {
		return value{}, fmt.Errorf("%s: %s", f.Name, oneLine(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return value{}, fmt.Errorf("%s: the file has more than one document", f.Name)
	}
	return fromYAML(f.Name, doc.Content[0], 0)
}

func fromYAML(file string, n *yaml.Node, depth int) (value, error) {
	v := value{file: file, place: fmt.Sprintf("%s:%d", file, n.Line)}
	if depth > maxDepth {
		return v, v.wrong("nested deeper than %d levels", maxDepth)
	}
	switch n.Kind {
	case yaml.AliasNode:
		return v, v.wrong("aliases (*%.40s) are not supported (write the value out)", n.Value)
	case yaml.SequenceNode:
		v.kind = list
		for _, element := range n.Content {
			x, err := fromYAML(file, element, depth+1)
			if err != nil {
				return v, err
			}
			v.list = append(v.list, x)
		}
	case yaml.MappingNode:
		v.kind, v.fields = mapping, map[string]value{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			x, err := fromYAML(file, n.Content[i+1], depth+1)
			if err != nil {
				return v, err
			}
			if _, duplicate := v.fields[key.Value]; duplicate || key.Kind != yaml.ScalarNode {
				return v, fmt.Errorf("%s:%d: duplicate key %.80q, or one that is not text", file, key.Line, key.Value)
			}
			v.keys, v.fields[key.Value] = append(v.keys, key.Value), x
		}
	default:
		if n.Tag != "!!null" {
			v.kind, v.text = scalar, n.Value
		}
	}
	return v, nil
}

func parseTOML(f policy.File) (value, error) {
	if deep(f.Text) {
		return value{}, fmt.Errorf("%s: nested deeper than %d levels", f.Name, maxDepth)
	}
	var doc map[string]any
	if _, err := toml.NewDecoder(bytes.NewReader(f.Text)).Decode(&doc); err != nil {
		return value{}, fmt.Errorf("%s: %s", f.Name, oneLine(strings.TrimPrefix(err.Error(), "toml: ")))
	}
	return fromTOML(f.Name, "", doc), nil
}

// deep reports whether brackets or dotted keys of a file could nest deeper than its format. The parser
// recurses for each level, so a file of only brackets would crash the process.
func deep(text []byte) bool {
	open := 0
	for _, line := range bytes.Split(text, []byte("\n")) {
		for _, c := range line {
			switch c {
			case '[', '{':
				open++
			case ']', '}':
				open = max(0, open-1)
			}
			if open > maxDepth {
				return true
			}
		}
		if key, _, _ := bytes.Cut(line, []byte("=")); bytes.Count(key, []byte(".")) > maxDepth {
			return true
		}
	}
	return false
}

// fromTOML converts a decoded value; its position is its name, because the decoder keeps no line numbers.
func fromTOML(file, name string, in any) value {
	v := value{file: file, place: file, kind: scalar}
	if name != "" {
		v.place = file + ": " + name
	}
	switch x := in.(type) {
	case map[string]any:
		v.kind, v.fields = mapping, map[string]value{}
		for key, y := range x {
			v.keys = append(v.keys, key)
			v.fields[key] = fromTOML(file, strings.TrimPrefix(name+"."+key, "."), y)
		}
		slices.Sort(v.keys)
	case []map[string]any:
		v.kind = list
		for i, y := range x {
			v.list = append(v.list, fromTOML(file, name+"["+strconv.Itoa(i)+"]", y))
		}
	case []any:
		v.kind = list
		for i, y := range x {
			v.list = append(v.list, fromTOML(file, name+"["+strconv.Itoa(i)+"]", y))
		}
	case time.Time:
		// A local date or time has no zone; like all dates here, it is taken as UTC.
		if strings.HasSuffix(x.Location().String(), "-local") {
			x = time.Date(x.Year(), x.Month(), x.Day(), x.Hour(), x.Minute(), x.Second(), 0, time.UTC)
		}
		v.text = x.Format(time.RFC3339)
	default:
		v.text = fmt.Sprint(x)
	}
	return v
}

// string returns the text of a scalar, empty for null.
func (v value) string() (string, error) {
	if v.kind == list || v.kind == mapping {
		return "", v.wrong("must be a single value")
	}
	return v.text, nil
}

// elements returns the elements of a list, none for null.
func (v value) elements() ([]value, error) {
	if v.kind == scalar || v.kind == mapping {
		return nil, v.wrong("must be a list")
	}
	return v.list, nil
}

// each calls f for the keys of a mapping that have a value.
func (v value) each(f func(key string, x value) error) error {
	if v.kind != mapping {
		return v.wrong("must be a mapping")
	}
	for _, key := range v.keys {
		if x := v.fields[key]; x.kind != null {
			if err := f(key, x); err != nil {
				return err
			}
		}
	}
	return nil
}

// strings returns the texts of a list.
func (v value) strings() ([]string, error) {
	elements, err := v.elements()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, x := range elements {
		text, err := x.string()
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

// time returns a date or a time.
func (v value) time() (*time.Time, error) {
	text, err := v.string()
	if err != nil {
		return nil, err
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", time.DateTime} {
		if t, err := time.Parse(layout, text); err == nil && t.Year() >= 1970 {
			return &t, nil
		}
	}
	return nil, v.wrong("%.40q is not a date (want YYYY-MM-DD)", text)
}

// into reads a text into a place.
func (v value) into(out *string) error {
	text, err := v.string()
	*out = text
	return err
}
