package gate

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/scan"
)

// TestAReadingThatTakesTimeIsSharedInVirtualTime hangs if a caller waits in a way that stops the virtual
// clock.
func TestAReadingThatTakesTimeIsSharedInVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var o once[int]
		reads, failure := 0, errors.New("not there")
		got := parallel.Map(make([]int, 10), func(int) error {
			n, err := o.get(scan.Image{Repository: "node"}, func() (int, error) {
				reads++
				time.Sleep(time.Minute)
				return 7, failure
			})
			if n != 7 {
				t.Errorf("got %d, want 7", n)
			}
			return err
		})
		for _, err := range got {
			if !errors.Is(err, failure) {
				t.Errorf("got %v, want %v", err, failure)
			}
		}
		if reads != 1 {
			t.Errorf("read %d times, want once", reads)
		}
	})
}

func TestAReadingThatPanicsPanicsForAll(t *testing.T) {
	var o once[int]
	for range 2 {
		err := parallel.Catch(func() error {
			_, err := o.get(scan.Image{}, func() (int, error) { panic("no") })
			return err
		})
		var p *parallel.Panic
		if !errors.As(err, &p) || p.Value != "no" {
			t.Errorf("got %v, want the panic", err)
		}
	}
}
