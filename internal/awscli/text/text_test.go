package text

import (
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func TestAppend(t *testing.T) {
	for about, c := range map[string]struct{ json, want, err string }{
		"a scalar":                              {`null`, "None\n", ""},
		"scalars of an object, sorted":          {`{"b": 1, "a": true, "c": 1.0}`, "True\t1\t1.0\n", ""},
		"an object in an object":                {`{"outer": {"x": "é"}}`, "OUTER\té\n", ""},
		"an object without scalars has no line": {`{"a": {"b": {"c": 1}}}`, "B\t1\n", ""},
		"objects share their columns":           {`{"l": [{"a": 1}, {"b": 2}]}`, "L\t1\t\nL\t\t2\n", ""},
		"a column that is an object once":       {`{"l": [{"a": 1}, {"a": {"x": null}}]}`, "L\t1\nL\t{'x': None}\n", ""},
		"a named list is one line per value":    {`{"tags": ["x", 1]}`, "TAGS\tx\nTAGS\t1\n", ""},
		"a list without one is one line":        {`["x", 1, null]`, "x\t1\tNone\n", ""},
		"lists in a list, scalars first":        {`[[1, 2], 3, [4]]`, "3\n1\t2\n4\n", ""},
		"nothing":                               {`[]`, "", ""},
		"names grow in upper case":              {`{"straße": {"a": 1}}`, "STRASSE\t1\n", ""},
		"a scalar among objects":                {`[{"a": 1}, 5]`, "", "'int' object has no attribute 'items'"},
		"half a character":                      {`{"a": 1, "b": {"c": "x\ud83d"}}`, "1\n", `'utf-8' codec can't encode character '\ud83d' in position 3: surrogates not allowed`},
	} {
		v, err := value.Decode([]byte(c.json))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Append(nil, v)
		if string(got) != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%s: got %q, %v, want %q, %s", about, got, err, c.want, c.err)
		}
	}
}
