package report

import (
	"bufio"
	"encoding/json"
	"runtime"
	"sync"
)

// A stream writes JSON piece by piece and keeps the first error.
type stream struct {
	out *bufio.Writer
	err error
}

func (j *stream) text(s string) {
	if j.err == nil {
		_, j.err = j.out.WriteString(s)
	}
}

func (j *stream) value(v any) {
	if j.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if j.err = err; err == nil {
		_, j.err = j.out.Write(jsonText(b))
	}
}

// member writes a member that is not the first of its object.
func (j *stream) member(name string, v any) {
	j.text(`,"` + name + `":`)
	j.value(v)
}

// element begins the i-th element of a list, on a line of its own.
func (j *stream) element(i int) {
	if i > 0 {
		j.text(",")
	}
	j.text("\n")
}

// blockSize is how many elements of a list are made in one go.
const blockSize = 32

// An element appends the i-th element of a list. It is used for one element after another.
type element func(text []byte, i int) ([]byte, error)

// A block is a stretch of a list on its way to the file.
type block struct {
	text  []byte
	err   error
	ready chan struct{}
}

var blocks = sync.Pool{New: func() any { return new(block) }}

// elements writes the n elements of a list. They are made in blocks, side by side, and written in
// their order; of a long list no more blocks are in memory than keep the processors busy. Each block
// has an element writer of its own, which may keep what it works with.
func (j *stream) elements(n int, writer func() element) {
	queue := make(chan *block, 2*runtime.GOMAXPROCS(0))
	stop := make(chan struct{})
	go enqueue(queue, stop, n, writer)
	for b := range queue {
		<-b.ready
		if j.err == nil {
			j.err = b.err
		}
		if j.err == nil {
			_, j.err = j.out.Write(b.text)
		}
		if j.err != nil && stop != nil {
			close(stop)
			stop = nil
		}
		blocks.Put(b)
	}
}

// enqueue begins blocks in their order, until all are begun or none is wanted any more.
func enqueue(queue chan<- *block, stop <-chan struct{}, n int, writer func() element) {
	defer close(queue)
	for from := 0; from < n; from += blockSize {
		b := blocks.Get().(*block)
		b.err, b.ready = nil, make(chan struct{})
		select {
		case queue <- b:
		case <-stop:
			return
		}
		go b.make(from, min(from+blockSize, n), writer())
	}
}

func (b *block) make(from, to int, write element) {
	defer close(b.ready)
	b.text = b.text[:0]
	for i := from; i < to && b.err == nil; i++ {
		if i > 0 {
			b.text = append(b.text, ',')
		}
		b.text, b.err = write(append(b.text, '\n'), i)
	}
}
