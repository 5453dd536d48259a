package report

import (
	"bufio"
	"bytes"
	"errors"
	"strconv"
	"testing"
)

func TestElementsComeInTheirOrder(t *testing.T) {
	for _, n := range []int{0, 1, blockSize - 1, blockSize, blockSize + 1, 50*blockSize + 7} {
		var got, want bytes.Buffer
		j := stream{out: bufio.NewWriter(&got)}
		j.elements(n, func() element {
			return func(text []byte, i int) ([]byte, error) { return strconv.AppendInt(text, int64(i), 10), nil }
		})
		if j.err != nil || j.out.Flush() != nil {
			t.Fatal(j.err)
		}
		for i := range n {
			if i > 0 {
				want.WriteByte(',')
			}
			want.WriteString("\n" + strconv.Itoa(i))
		}
		if got.String() != want.String() {
			t.Errorf("%d elements: got %.300q, want %.300q", n, got.String(), want.String())
		}
	}
}

func TestAnElementThatCannotBeWrittenEndsTheList(t *testing.T) {
	j := stream{out: bufio.NewWriter(&bytes.Buffer{})}
	wrong := errors.New("this cannot be written")
	j.elements(100_000, func() element {
		return func(text []byte, i int) ([]byte, error) {
			if i == 200 {
				return text, wrong
			}
			return text, nil
		}
	})
	if !errors.Is(j.err, wrong) {
		t.Errorf("error %v", j.err)
	}
	full := errors.New("the disk is full")
	j, made := stream{out: bufio.NewWriterSize(failing{full}, 16)}, make(chan int, 1_000_000)
	j.elements(1_000_000, func() element {
		return func(text []byte, i int) ([]byte, error) {
			made <- i
			return append(text, "element"...), nil
		}
	})
	if !errors.Is(j.err, full) || len(made) > 100_000 {
		t.Errorf("error %v after %d elements", j.err, len(made))
	}
}

// A failing writer takes nothing.
type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
