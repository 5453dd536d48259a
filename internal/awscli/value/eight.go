package value

import "math/bits"

const (
	eachByte = 0x0101010101010101
	topBits  = 0x80 * eachByte
)

// eight returns eight bytes of a text as one little-endian number.
func eight(s string, at int) uint64 {
	_ = s[at+7]
	return uint64(s[at]) | uint64(s[at+1])<<8 | uint64(s[at+2])<<16 | uint64(s[at+3])<<24 |
		uint64(s[at+4])<<32 | uint64(s[at+5])<<40 | uint64(s[at+6])<<48 | uint64(s[at+7])<<56
}

// special sets the top bit of each of eight bytes that is a control character, quote or backslash. The lowest
// mark is correct; higher ones may be wrong.
func special(b uint64) uint64 {
	return ((b-0x20*eachByte)&^b | equal(b, '"') | equal(b, '\\')) & topBits
}

// equal marks the bytes that are c, as special does.
func equal(b, c uint64) uint64 {
	b ^= c * eachByte
	return (b - eachByte) &^ b & topBits
}

// first returns the index of the lowest mark.
func first(marks uint64) int { return bits.TrailingZeros64(marks) / 8 }
