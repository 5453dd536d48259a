package scan

import (
	"reflect"
	"strings"
	"testing"
)

func TestPageReaderParsesAnEqualPageOnce(t *testing.T) {
	first := complete("a b", `,"nextToken":"one","registryId":"123456789012"`)
	for name, c := range map[string]struct {
		second string
		same   bool
	}{
		"same bytes":              {first, true},
		"another next token":      {strings.Replace(first, `"one"`, `"a\"b"`, 1), true},
		"another finding":         {strings.Replace(first, `"b"`, `"c"`, 1), false},
		"another severity":        {strings.Replace(first, "HIGH", "LOW", 1), false},
		"a change after":          {strings.Replace(first, "123456789012", "210987654321", 1), false},
		"no next token":           {strings.Replace(first, `,"nextToken":"one"`, "", 1), false},
		"a token of another type": {strings.Replace(first, `"one"`, "null", 1), false},
	} {
		var r PageReader
		r.Restart()
		before := mustRead(t, r.ReadPage, first)
		r.Restart()
		got, want := mustRead(t, r.ReadPage, c.second), mustRead(t, ReadPage, c.second)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
		if same := &got.Findings[0] == &before.Findings[0]; same != c.same {
			t.Errorf("%s: parsed once: %t, want %t", name, same, c.same)
		}
		if before.NextToken != "one" {
			t.Errorf("%s: the first page now has the token %q", name, before.NextToken)
		}
	}
}

// A token inside the page can be the same as the page's own, and change without it.
func TestPageReaderIgnoresATokenInsideThePage(t *testing.T) {
	for page, second := range map[string]string{
		complete("a", `,"nextToken":"one","x":[{"nextToken":"§"}]`):           "two",
		complete("a", `,"NextToken":"one","x":{"y":{"nextToken":"§"},"z":1}`): "two",
		complete("a", `,"NextToken":"two","nextToken":"§"`):                   "",
	} {
		var r PageReader
		r.Restart()
		mustRead(t, r.ReadPage, strings.Replace(page, "§", "one", 1))
		r.Restart()
		page = strings.Replace(page, "§", second, 1)
		if got, want := mustRead(t, r.ReadPage, page), mustRead(t, ReadPage, page); got.NextToken != want.NextToken {
			t.Errorf("%s: the next token is %q, want %q", page, got.NextToken, want.NextToken)
		}
	}
}

func TestPageReaderKeepsOneReading(t *testing.T) {
	var r PageReader
	for i, text := range []string{complete("a", ""), complete("b", ""), complete("a", "")} {
		r.Restart()
		mustRead(t, r.ReadPage, text)
		if n := len(r.last) + len(r.current); n > 2 {
			t.Errorf("reading %d: %d pages in memory", i+1, n)
		}
	}
}

func mustRead(t *testing.T, read func([]byte) (*Page, error), text string) *Page {
	t.Helper()
	p, err := read([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return p
}

// FuzzPageReader reads two responses one after another: whatever the first one was, the second page is what
// ReadPage returns.
func FuzzPageReader(f *testing.F) {
	page := complete("a", `,"nextToken":"one"`)
	for _, second := range []string{
		page, complete("a", ""), strings.Replace(page, "one", "two", 1), strings.Replace(page, `"a"`, `"nextToken"`, 1),
		strings.Replace(page, `}]`, `,"x":{"nextToken":"one"}}]`, 1), page + " ", strings.Replace(page, `"nextToken"`, `"NextToken"`, 1), "{}", "",
		complete("a", `,"nextToken":"one","x":{"nextToken":"one"}`), complete("a", `,"nextToken":"one","x":{"nextToken":"two"}`),
	} {
		f.Add([]byte(page), []byte(second))
		f.Add([]byte(second), []byte(page))
	}
	f.Fuzz(func(t *testing.T, first, second []byte) {
		var r PageReader
		r.Restart()
		_, _ = r.ReadPage(first)
		r.Restart()
		got, err := r.ReadPage(second)
		want, wantErr := ReadPage(second)
		if (err == nil) != (wantErr == nil) || err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v; want %+v, %v", got, err, want, wantErr)
		}
	})
}
