package policy

import (
	"errors"
	"strings"
)

// A Glob is a pattern: * and ? match any characters, / too, […] is a class, and the whole text must
// match. The zero Glob is no pattern.
type Glob struct {
	text string
	fold bool // in any case
}

// ParseGlob reads a pattern. With fold it matches in any case, as patterns of ids do.
func ParseGlob(text string, fold bool) (Glob, error) {
	if text == "" {
		return Glob{}, errors.New("the pattern is empty (want a name, or a pattern with * and ?)")
	}
	g := Glob{text: text, fold: fold}
	for rest := text; ; {
		i := strings.IndexByte(rest, '[')
		if i < 0 {
			return g, nil
		}
		_, n, ok := class(rest[i:], 0)
		if !ok {
			return Glob{}, errors.New("a class is not closed (want […], e.g. [0-9])")
		}
		rest = rest[i+n:]
	}
}

// String gives the pattern as it was written.
func (g Glob) String() string { return g.text }

// IsZero reports whether no pattern was given.
func (g Glob) IsZero() bool { return g.text == "" }

// Literal reports whether the pattern matches one text only.
func (g Glob) Literal() bool { return !strings.ContainsAny(g.text, "*?[") }

// Match reports whether the whole text matches.
func (g Glob) Match(text string) bool {
	pattern := g.text
	if g.fold {
		pattern, text = strings.ToLower(pattern), strings.ToLower(text)
	}
	return match(pattern, text)
}

// match goes back to the last * only, so that it takes no more than len(pattern) × len(text) steps.
func match(pattern, text string) bool {
	p, t, star, mark := 0, 0, -1, 0
	for t < len(text) {
		step, ok := matchOne(pattern[p:], text[t])
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, t
			p++
		case ok:
			p += step
			t++
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchOne matches a byte with the first element of a pattern, and gives that element's length.
func matchOne(pattern string, b byte) (int, bool) {
	if pattern == "" {
		return 0, false
	}
	switch pattern[0] {
	case '?':
		return 1, true
	case '[':
		in, n, ok := class(pattern, b)
		return n, ok && in
	}
	return 1, pattern[0] == b
}

// class reads [abc], [a-z] or [!a-z] at the start of a pattern: whether b is in it, and its length.
func class(pattern string, b byte) (in bool, length int, ok bool) {
	i := 1
	not := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if not {
		i++
	}
	for first := true; i < len(pattern); first = false {
		if pattern[i] == ']' && !first {
			return in != not, i + 1, true
		}
		low, high := pattern[i], pattern[i]
		if i+2 < len(pattern) && pattern[i+1] == '-' && pattern[i+2] != ']' {
			high = pattern[i+2]
			i += 2
		}
		in = in || low <= b && b <= high
		i++
	}
	return false, 0, false
}

// anyMatch reports whether one of the patterns matches; none at all match nothing.
func anyMatch(globs []Glob, text string) bool {
	for _, g := range globs {
		if g.Match(text) {
			return true
		}
	}
	return false
}

// appliesTo reports whether a list of repositories takes one; an empty list takes all.
func appliesTo(images []Glob, repository string) bool {
	return len(images) == 0 || anyMatch(images, repository)
}
