package gate

import (
	"errors"
	"sync"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
)

// A once reads what several images of a run need, once per key. The zero value is ready to use.
type once[T any] struct {
	mu    sync.Mutex
	reads map[scan.Image]*reading[T]
}

// A reading is done when its channel is closed. Waiting for a channel is waiting in virtual time too, which
// sync.Once is not.
type reading[T any] struct {
	done  chan struct{}
	value T
	err   error
}

// get returns what read returns. The first caller for a key reads, and the others wait for it. If read
// panics, get panics for all of them.
func (o *once[T]) get(key scan.Image, read func() (T, error)) (T, error) {
	r, first := o.reading(key)
	if first {
		r.err = parallel.Catch(func() (err error) {
			r.value, err = read()
			return err
		})
		close(r.done)
	}
	<-r.done
	var p *parallel.Panic
	if errors.As(r.err, &p) {
		panic(p)
	}
	return r.value, r.err
}

// reading returns the reading of a key, and whether the caller is the first to ask for it.
func (o *once[T]) reading(key scan.Image) (r *reading[T], first bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if r := o.reads[key]; r != nil {
		return r, false
	}
	if o.reads == nil {
		o.reads = map[scan.Image]*reading[T]{}
	}
	o.reads[key] = &reading[T]{done: make(chan struct{})}
	return o.reads[key], true
}
