package gate

import (
	"sync"

	"github.com/ecrgate/ecrgate/scan"
)

// once reads what several images of a run need, once for each key. The zero value is ready.
type once[T any] struct {
	mu   sync.Mutex
	read map[scan.Image]func() (T, error)
}

// get returns what read returns. The first caller for a key reads, and the others wait for that.
func (o *once[T]) get(key scan.Image, read func() (T, error)) (T, error) {
	o.mu.Lock()
	f := o.read[key]
	if f == nil {
		if o.read == nil {
			o.read = map[scan.Image]func() (T, error){}
		}
		f = sync.OnceValues(read)
		o.read[key] = f
	}
	o.mu.Unlock()
	return f()
}
