package shorthand

import (
	"errors"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// asItIs loads nothing.
func asItIs(text string) (value.Value, error) { return text, nil }

func TestWhatIsRead(t *testing.T) {
	for text, want := range map[string]string{
		"a=b":             `{'a': 'b'}`,
		"a=b,c=d":         `{'a': 'b', 'c': 'd'}`,
		"a=b,c":           `{'a': ['b', 'c']}`,
		"a=b,c,d=e,f=g":   `{'a': ['b', 'c'], 'd': 'e', 'f': 'g'}`,
		"a=b,,c=d":        `{'a': 'b', 'c': 'd'}`,
		"a=":              `{'a': ''}`,
		"a=b [c] d":       "",
		"a = b , c = d":   `{'a': 'b', 'c': 'd'}`,
		"a=[b,'c',[d]]":   `{'a': ['b', 'c', ['d']]}`,
		"a={b=c,d=[e]}":   `{'a': {'b': 'c', 'd': ['e']}}`,
		`a='b,c'`:         `{'a': 'b,c'}`,
		`a='it\'s',b=x`:   `{'a': "it's", 'b': 'x'}`,
		`a="\"",b=x`:      `{'a': '"', 'b': 'x'}`,
		`a=b\,c`:          `{'a': 'b,c'}`,
		"a=b [c":          `{'a': 'b [c'}`,
		"a=b,c]d":         `{'a': ['b', 'c]d']}`,
		"a=b=c":           `{'a': 'b=c'}`,
		"=a":              `{'': 'a'}`,
		"a=é\u00a0":       `{'a': 'é'}`,
		`a='b\'`:          `{'a': 'b\\'}`,
		"sha256:x/y.z#=1": `{'sha256:x/y.z#': '1'}`,
	} {
		got, err := Parse(text, asItIs)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q: got %s, want an error", text, value.Repr(got))
		case want != "" && (err != nil || value.Repr(got) != want):
			t.Errorf("%q: got %s, %v, want %s", text, value.Repr(got), err, want)
		}
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":          "Expected: '=', received: 'EOF' for input:",
		"latest":    "Expected: '=', received: 'EOF' for input:",
		" a=b":      "Expected: '=', received: 'a' for input:",
		"a=b]":      "Expected: ',', received: ']' for input:",
		"a=[b":      "Expected: ',', received: 'EOF' for input:",
		"a={b=c":    "Expected: ',', received: 'EOF' for input:",
		"a=b,":      "Expected: '<second>', received: '<none>' for input:",
		"a='b":      "Expected: '<singled quoted>', received: '<none>' for input:",
		`a="b`:      "Expected: '<double quoted>', received: '<none>' for input:",
		"a=😀":       "Expected: ',', received: '😀' for input:",
		"a=b,a=c":   "Second instance of key \"a\" encountered for input:\na=b,a=c\n    ^\nThis is often",
		"a=b,\na=c": "Second instance of key \"a\" encountered for input:\na=b,\n    ^\na=c\nThis is often",
	} {
		_, err := Parse(text, asItIs)
		var mistake *Error
		if !errors.As(err, &mistake) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %q, want %q", text, err, want)
		}
	}
}

func TestFilesAreLoadedBehindAt(t *testing.T) {
	failed := errors.New("no such file")
	load := func(text string) (value.Value, error) {
		if text == "file://nope" {
			return nil, failed
		}
		return "<" + text + ">", nil
	}
	got, err := Parse("a@=file://x,b=file://y,c @ = [d,'e']", load)
	if want := `{'a': '<file://x>', 'b': 'file://y', 'c': ['<d>', '<e>']}`; err != nil || value.Repr(got) != want {
		t.Errorf("got %s, %v, want %s", value.Repr(got), err, want)
	}
	if _, err := Parse("a@=file://nope", load); !errors.Is(err, failed) {
		t.Errorf("the failure to load became %v", err)
	}
}

// FuzzParse checks that nothing panics or hangs, that every mistake is an *Error, and that a quoted text is
// parsed as it is.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"a=b,c=d", "a=[b,{c=d}]", `a='b\'c'`, "a@=b", "a=b,,", "a={b=[", "é=\u2028"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := Parse(text, asItIs)
		if mistake := (*Error)(nil); err != nil && !errors.As(err, &mistake) {
			t.Errorf("%q: %v", text, err)
		}
		if strings.ContainsAny(text, `'\`) || len(text) == 0 {
			return
		}
		got, err := Parse("key='"+text+"'", asItIs)
		if err != nil || value.Repr(got) != "{'key': "+value.Repr(clean(text))+"}" {
			t.Errorf("%q in quotes became %s, %v", text, value.Repr(got), err)
		}
	})
}

// clean replaces what is not UTF-8, as the parser does.
func clean(text string) string {
	var out []byte
	for _, r := range runes(text) {
		out = value.AppendRune(out, r)
	}
	return string(out)
}
