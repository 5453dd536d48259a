package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Glob is a pattern: * and ? match any characters, including /, […] is a class, and the whole text must
// match. The zero Glob means no pattern.
type Glob struct {
	text    string
	fold    bool // in any case
	literal bool // it matches one text only (with fold, in any case)
	steps   []step
}

// A step matches one character, or with star any number of them.
type step struct {
	star   bool
	not    bool
	ranges []runes // none: any character
}

// runes are the characters from low to high, both included.
type runes struct{ low, high rune }

// maxPattern is the longest pattern in bytes: no path is longer on Linux.
const maxPattern = 4096

// ParseGlob parses a pattern. With fold it matches in any case, as patterns of ids do.
func ParseGlob(text string, fold bool) (Glob, error) {
	g := Glob{text: text, fold: fold, literal: !strings.ContainsAny(text, "*?[")}
	switch {
	case text == "":
		return Glob{}, errors.New("pattern is empty (use a name, or a pattern with * and ?)")
	case len(text) > maxPattern:
		return Glob{}, fmt.Errorf("pattern has %d bytes (use at most %d)", len(text), maxPattern)
	case !utf8.ValidString(text):
		return Glob{}, errors.New("pattern is not UTF-8 (use text)")
	}
	rest := []rune(text)
	if fold {
		for i, r := range rest {
			rest[i] = lower(r)
		}
	}
	for len(rest) > 0 {
		s, n, err := nextStep(rest)
		if err != nil {
			return Glob{}, err
		}
		g.steps, rest = append(g.steps, s), rest[n:]
	}
	return g, nil
}

// ParseRepositoryGlob parses a pattern for repository names, as images in a policy has them. A pattern that
// can match no name is an error.
func ParseRepositoryGlob(text string) (Glob, error) {
	g, err := ParseGlob(text, false)
	if err == nil && !g.matchesSomeRepository() {
		err = errors.New("pattern can match no repository (use its name alone, in lower case, without registry, tag or digest, for example team/*)")
	}
	return g, err
}

// nextStep parses the first step of a pattern and returns how many characters it takes.
func nextStep(pattern []rune) (s step, n int, err error) {
	switch r := pattern[0]; r {
	case '*':
		return step{star: true}, 1, nil
	case '?':
		return step{}, 1, nil
	case '[':
		return class(pattern)
	default:
		return step{ranges: []runes{{r, r}}}, 1, nil
	}
}

// class parses [abc], [a-z] or [!a-z] at the start of a pattern. A leading ] is one of its characters.
func class(pattern []rune) (s step, n int, err error) {
	i := 1
	if s.not = i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^'); s.not {
		i++
	}
	for first := i; i < len(pattern); i++ {
		low, high := pattern[i], pattern[i]
		switch {
		case low == ']' && i > first:
			return s, i + 1, nil
		case low == '[' && i+1 < len(pattern) && pattern[i+1] == ':':
			return s, 0, errors.New("named classes such as [:alpha:] are not supported (list characters and ranges, for example [a-z])")
		case i+2 < len(pattern) && pattern[i+1] == '-' && pattern[i+2] != ']':
			high = pattern[i+2]
			i += 2
		}
		if high < low {
			return s, 0, fmt.Errorf("range %c-%c is empty (write %c-%c)", low, high, high, low)
		}
		s.ranges = append(s.ranges, runes{low, high})
	}
	return s, 0, errors.New("class is not closed (write […], for example [0-9])")
}

// String returns the pattern as it was written.
func (g Glob) String() string { return g.text }

// IsZero reports whether no pattern was given.
func (g Glob) IsZero() bool { return g.text == "" }

// prefix returns the literal start of the pattern, in lower case if case does not matter.
func (g *Glob) prefix() string {
	var b strings.Builder
	for _, s := range g.steps {
		if s.star || s.not || len(s.ranges) != 1 || s.ranges[0].low != s.ranges[0].high {
			break
		}
		b.WriteRune(s.ranges[0].low)
	}
	return b.String()
}

// matchesSomeRepository reports whether the pattern can match a repository name. It follows the pattern and
// the grammar of names in parallel, one character at a time.
func (g *Glob) matchesSomeRepository() bool {
	type place struct {
		step int
		name nameState
	}
	seen := map[place]bool{}
	var reach func(p place) bool
	reach = func(p place) bool {
		if seen[p] {
			return false
		}
		seen[p] = true
		if p.step == len(g.steps) {
			return p.name == inWord
		}
		star := g.steps[p.step].star
		if star && reach(place{p.step + 1, p.name}) {
			return true
		}
		for _, r := range nameRunes {
			name := p.name.next(r)
			if name == noName || !star && !g.takes(p.step, r) {
				continue
			}
			if next := (place{p.step + 1, name}); !star && reach(next) || star && reach(place{p.step, name}) {
				return true
			}
		}
		return false
	}
	return reach(place{0, atWord})
}

// A nameState is a position in a repository name: words of lower-case letters and digits, with . _ -
// between words and / between components. It allows runs of . _ -, most of which ECR refuses.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
type nameState int

const (
	noName nameState = iota
	atWord           // a letter or digit must follow
	inWord           // the name may end
	inMark           // behind . _ or -
)

const nameRunes = "abcdefghijklmnopqrstuvwxyz0123456789._-/"

func (s nameState) next(r rune) nameState {
	switch {
	case strings.ContainsRune("._-", r) && s != atWord:
		return inMark
	case r == '/' && s == inWord:
		return atWord
	case r != '/' && !strings.ContainsRune("._-", r):
		return inWord
	}
	return noName
}

// Match reports whether the whole text matches. It backtracks only to the last *, so it takes at most
// len(pattern) × len(text) steps.
func (g *Glob) Match(text string) bool {
	if g.literal {
		return g.text == text || g.fold && strings.EqualFold(g.text, text)
	}
	at, star, mark := 0, -1, 0
	for t := 0; t < len(text); {
		r, width := utf8.DecodeRuneInString(text[t:])
		switch {
		case at < len(g.steps) && g.steps[at].star:
			star, mark = at, t
			at++
		case at < len(g.steps) && g.takes(at, r):
			at++
			t += width
		case star >= 0:
			_, width = utf8.DecodeRuneInString(text[mark:])
			mark += width
			at, t = star+1, mark
		default:
			return false
		}
	}
	return !slices.ContainsFunc(g.steps[at:], func(s step) bool { return !s.star })
}

// takes reports whether a step matches a character.
func (g *Glob) takes(at int, r rune) bool {
	s := &g.steps[at]
	if len(s.ranges) == 0 {
		return true
	}
	if g.fold {
		r = lower(r)
	}
	for _, c := range s.ranges {
		if c.low <= r && r <= c.high {
			return !s.not
		}
	}
	return s.not
}

func lower(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}

// anyMatch reports whether one of the patterns matches; an empty list matches nothing.
func anyMatch(globs []Glob, text string) bool {
	for i := range globs {
		if globs[i].Match(text) {
			return true
		}
	}
	return false
}

// appliesTo reports whether a list of patterns matches a repository; an empty list matches all.
func appliesTo(images []Glob, repository string) bool {
	return len(images) == 0 || anyMatch(images, repository)
}
