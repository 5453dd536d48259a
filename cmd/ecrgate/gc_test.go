package main

import "testing"

func TestALargeHeapGrowsLess(t *testing.T) {
	for live, want := range map[uint64]int{0: 400, 1: 400, 10 << 20: 400, 20 << 20: 300, 40 << 20: 100, 50 << 20: 60, 60 << 20: 50, 80 << 20: 50, 1 << 40: 50} {
		if got := growthOf(live); got != want {
			t.Errorf("%d bytes in use may grow by %d %%, want %d %%", live, got, want)
		}
	}
}
