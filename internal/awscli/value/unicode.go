package value

import "sort"

//go:generate python3 testdata/unicode.py

// Printable reports whether Python's repr shows a code point as it is. It follows Unicode 14.0, as
// Python 3.11 does, not the version that Go's tables have.
func Printable(r rune) bool {
	if r < 0x7f {
		return r >= 0x20
	}
	return !within(unprintable[:], r)
}

// within reports whether a code point is in one of the sorted, inclusive ranges.
func within(ranges []rune, r rune) bool {
	i := sort.Search(len(ranges)/2, func(i int) bool { return ranges[2*i+1] >= r })
	return 2*i < len(ranges) && ranges[2*i] <= r
}

// Width returns the number of terminal columns that the AWS CLI's tables assume for a text: two for each
// wide, fullwidth or ambiguous code point of Unicode 14.0, one for any other.
func Width(text string) int {
	n := 0
	for i := 0; i < len(text); n++ {
		if text[i] < 0x80 {
			i++
			continue
		}
		r, size := Rune(text[i:])
		if i += size; within(wide[:], r) {
			n++
		}
	}
	return n
}
