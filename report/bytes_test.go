package report

import (
	"strings"
	"testing"
)

// Every byte at every place among twelve, for every meaning.
func TestBytesAreFoundWhereverTheyStand(t *testing.T) {
	for c := range 256 {
		for at := range 12 {
			text := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("z", 11-at)
			for _, meaning := range []uint8{unshown, inLogs, inJSON, inMarkdown, inNames, inHosts} {
				want := len(text)
				if meanings[c]&meaning != 0 {
					want = at
				}
				if got := without(meaning, text); got != want || meaningsOf(text)&meaning != meanings[c]&meaning {
					t.Errorf("byte %#x at %d, meaning %d: found at %d, want %d", c, at, meaning, got, want)
				}
			}
		}
	}
}

// Text without a meaning in a notation is what the slow way of that notation leaves alone.
func TestBytesWithoutAMeaningStayAsTheyAre(t *testing.T) {
	for c := range 256 {
		one := "a" + string([]byte{byte(c)}) + "z"
		if clean := CleanLine(one) == one; clean != (meanings[c]&unshown == 0) {
			t.Errorf("byte %#x: shown as it is: %v", c, clean)
		}
		if quoted := marshalled(t, one); meanings[c]&inJSON == 0 && quoted != `"`+one+`"` {
			t.Errorf("byte %#x in JSON: %s", c, quoted)
		}
		twice := strings.Repeat(one[:2], 3)
		if meanings[c]&inMarkdown == 0 && mdEscapes.Replace(twice) != twice {
			t.Errorf("byte %#x in markdown: %s", c, mdEscapes.Replace(twice))
		}
		doubled := strings.Repeat(one[1:2], 3)
		if meanings[c]&(unshown|inLogs) == 0 && defuse(doubled) != doubled {
			t.Errorf("byte %#x in a log: %s", c, defuse(doubled))
		}
	}
}
