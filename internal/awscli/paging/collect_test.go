package paging

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// Collect makes exactly the same calls as Each.
func TestCollectingMakesTheCallsOfEach(t *testing.T) {
	for _, sizes := range [][]int{{0}, {3}, {2, 3}, {2, 0, 3}, {1, 1, 1, 1}, {0, 4, 0}} {
		for most := int64(0); most <= 6; most++ {
			for _, start := range []value.Value{nil, "page-1", "page-0___1", "page-0___x___y"} {
				one, other := &book{sizes: sizes}, &book{sizes: sizes}
				l := Listing{Params: &value.Object{}, Start: start, Call: one.call}
				if most > 0 {
					l.MaxItems = big.NewInt(most)
				}
				items, token, err := read(l)
				l.Call = other.call
				var kept []string
				resume, failed := l.Collect(func(page Page) { kept = append(kept, texts(page)...) })
				if fmt.Sprint(failed) != fmt.Sprint(err) || resume != token || !slices.Equal(other.asked, one.asked) {
					t.Errorf("pages %v, at most %d from %v: %v, %q after %q; want %v, %q after %q", sizes, most, start, failed, resume, other.asked, err, token, one.asked)
				}
				if err == nil && !slices.Equal(kept, items) {
					t.Errorf("pages %v, at most %d from %v: kept %v, want %v", sizes, most, start, kept, items)
				}
			}
		}
	}
}

// Each page but the last is stored while the next call is in flight, and there is only one call at a time.
func TestCollectingAsksAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{sizes: []int{1, 1, 1}}
		begun, goOn := 0, make(chan bool)
		l := Listing{Params: &value.Object{}, Call: func(params *value.Object) (*value.Object, error) {
			if begun++; begun > 1 {
				<-goOn
			}
			return b.call(params)
		}}
		kept := 0
		_, err := l.Collect(func(Page) {
			kept++
			synctest.Wait()
			if want := min(kept+1, 3); begun != want {
				t.Errorf("%d calls when page %d is put away, want %d", begun, kept, want)
			}
			if kept < 3 {
				goOn <- true
			}
		})
		if err != nil || kept != 3 || begun != 3 {
			t.Errorf("%d pages after %d calls: %v", kept, begun, err)
		}
	})
}

// A failed page ends the listing, after the previous page has been stored.
func TestCollectingEndsWithTheFirstError(t *testing.T) {
	b := &book{sizes: []int{1, 1, 1, 1}}
	broken := errors.New("broken")
	kept := 0
	l := Listing{Params: &value.Object{}, Call: func(params *value.Object) (*value.Object, error) {
		if page, err := b.call(params); len(b.asked) < 3 {
			return page, err
		}
		return nil, broken
	}}
	token, err := l.Collect(func(Page) { kept++ })
	if !errors.Is(err, broken) || token != "" || kept != 2 || len(b.asked) != 3 {
		t.Errorf("%v, token %q, %d pages after %d calls", err, token, kept, len(b.asked))
	}
}

func TestTheSameTokenTwiceIsNotAskedFor(t *testing.T) {
	calls := 0
	l := Listing{Params: &value.Object{}, Call: func(*value.Object) (*value.Object, error) {
		calls++
		return value.NewObject(findingsKey, &value.Object{}, nextToken, "again"), nil
	}}
	_, err := l.Collect(func(Page) {})
	if want := "Error during pagination: The same next token was received twice: {'nextToken': 'again'}"; err == nil || err.Error() != want || calls != 2 {
		t.Errorf("%v after %d calls", err, calls)
	}
}
