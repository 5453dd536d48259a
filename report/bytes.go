package report

// What a byte means where text from strangers goes. A text is looked through for them before
// anything else is done with it: of nearly all there is nothing to do.
const (
	unshown    = 1 << iota // no printable ASCII
	inJSON                 // escaped in JSON, there or after another byte
	inMarkdown             // special in markdown, or in a log
	inNames                // more than a letter, a digit, a point or a hyphen
)

// mdSpecial are the characters with a meaning in markdown, and the one that begins a command in a
// log.
const mdSpecial = "@#&<>\\`*_[]|~$:"

// meanings are those of each byte.
var meanings = func() (t [256]uint8) {
	for c := range t {
		if c < ' ' || c > '~' {
			t[c] |= unshown | inJSON | inMarkdown
		}
		if !alphanumeric(byte(c)) && c != '.' && c != '-' {
			t[c] |= inNames
		}
	}
	for _, c := range []byte(`"\<>&#`) {
		t[c] |= inJSON
	}
	for _, c := range []byte(mdSpecial) {
		t[c] |= inMarkdown
	}
	return t
}()

// without is how many bytes a text begins with that have none of the meanings.
func without(meaning uint8, s string) int {
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

// free reports whether no byte of a text has one of the meanings.
func free(s string, of uint8) bool { return without(of, s) == len(s) }

func alphanumeric(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}
