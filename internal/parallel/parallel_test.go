package parallel_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/ecrgate/ecrgate/internal/parallel"
)

func TestMapKeepsTheOrder(t *testing.T) {
	if got := parallel.Map([]int{1, 2, 3}, func(n int) int { return n * n }); !slices.Equal(got, []int{1, 4, 9}) {
		t.Errorf("got %v", got)
	}
}

func TestMapPanicsInItsCaller(t *testing.T) {
	err := parallel.Catch(func() error {
		parallel.Map([]int{1, 2}, func(n int) int { panic(n) })
		return nil
	})
	var p *parallel.Panic
	if !errors.As(err, &p) || p.Value != 1 || len(p.Stack) == 0 {
		t.Errorf("got %v", err)
	}
}

func TestAwait(t *testing.T) {
	boom := errors.New("boom")
	stopped, stop := context.WithCancelCause(t.Context())
	stop(boom)
	never := make(chan struct{})
	defer close(never)
	for name, c := range map[string]struct {
		ctx  context.Context
		f    func() (int, error)
		want error
	}{
		"the context ends": {stopped, func() (int, error) { <-never; return 1, nil }, boom},
		"the call fails":   {t.Context(), func() (int, error) { return 1, boom }, boom},
		"the call returns": {t.Context(), func() (int, error) { return 1, nil }, nil},
	} {
		if _, err := parallel.Await(c.ctx, c.f); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	var p *parallel.Panic
	if _, err := parallel.Await(t.Context(), func() (int, error) { panic("no") }); !errors.As(err, &p) {
		t.Errorf("a panic is returned as %v", err)
	}
}

func TestMapProcessorsIsBounded(t *testing.T) {
	var now, most atomic.Int64
	got := parallel.MapProcessors(make([]int, 50), func(int) bool {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		runtime.Gosched()
		return true
	})
	if len(got) != 50 || slices.Contains(got, false) || int(most.Load()) > runtime.GOMAXPROCS(0) {
		t.Errorf("got %v, %d at once", got, most.Load())
	}
}
