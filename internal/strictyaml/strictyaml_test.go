package strictyaml_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

// box is a format that has nothing to do with policies.
var box = strictyaml.Format{
	Start:    "a box",
	Keys:     []string{"color", "sizes", "weight", "count", "sealed", "packed", "age"},
	Required: []string{"color"},
	Aliases:  map[string]string{"colour": "color"},
}

// A content is what a box file contains.
type content struct {
	color  string
	sizes  []string
	weight *float64
	count  int
	sealed bool
	packed *time.Time
	age    time.Duration
}

// parse parses a box and returns its problems as LINE:COLUMN: message.
func parse(text string) (c content, problems []string) {
	r := strictyaml.NewReader(&box)
	if doc := r.Document([]byte(text)); doc != nil {
		if f, ok := r.Mapping(doc, "a box", box.Keys...); ok {
			c.color, _ = r.Line(f.Get("color"), "color")
			c.sizes = r.Words(f.Get("sizes"), "sizes", "S", "NO", "1.10")
			c.weight = r.Number(f.Get("weight"), "weight", 0, 10)
			c.count = r.Integer(f.Get("count"), "count", 1)
			c.sealed = r.Boolean(f.Get("sealed"), "sealed")
			c.packed = r.Date(f.Get("packed"), "packed")
			c.age = r.Duration(f.Get("age"), "age")
		}
	}
	for _, p := range r.Problems() {
		problems = append(problems, fmt.Sprintf("%d:%d: %s", p.Line, p.Column, p.Message))
	}
	return c, problems
}

func TestScalarsKeepTheirSpelling(t *testing.T) {
	c, problems := parse("color: &c 0x10\nsizes: [NO, 1.10, S]\nweight: 7.5\ncount: 12\nsealed: true\npacked: 2027-01-31\nage: 2w\n")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if c.color != "0x10" || !slices.Equal(c.sizes, []string{"NO", "1.10", "S"}) || *c.weight != 7.5 || c.count != 12 || !c.sealed ||
		!c.packed.Equal(time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)) || c.age != 14*24*time.Hour {
		t.Errorf("parsed %+v", c)
	}
	if c, problems := parse("sizes: NO\n"); len(problems) > 0 || !slices.Equal(c.sizes, []string{"NO"}) {
		t.Errorf("a scalar as a list: %v, %v", c.sizes, problems)
	}
}

func TestEachMistakeIsOneProblem(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "1:1: file is empty (add a box)"},
		{"- a\n", "1:1: a box must be a mapping (use these keys: color, sizes, weight, count, sealed, packed, age)"},
		{"color: red\ncolor: blue\n", "2:1: duplicate key color in a box (keep one)"},
		{"colour: red\n", `1:1: unknown key "colour" in a box (did you mean color?)`},
		{"weigth: 1\n", `1:1: unknown key "weigth" in a box (did you mean weight?)`},
		{"color:\n", "1:1: color has no value (give it one)"},
		{"age:\n", "1:1: age has no value (give it one, or leave it out)"},
		{"color: !!str red\n", "1:8: tags (!…) are not allowed (write the plain value)"},
		{"<<: {color: red}\n", "1:1: merge keys (<<) are not allowed (repeat the keys)"},
		{"color: red\n---\ncolor: blue\n", "a file must hold one document (move the second one to a file of its own)"},
		{"color: [red]\n", "1:8: color is a list (use a single value)"},
		{`color: "a\nb"`, "1:8: color contains a control character or line break (use plain text on one line)"},
		{"color: red\r# blue\n", "1:11: a lone carriage return starts a line that editors do not show"},
		{"color: a\u202eb\n", "1:9: U+202E changes the order in which text is shown (remove it)"},
		{"color: \xff\n", "1:8: file is not UTF-8 here (save it as UTF-8)"},
		{"sizes: []\n", "1:8: sizes is an empty list (add an element, or leave it out)"},
		{"sizes: [S, M]\n", `1:12: sizes: unknown value "M"`},
		{"count: 0\n", `1:8: count: invalid number "0" (use a whole number from 1 to 1000000000)`},
		{"count: 012\n", `1:8: count: invalid number "012"`},
		{"count: '1'\n", `1:8: count: "1" is a string (remove the quotes)`},
		{"weight: 1e1\n", `1:9: weight: invalid number "1e1" (use one from 0 to 10, for example 7.5)`},
		{"weight: .nan\n", `1:9: weight: invalid number ".nan"`},
		{"weight: 10.1\n", `1:9: weight: invalid number "10.1"`},
		{"sealed: yes\n", `1:9: sealed: unknown value "yes"`},
		{"sealed: 'true'\n", `1:9: sealed: "true" is a string (use true without quotes)`},
		{"packed: 2027-02-30\n", "1:9: packed: 2027-02-30 is not a date in the calendar (use YYYY-MM-DD)"},
		{"age: 0d\n", `1:6: age: "0d" is not a duration`},
		{"age: 7\n", `1:6: age: "7" is not a duration`},
		{"color: red\n\tcount: 1\n", "line is indented with a tab (use spaces)"},
		{"color red\ncount: 1\n", "1:1: invalid YAML: a space or colon is missing"},
		{"color: *red\n", "1:8: invalid YAML: unknown anchor"},
	} {
		if _, problems := parse(test.text); len(problems) != 1 || !strings.Contains(problems[0], test.want) {
			t.Errorf("%q:\n got %q\nwant %q", test.text, problems, test.want)
		}
	}
}

func TestAnInvalidValueIsZero(t *testing.T) {
	c, problems := parse("sizes: [X]\nweight: 11\ncount: 99999999999\nsealed: 'true'\npacked: soon\nage: 1y\n")
	if len(problems) != 6 {
		t.Errorf("%d problems, want 6: %q", len(problems), problems)
	}
	if c.sizes != nil || c.weight != nil || c.count != 0 || c.sealed || c.packed != nil || c.age != 0 {
		t.Errorf("parsed %+v, want the zero value", c)
	}
}

func TestAliasesAreBounded(t *testing.T) {
	var text strings.Builder
	text.WriteString("color: red\nsizes:\n  - &a [S, S, S, S, S, S, S, S, S, S]\n")
	for c := 'b'; c <= 'i'; c++ {
		fmt.Fprintf(&text, "  - &%c [%s]\n", c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+", ", 10), ", "))
	}
	r := strictyaml.NewReader(&box)
	var walk func(*strictyaml.Node)
	walk = func(n *strictyaml.Node) {
		if n.Kind == strictyaml.SequenceNode {
			r.Elements(n, "sizes", "each size", walk)
		}
	}
	f, _ := r.Mapping(r.Document([]byte(text.String())), "a box", box.Keys...)
	walk(f.Get("sizes"))
	if p := r.Problems(); len(p) != 1 || p[0].Message != "file expands to more than 1000000 values (use fewer aliases)" {
		t.Errorf("problems %v", p)
	}
}

// A file is either parsed or has problems, each of them at a position in the file.
func FuzzDocument(f *testing.F) {
	for _, text := range []string{"color: red\n", "color: [", "a: &a [*a]\n", "\ufeffcolor: red\r\n", "color red\nage: 1d\n", "'\n- \t"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r := strictyaml.NewReader(&box)
		doc := r.Document([]byte(text))
		if doc == nil && len(r.Problems()) == 0 {
			t.Error("neither a document nor a problem")
		}
		lines := strings.Count(text, "\n") + 1
		for _, p := range r.Problems() {
			if p.Line < 1 || p.Column < 1 || p.Line > lines+1 || p.Message == "" {
				t.Errorf("problem %+v in %d lines", p, lines)
			}
		}
	})
}
