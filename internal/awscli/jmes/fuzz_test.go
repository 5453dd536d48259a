package jmes

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// cases returns the expressions and the documents of testdata/cases.txt.
func cases(t testing.TB) (expressions, documents []string) {
	f, err := os.Open("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Buffer(nil, 1<<20); lines.Scan(); {
		if document, ok := strings.CutPrefix(lines.Text(), "document: "); ok {
			documents = append(documents, document)
		} else {
			expressions = append(expressions, lines.Text())
		}
	}
	return expressions, documents
}

func FuzzCompile(f *testing.F) {
	expressions, _ := cases(f)
	for _, e := range expressions {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, e string) {
		q, err := Compile(e)
		if (q == nil) == (err == nil) {
			t.Errorf("%q: %v and %v", e, q, err)
		}
	})
}

// FuzzSearch checks that a search ends without a panic, with a result that can be written and read again.
func FuzzSearch(f *testing.F) {
	expressions, documents := cases(f)
	for i, e := range expressions {
		f.Add(e, documents[i%len(documents)])
	}
	f.Fuzz(func(t *testing.T, e, document string) {
		doc, err := value.Decode([]byte(document))
		if err != nil || len(e) > 80 { // a long one can double its result once for every few characters
			return
		}
		before := string(value.AppendCompact(nil, doc))
		q, err := Compile(e)
		if err != nil {
			return
		}
		v, err := q.Search(doc)
		if after := string(value.AppendCompact(nil, doc)); after != before {
			t.Errorf("%q changes the document\n%s\n%s", e, before, after)
		}
		if err != nil {
			return
		}
		text := value.AppendCompact(nil, v)
		if again, err := value.Decode(text); err != nil || string(value.AppendCompact(nil, again)) != string(text) {
			t.Errorf("%q returns %s: %v", e, text, err)
		}
	})
}

func TestDeepNestingIsAnError(t *testing.T) {
	const deep = 100000
	for _, part := range []string{"(", "[", "!", "&", "{a:", "a.[", "[?", "not_null(", "[*]", "a||b&&!", "*."} {
		if _, err := Compile(strings.Repeat(part, deep)); err == nil {
			t.Errorf("%s many times is not an error", part)
		}
	}
}

func TestALongChainIsNoDeepNesting(t *testing.T) {
	const long = 20000
	for _, part := range []string{".a", "[0]", " | @", " || @", " && @"} {
		q, err := Compile("@" + strings.Repeat(part, long))
		if err != nil {
			t.Errorf("%s: %v", part, err)
			continue
		}
		if _, err := q.Search(value.Int("1")); err != nil {
			t.Errorf("%s: %v", part, err)
		}
	}
}
