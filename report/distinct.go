package report

import (
	"slices"
	"strconv"
)

// searched is how many texts are looked through one by one.
const searched = 16

// A distinct is a list that has every text once, in the order in which they came.
type distinct struct {
	list []string
	seen map[string]bool // made for a long list only
}

func (d *distinct) clear() { d.list, d.seen = d.list[:0], nil }

func (d *distinct) add(s string) {
	if d.has(s) {
		return
	}
	d.list = append(d.list, s)
	if d.seen != nil {
		d.seen[s] = true
	}
}

func (d *distinct) has(s string) bool {
	if len(d.list) < searched {
		return slices.Contains(d.list, s)
	}
	if d.seen == nil {
		d.seen = map[string]bool{}
		for _, old := range d.list {
			d.seen[old] = true
		}
	}
	return d.seen[s]
}

// append appends the first n texts, with a comma between, and how many more there are.
func (d *distinct) append(b []byte, n int) []byte {
	for i, s := range d.list[:min(n, len(d.list))] {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, s...)
	}
	if more := len(d.list) - n; more > 0 {
		b = append(strconv.AppendInt(append(b, " and "...), int64(more), 10), " more"...)
	}
	return b
}
