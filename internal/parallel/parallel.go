// Package parallel runs functions concurrently without letting a panic end the process: if a goroutine
// panics, Go exits with code 2, which is ecrgate's code for a usage error. With this package, a panic
// surfaces in the goroutine that waits for the function.
package parallel

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
)

// A Panic is the value of a panic and the stack of its goroutine.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// Catch calls f and returns its error, or a *Panic if f panics.
func Catch(f func() error) (err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case *Panic:
			err = v
		default:
			err = &Panic{Value: v, Stack: debug.Stack()}
		}
	}()
	return f()
}

// Map calls f for all elements concurrently and returns the results in order. If a call panics, Map panics
// with the *Panic of the first one, in order, after all calls have returned.
func Map[T, R any](in []T, f func(T) R) []R {
	out := make([]R, len(in))
	panics := make([]error, len(in))
	var all sync.WaitGroup
	for i := range in {
		all.Go(func() {
			panics[i] = Catch(func() error {
				out[i] = f(in[i])
				return nil
			})
		})
	}
	all.Wait()
	for _, p := range panics {
		if p != nil {
			panic(p)
		}
	}
	return out
}

// MapProcessors is like Map, but makes at most as many calls at once as there are processors: more would only
// take more memory.
func MapProcessors[T, R any](in []T, f func(T) R) []R {
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	return Map(in, func(v T) R {
		places <- struct{}{}
		defer func() { <-places }()
		return f(v)
	})
}

// Do calls all functions concurrently and returns when all have returned. It panics like Map.
func Do(functions ...func()) {
	Map(functions, func(f func()) struct{} { f(); return struct{}{} })
}

// Wait is Await for a function that only returns an error.
func Wait(ctx context.Context, f func() error) error {
	_, err := Await(ctx, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

// Await returns what f returns, or the cause of the context if it ends first. Then f may still be running, so
// it must not write to anything that its caller still uses.
func Await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		var r result
		if p := Catch(func() error { r.value, r.err = f(); return nil }); p != nil {
			r.err = p
		}
		done <- r
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
