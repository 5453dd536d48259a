package report

import (
	"fmt"
	"slices"
	"testing"
)

func TestADistinctListHasEveryTextOnce(t *testing.T) {
	var d distinct
	for range 2 { // a second list must know nothing of the first
		var want []string
		for i := range 3 * searched {
			want = append(want, fmt.Sprint(i))
			for n := range i + 1 {
				d.add(fmt.Sprint(n))
			}
			if !slices.Equal(d.list, want) {
				t.Fatalf("after %d texts: %v", i+1, d.list)
			}
		}
		d.clear()
		if d.add("7"); len(d.list) != 1 {
			t.Errorf("a list that was cleared has %v", d.list)
		}
		d.clear()
	}
}

func TestALongListSaysHowManyMore(t *testing.T) {
	var d distinct
	for n, want := range []string{"in ", "in a", "in a, b", "in a, b and 1 more", "in a, b and 2 more"} {
		d.clear()
		for _, s := range []string{"a", "b", "c", "d"}[:n] {
			d.add(s)
		}
		if got := string(d.append([]byte("in "), 2)); got != want {
			t.Errorf("%d texts: %q, want %q", n, got, want)
		}
	}
}
