package scan

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A quick reads the JSON of a page several times as fast as encoding/json. It takes plain answers,
// as ECR gives them, and gives up on anything else: what is no JSON, a value of the wrong kind, a
// member that comes twice or in another case, text that is no UTF-8. Then encoding/json reads the
// page and says what is wrong with it. So the two never disagree, which a test holds.
//
// Once it has given up, every method does nothing.
type quick struct {
	raw    []byte
	at     int
	gaveUp bool
	texts  arena
	words  map[string]string // texts that come again and again, kept once
}

// maxNesting is how deep skipped values may lie in each other.
const maxNesting = 64

// readQuickly gives nil when it gave up.
func readQuickly(raw []byte) *wirePage {
	q := quick{raw: raw, words: map[string]string{}}
	w := &wirePage{}
	pageObject.read(&q, w)
	if q.peek(); q.gaveUp || q.at < len(raw) {
		return nil
	}
	return w
}

func (q *quick) giveUp() { q.gaveUp = true }

// peek gives the first byte of what comes next; 0 at the end.
func (q *quick) peek() byte {
	for q.at < len(q.raw) {
		switch c := q.raw[q.at]; c {
		case ' ', '\t', '\r', '\n':
			q.at++
		default:
			return c
		}
	}
	return 0
}

// take goes on behind a sign that must come next.
func (q *quick) take(c byte) {
	if q.gaveUp || q.peek() != c {
		q.giveUp()
		return
	}
	q.at++
}

// each calls read before every element of a list or object, which must begin with open and not be
// null.
func (q *quick) each(open, end byte, read func()) {
	q.take(open)
	if !q.gaveUp && q.peek() == end {
		q.at++
		return
	}
	for !q.gaveUp {
		read()
		if q.gaveUp {
			return
		}
		switch q.peek() {
		case ',':
			q.at++
		case end:
			q.at++
			return
		default:
			q.giveUp()
		}
	}
}

// null reports whether a null comes next, and goes on behind it.
func (q *quick) null() bool {
	if q.gaveUp || q.peek() != 'n' {
		return false
	}
	q.literal("null")
	return !q.gaveUp
}

func (q *quick) literal(word string) {
	if !strings.HasPrefix(string(q.raw[q.at:min(len(q.raw), q.at+len(word))]), word) {
		q.giveUp()
		return
	}
	q.at += len(word)
}

// number gives the digits of a number.
func (q *quick) number() string {
	if q.gaveUp {
		return ""
	}
	q.peek()
	begin := q.at
	if q.sign('-'); q.sign('0') {
	} else if q.digits() == 0 {
		q.giveUp()
	}
	if q.sign('.') && q.digits() == 0 {
		q.giveUp()
	}
	if q.sign('e') || q.sign('E') {
		if !q.sign('+') {
			q.sign('-')
		}
		if q.digits() == 0 {
			q.giveUp()
		}
	}
	return string(q.raw[begin:q.at])
}

func (q *quick) sign(c byte) bool {
	if q.at < len(q.raw) && q.raw[q.at] == c {
		q.at++
		return true
	}
	return false
}

func (q *quick) digits() int {
	begin := q.at
	for q.at < len(q.raw) && q.raw[q.at]-'0' <= 9 {
		q.at++
	}
	return q.at - begin
}

// float reads a number that a float64 can hold.
func (q *quick) float() float64 {
	n, err := strconv.ParseFloat(q.number(), 64)
	if err != nil {
		q.giveUp()
	}
	return n
}

// A literal text is what stands between quotes.
type literal struct {
	raw     []byte
	escaped bool // it holds escapes
	wide    bool // it holds more than ASCII
}

// quoted reads a text.
func (q *quick) quoted() literal {
	q.take('"')
	var l literal
	begin := q.at
	for !q.gaveUp {
		q.at += plainLength(q.raw[q.at:])
		if q.at == len(q.raw) {
			break
		}
		switch c := q.raw[q.at]; {
		case c == '"':
			l.raw = q.raw[begin:q.at]
			q.at++
			return l
		case c >= utf8.RuneSelf:
			l.wide = true
			q.at++
		case c == '\\':
			l.escaped = true
			q.escape()
		default:
			q.giveUp()
		}
	}
	q.giveUp()
	return literal{}
}

// special are the bytes of a text that have to be looked at: its end, escapes, control characters,
// and what is not ASCII.
var special = func() (s [256]bool) {
	for c := range s {
		s[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return s
}()

func plainLength(text []byte) int {
	for i, c := range text {
		if special[c] {
			return i
		}
	}
	return len(text)
}

// escape goes on behind a backslash and what belongs to it.
func (q *quick) escape() {
	rest := q.raw[q.at+1:]
	switch {
	case len(rest) == 0:
		q.giveUp()
	case strings.IndexByte(`"\/bfnrt`, rest[0]) >= 0:
		q.at += 2
	case rest[0] == 'u' && len(rest) > 4 && hex(rest[1:5]) >= 0:
		q.at += 6
	default:
		q.giveUp()
	}
}

// hex reads four digits; -1 when they are none.
func hex(digits []byte) rune {
	n, err := strconv.ParseUint(string(digits), 16, 32)
	if err != nil {
		return -1
	}
	return rune(n)
}

// text reads a text, or null as none.
func (q *quick) text() string {
	if q.null() {
		return ""
	}
	l := q.quoted()
	if l.wide && !utf8.Valid(l.raw) {
		q.giveUp()
	}
	switch {
	case q.gaveUp:
		return ""
	case l.escaped:
		return q.unescaped(l.raw)
	}
	return q.texts.keep(l.raw)
}

// word reads a text that many findings share.
func (q *quick) word() string {
	begin := q.at
	if q.null() {
		return ""
	}
	l := q.quoted()
	if q.gaveUp {
		return ""
	}
	if w, known := q.words[string(l.raw)]; known && !l.escaped {
		return w
	}
	q.at = begin
	w := q.text()
	if !l.escaped && !q.gaveUp {
		q.words[w] = w
	}
	return w
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unescaped is a text whose escapes were found to be right. Halves of characters are left to
// encoding/json.
func (q *quick) unescaped(raw []byte) string {
	text := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			text = append(text, raw[i])
			continue
		}
		i++
		if raw[i] != 'u' {
			text = append(text, escapes[raw[i]])
			continue
		}
		r := hex(raw[i+1 : i+5])
		if r >= 0xd800 && r < 0xe000 {
			q.giveUp()
			return ""
		}
		text = utf8.AppendRune(text, r)
		i += 4
	}
	return q.texts.keep(text)
}

// skip goes on behind a value of any kind.
func (q *quick) skip(nesting int) {
	if nesting > maxNesting {
		q.giveUp()
	}
	if q.gaveUp {
		return
	}
	switch c := q.peek(); c {
	case '{':
		q.each('{', '}', func() {
			q.quoted()
			q.take(':')
			q.skip(nesting + 1)
		})
	case '[':
		q.each('[', ']', func() { q.skip(nesting + 1) })
	case '"':
		q.quoted()
	case 't':
		q.literal("true")
	case 'f':
		q.literal("false")
	case 'n':
		q.literal("null")
	default:
		q.number()
	}
}

// An arena keeps many short texts in few pieces of memory.
type arena struct{ piece strings.Builder }

const pieceSize = 16 << 10

func (a *arena) keep(text []byte) string {
	switch {
	case len(text) == 0:
		return ""
	case len(text) > pieceSize/4:
		return string(text)
	case a.piece.Cap()-a.piece.Len() < len(text):
		a.piece = strings.Builder{}
		a.piece.Grow(pieceSize)
	}
	begin := a.piece.Len()
	a.piece.Write(text)
	return a.piece.String()[begin:]
}
