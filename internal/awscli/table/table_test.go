package table

import (
	"bytes"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func decode(t *testing.T, text string) value.Value {
	t.Helper()
	v, err := value.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

const sample = `{"id": "x", "name": "中文", "list": [{"a": 1, "deep": {"k": "v"}}, {"a": 2}], "one": {"k": null}}`

// The tables of these tests are those of the AWS CLI for the same values.
func TestWrite(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, "Title", decode(t, sample), 80, false); err != nil {
		t.Fatal(err)
	}
	want := `-----------------
|     Title     |
+-----+---------+
| id  |  name   |
+-----+---------+
|  x  |  中文   |
+-----+---------+
||    list     ||
|+-------------+|
||      a      ||
|+-------------+|
||  1          ||
|+-------------+|
|||   deep    |||
||+----+------+||
|||  k |  v   |||
||+----+------+||
||    list     ||
|+-------------+|
||      a      ||
|+-------------+|
||  2          ||
|+-------------+|
||     one     ||
|+----+--------+|
||  k |  None  ||
|+----+--------+|
`
	if out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

func TestUprightWhenTheTerminalIsNarrow(t *testing.T) {
	var out bytes.Buffer
	if err := Write(&out, "T", decode(t, `{"a": 1, "b": 2, "c": 3}`), 10, false); err != nil {
		t.Fatal(err)
	}
	if want := "------------\n|     T    |\n+----+-----+\n|  a |  1  |\n|  b |  2  |\n|  c |  3  |\n+----+-----+\n"; out.String() != want {
		t.Errorf("got\n%s", out.String())
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`[1, [2, 3]]`:   "Row should have 1 elements, instead it has 2",
		`[{"a": 1}, 2]`: "'int' object is not iterable",
	} {
		if err := Write(&bytes.Buffer{}, "T", decode(t, text), 80, false); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// FuzzWrite checks that no value causes a panic, and that all lines of a table have the same width.
func FuzzWrite(f *testing.F) {
	for _, text := range []string{sample, `[[1, 2], [3, 4]]`, `[[[1], [2]]]`, `{"a": []}`, `"x"`} {
		f.Add(text, 80)
	}
	f.Fuzz(func(t *testing.T, text string, terminal int) {
		v, err := value.Decode([]byte(text))
		if err != nil || strings.Contains(text, `\`) {
			return
		}
		var out bytes.Buffer
		if Write(&out, "T", v, terminal, false) != nil {
			return
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for _, line := range lines {
			if value.Width(line) != value.Width(lines[0]) {
				t.Fatalf("%s\n%s", text, out.String())
			}
		}
	})
}
