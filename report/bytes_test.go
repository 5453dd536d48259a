package report

import (
	"strings"
	"testing"
)

// Every byte at every place among eight: the quick tests say what the slow ones do.
func TestEightBytesAtOnce(t *testing.T) {
	for c := range 256 {
		for at := range 8 {
			text := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("z", 7-at)
			printable := c >= ' ' && c <= '~'
			if plain(text) != printable || unprintable(eight(text, 0)) == printable {
				t.Errorf("byte %#x at %d: printable is %v", c, at, !printable)
			}
			if got := allAsTheyAre(eight(text, 0)); got != asItIs[c] {
				t.Errorf("byte %#x at %d: as it is: %v", c, at, got)
			}
		}
	}
}
