package jmes

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// An answer is the result of an expression; the field that is set shows its kind.
type answer struct {
	Refused *string // the expression does not compile
	Error   *string // the search fails
	Result  *string // as json.dumps writes it
}

// ask returns our answer.
func ask(expression, document string) answer {
	tell := func(err error) *string {
		s := err.Error()
		return &s
	}
	q, err := Compile(expression)
	if err != nil {
		return answer{Refused: tell(err)}
	}
	doc, err := value.Decode([]byte(document))
	if err != nil {
		return answer{Error: tell(err)}
	}
	v, err := q.Search(doc)
	if err == nil && refers(v) {
		err = failure("Encountered unrecognized type in JSON encoder.")
	}
	if err != nil {
		return answer{Error: tell(err)}
	}
	s := string(value.AppendCompact(nil, v))
	return answer{Result: &s}
}

// refers reports whether there is an expression reference in a value.
func refers(v value.Value) bool {
	switch v := v.(type) {
	case value.List:
		return slices.ContainsFunc(v, refers)
	case *value.Object:
		return slices.ContainsFunc(members(v), refers)
	case value.Opaque:
		return true
	}
	return false
}

func (a answer) String() string {
	switch {
	case a.Refused != nil:
		return "refused: " + *a.Refused
	case a.Error != nil:
		return "error: " + *a.Error
	case a.Result != nil:
		return "result: " + *a.Result
	}
	return "nothing"
}

// testdata/recorded.jsonl is what oracle.py makes of testdata/cases.txt:
//
//	python3 oracle.py cases.txt > recorded.jsonl
func TestRecordedAnswersOfJmespathPy(t *testing.T) {
	f, err := os.Open("testdata/recorded.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	document, n := "", 0
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			Document, Expression string
			answer
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Document != "" {
			document = c.Document
			continue
		}
		n++
		if got := ask(c.Expression, document); got.String() != c.answer.String() {
			t.Errorf("%s\n got %s\nwant %s", c.Expression, got, c.answer)
		}
	}
	if n < 600 {
		t.Errorf("only %d recorded answers", n)
	}
}
