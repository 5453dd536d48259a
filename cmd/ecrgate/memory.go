package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// heapBudget is what the heap may grow to, in bytes, before memory matters more than time. All
// findings of a run are in memory until its reports are written: 25,000 enhanced ones take 50 MB,
// which would become twice as much by Go's rule.
const heapBudget = 80 << 20

// The bounds of what the heap may grow by, in per cent of what is in use, before it is cleared up. Go
// itself takes 100. A small heap is hardly ever cleared up; of a large one little is wasted.
const (
	leastGrowth = 50
	mostGrowth  = 400
)

// tuneCollector makes the garbage collector lazy while little memory is in use, and keen when much
// is. Who has set GOGC or GOMEMLIMIT is left alone.
func tuneCollector(getenv func(string) string) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return
	}
	debug.SetGCPercent(mostGrowth)
	afterCollection(mostGrowth)
}

// afterCollection sets the growth anew after each collection.
func afterCollection(growth int) {
	type sentinel struct{ _ *int }
	runtime.AddCleanup(new(sentinel), func(old int) {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		growth := growthOf(live[0].Value.Uint64())
		if growth != old {
			debug.SetGCPercent(growth)
		}
		afterCollection(growth)
	}, growth)
}

// growthOf lets the heap grow from what is in use to the budget, within the bounds.
func growthOf(live uint64) int {
	if live >= heapBudget {
		return leastGrowth
	}
	return int(min(max((heapBudget-live)*100/max(live, 1), leastGrowth), mostGrowth))
}
