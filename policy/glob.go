package policy

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

// A Glob is a pattern: * and ? match any characters, including /, […] is a class, and the whole text must
// match. The zero Glob means no pattern.
type Glob struct {
	text    string
	fold    bool // ignore case
	literal bool // matches only one text (with fold, ignoring case)
	steps   []step
}

// A step matches one character, or with star any number of them.
type step struct {
	star   bool
	not    bool
	ranges []runes // empty: any character
}

// runes is an inclusive range of characters.
type runes struct{ low, high rune }

// maxPattern is the longest pattern in bytes: no path is longer on Linux.
const maxPattern = 4096

// ParseGlob parses a pattern. With fold, it ignores case, as patterns for ids do.
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
			rest[i] = unicode.ToLower(r)
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

// LiteralID returns the pattern that matches an id literally, in any case.
func LiteralID(id string) Glob { return Glob{text: id, fold: true, literal: true} }

// ParseRepositoryGlob parses a pattern for repository names, like those in images of a policy. A pattern that
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
			if name == noName || !star && !g.matchesStep(p.step, r) {
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

// A nameState is a position in a repository name: words of lowercase letters and digits, with . _ - between
// words and / between components. It allows runs of . _ -, most of which ECR rejects.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
type nameState int

const (
	noName nameState = iota
	atWord           // a letter or digit must follow
	inWord           // the name may end
	inMark           // after . _ or -
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
		case at < len(g.steps) && g.matchesStep(at, r):
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

// matchesStep reports whether a step matches a character.
func (g *Glob) matchesStep(at int, r rune) bool {
	s := &g.steps[at]
	if len(s.ranges) == 0 {
		return true
	}
	if g.fold {
		r = unicode.ToLower(r)
	}
	for _, c := range s.ranges {
		if c.low <= r && r <= c.high {
			return !s.not
		}
	}
	return s.not
}

// anyMatch reports whether one of the patterns matches; an empty list matches nothing.
func anyMatch(globs []Glob, text string) bool {
	return slices.ContainsFunc(globs, func(g Glob) bool { return g.Match(text) })
}

// appliesTo reports whether a list of patterns matches a repository; an empty list matches all.
func appliesTo(images []Glob, repository string) bool {
	return len(images) == 0 || anyMatch(images, repository)
}

var (
	// cveForm does not count the digits of the number: if some are missing, there is no way to guess which.
	cveForm       = lazyRegexp(`(?i)^CVE-(1999|20[0-9]{2})-[0-9]+$`)
	cveLike       = lazyRegexp(`(?i)^[^a-z0-9]*(?:.*/)?C(?:VE|EV)(?:[^a-z0-9].*|[0-9].*)?$`)
	cveMisspelled = lazyRegexp(`(?i)^(?:.*/)?[^a-z0-9]*C(?:VE|EV)[^a-z0-9]*((?:19|20)?[0-9]{2})[^a-z0-9]+([0-9]{4,19})[^a-z0-9]*$`)
)

// MisspelledID returns why an id cannot be a vulnerability id and which id was probably meant; empty if it
// can be one. Only CVE ids are checked completely. Ids of other databases are only checked for spaces and
// commas.
func MisspelledID(id string) string {
	meant := ""
	if bent := cveMisspelled().FindStringSubmatch(id); bent != nil {
		meant = cve(bent[1], bent[2])
	}
	switch {
	case cveForm().MatchString(id):
		return ""
	case cveForm().MatchString(meant):
		return fmt.Sprintf("%s is not a vulnerability id (did you mean %s?)", strictyaml.Quote(id), meant)
	case strings.ContainsAny(id, " \t,;"):
		return fmt.Sprintf("%s is not a vulnerability id (write one id per entry, without spaces or commas)", strictyaml.Quote(id))
	case cveLike().MatchString(id):
		return fmt.Sprintf("%s is not a vulnerability id (write CVE, a year from 1999 on, and at least four digits, for example CVE-2024-3094)", strictyaml.Quote(id))
	}
	return ""
}

// lazyRegexp compiles an expression on first use: most runs need none of these.
func lazyRegexp(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// cve formats an id as the CVE list does, with all digits of the year.
func cve(year, number string) string {
	switch {
	case len(year) == 4:
	case year >= "70":
		year = "19" + year
	default:
		year = "20" + year
	}
	return "CVE-" + year + "-" + number
}
