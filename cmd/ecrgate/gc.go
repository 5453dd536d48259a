package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// gcHeapTarget is how far the heap may grow, in bytes, before memory matters more than time. All
// findings of a run are in memory until its reports are written: 25,000 enhanced ones take 50 MB, and
// Go's default would double that.
const gcHeapTarget = 80 << 20

// The bounds of GOGC: how much the heap may grow, in percent of what is in use, before a collection.
// Go's default is 100. A small heap is rarely collected; a large one wastes little.
const (
	minGrowth = 50
	maxGrowth = 400
)

// tuneGC makes the garbage collector lazy while little memory is in use and eager when much is. The
// variables GOGC and GOMEMLIMIT take precedence.
func tuneGC(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(maxGrowth)
	afterGC(maxGrowth)
}

// afterGC adjusts the growth after each collection.
func afterGC(growth int) {
	type sentinel struct{ _ *int }
	runtime.AddCleanup(new(sentinel), func(old int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		growth := growthOf(live[0].Value.Uint64())
		if growth != old {
			debug.SetGCPercent(growth)
		}
		afterGC(growth)
	}, growth)
}

// growthOf lets the heap grow from what is in use to the budget, within the bounds.
func growthOf(live uint64) int {
	if live >= gcHeapTarget {
		return minGrowth
	}
	return int(min(max((gcHeapTarget-live)*100/max(live, 1), minGrowth), maxGrowth))
}
