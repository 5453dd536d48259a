package report

// What a byte means where text from strangers goes. A text is looked through for them before
// anything else is done with it: of nearly all there is nothing to do.
const (
	unshown    = 1 << iota // no printable ASCII
	inLogs                 // may begin a command for a CI runner, with others
	inJSON                 // escaped in JSON, there or after another byte
	inMarkdown             // special in markdown
	inNames                // more than a letter, a digit, a point or a hyphen
	inHosts                // begins the www. that markdown makes a link of
)

// meanings are those of each byte.
var meanings = func() (t [256]uint8) {
	for c := range t {
		if c < ' ' || c > '~' {
			t[c] |= unshown | inJSON
		}
		if !alphanumeric(byte(c)) && c != '.' && c != '-' {
			t[c] |= inNames
		}
	}
	for meaning, bytes := range map[uint8]string{inLogs: ":#", inJSON: `"\<>&#`, inMarkdown: "@#&<>\\`*_[]|~$", inHosts: "w"} {
		for _, c := range []byte(bytes) {
			t[c] |= meaning
		}
	}
	return t
}()

// without is how many bytes a text begins with that have none of the meanings.
func without[T ~string | ~[]byte](meaning uint8, s T) int {
	n := 0
	for ; n+8 <= len(s); n += 8 {
		e := s[n : n+8]
		any := meanings[e[0]] | meanings[e[1]] | meanings[e[2]] | meanings[e[3]] |
			meanings[e[4]] | meanings[e[5]] | meanings[e[6]] | meanings[e[7]]
		if any&meaning != 0 {
			break
		}
	}
	for n < len(s) && meanings[s[n]]&meaning == 0 {
		n++
	}
	return n
}

// meaningsOf are the meanings that any byte of a text has.
func meaningsOf(s string) uint8 {
	var found uint8
	for ; len(s) >= 8; s = s[8:] {
		found |= meanings[s[0]] | meanings[s[1]] | meanings[s[2]] | meanings[s[3]] |
			meanings[s[4]] | meanings[s[5]] | meanings[s[6]] | meanings[s[7]]
	}
	for i := range len(s) {
		found |= meanings[s[i]]
	}
	return found
}

func alphanumeric[T byte | rune](c T) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
