package value

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// For every byte at each of eight positions, the marks agree with the tables.
func TestEightBytesAtOnce(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			text := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("\x80", 7-at)
			b := eight(text, 0)
			if found := special(b); (found != 0) != ends[c] || found != 0 && first(found) != at {
				t.Errorf("byte %#x at %d: special returns %#x", c, at, found)
			}
			if found := special(b) | equal(b, 0xed); (found != 0) != marks[c] || found != 0 && first(found) != at {
				t.Errorf("byte %#x at %d: the marks are %#x", c, at, found)
			}
		}
	}
}

func TestRunsOfPlainBytes(t *testing.T) {
	const alphabet = "aaaaaaaaaaaaaaaaaaaaaaaaz ~\x7f\x80\xc3\xa9\xff!#[]\"\\\x1f\x00\n\xed"
	d := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := make([]byte, d.IntN(40))
		for i := range b {
			b[i] = alphabet[d.IntN(len(alphabet))]
		}
		s := string(b)
		for at := range len(s) + 1 {
			plain, mark := at, at
			for plain < len(s) && !ends[s[plain]] {
				plain++
			}
			for mark < len(s) && !marks[s[mark]] {
				mark++
			}
			d := decoder{text: s}
			if d.plain(at) != plain || nextMark(s, at) != mark {
				t.Fatalf("%q from %d: plain to %d, want %d; marked at %d, want %d", s, at, d.plain(at), plain, nextMark(s, at), mark)
			}
		}
	}
}
