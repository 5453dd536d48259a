package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestElementsComeInTheirOrder(t *testing.T) {
	for _, n := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 50*blockSize + 7} {
		var got, want bytes.Buffer
		j := stream{out: bufio.NewWriter(&got)}
		j.elements(n, func(i int) any { return map[string]any{"n": i, "text": "<##[\u202e>"} })
		if j.err != nil || j.out.Flush() != nil {
			t.Fatal(j.err)
		}
		for i := range n {
			if i > 0 {
				want.WriteByte(',')
			}
			text, err := json.Marshal(map[string]any{"n": i, "text": "<##[\u202e>"})
			if err != nil {
				t.Fatal(err)
			}
			want.WriteString("\n" + string(jsonText(text)))
		}
		if got.String() != want.String() {
			t.Errorf("%d elements: got %.300q, want %.300q", n, got.String(), want.String())
		}
	}
}

func TestAnElementThatCannotBeWrittenEndsTheList(t *testing.T) {
	j := stream{out: bufio.NewWriter(&bytes.Buffer{})}
	j.elements(100_000, func(i int) any {
		if i == 200 {
			return make(chan int)
		}
		return i
	})
	if j.err == nil || !strings.Contains(j.err.Error(), "chan int") {
		t.Errorf("error %v", j.err)
	}
	full := errors.New("the disk is full")
	j, made := stream{out: bufio.NewWriterSize(failing{full}, 16)}, make(chan int, 1_000_000)
	j.elements(1_000_000, func(i int) any { made <- i; return i })
	if !errors.Is(j.err, full) || len(made) > 100_000 {
		t.Errorf("error %v after %d elements", j.err, len(made))
	}
}

// A failing writer takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
