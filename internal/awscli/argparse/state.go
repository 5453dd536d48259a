package argparse

import (
	"regexp"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// The kinds of words, one letter each.
const (
	isOption   = 'O'
	isArgument = 'A'
	isHyphens  = '-' // the word --
)

// A match is an option as written: which one, and the value after an equals sign.
type match struct {
	option   *Option // nil if it is not an option of this parser
	value    string
	hasValue bool
}

// A state is the state of parsing.
type state struct {
	parser  Parser
	words   []string
	pattern []byte        // the kind of each word
	options map[int]match // by index of the word
	last    int           // index of the last option, -1: none
	wordHad bool
	found   Result
}

// sort sets the kind of each word. After --, all are arguments.
func (s *state) sort() error {
	s.options, s.last = map[int]match{}, -1
	for i, word := range s.words {
		if word == "--" {
			s.pattern = append(s.pattern, isHyphens)
			for range s.words[i+1:] {
				s.pattern = append(s.pattern, isArgument)
			}
			return nil
		}
		m, ok, err := s.parser.optional(word)
		if err != nil {
			return err
		}
		kind := byte(isArgument)
		if ok {
			kind, s.options[i], s.last = isOption, m, i
		}
		s.pattern = append(s.pattern, kind)
	}
	return nil
}

var negativeNumber = regexp.MustCompile(`^-\d+$|^-\d*\.\d+$`)

// optional parses a word as an option; false means that it is an argument.
func (p Parser) optional(word string) (match, bool, error) {
	if !strings.HasPrefix(word, "-") || word == "-" {
		return match{}, false, nil
	}
	name, text, hasValue := strings.Cut(word, "=")
	var candidates []*Option
	for i := range p.Options {
		o := &p.Options[i]
		if o.Name == word {
			return match{option: o}, true, nil
		}
		if o.Name == name {
			return match{o, text, hasValue}, true, nil
		}
		if strings.HasPrefix(word, "--") && strings.HasPrefix(o.Name, name) {
			candidates = append(candidates, o)
		}
	}
	switch {
	case len(candidates) > 1:
		return match{}, false, ambiguous(word, candidates)
	case len(candidates) == 1:
		return match{candidates[0], text, hasValue}, true, nil
	case negativeNumber.MatchString(word), strings.Contains(word, " "):
		return match{}, false, nil
	}
	return match{}, true, nil
}

func ambiguous(word string, candidates []*Option) error {
	var names []string
	for _, o := range candidates {
		names = append(names, o.Name)
	}
	return &Error{"ambiguous option: " + word + " could match " + strings.Join(names, ", ")}
}

// consume parses words and options in order.
func (s *state) consume() error {
	at := 0
	for at <= s.last {
		next := at
		for s.pattern[next] != isOption {
			next++
		}
		if at != next {
			if end := s.takeWord(at); end > at {
				at = end
				continue
			}
			s.found.Rest = append(s.found.Rest, s.words[at:next]...)
		}
		end, err := s.takeOption(next)
		if err != nil {
			return err
		}
		at = end
	}
	s.found.Rest = append(s.found.Rest, s.words[s.takeWord(at):]...)
	return nil
}

// takeWord sets the positional argument, with any -- around it, and returns where it ends.
func (s *state) takeWord(at int) int {
	if s.parser.Word == "" || s.wordHad {
		return at
	}
	end := s.skipHyphens(at)
	has := end < len(s.words) && s.pattern[end] == isArgument
	if !has && !s.parser.WordOptional {
		return at
	}
	s.wordHad = true
	if has {
		s.found.Values[s.parser.Word] = s.words[end]
		end++
	}
	return s.skipHyphens(end)
}

func (s *state) skipHyphens(at int) int {
	for at < len(s.words) && s.pattern[at] == isHyphens {
		at++
	}
	return at
}

// takeOption sets the option at an index with its value, and returns where they end.
func (s *state) takeOption(at int) (int, error) {
	m := s.options[at]
	if m.option == nil {
		s.found.Rest = append(s.found.Rest, s.words[at])
		return at + 1, nil
	}
	o, next := m.option, at+1
	follows := next < len(s.words) && s.pattern[next] == isArgument
	switch {
	case m.hasValue && (o.Kind == Flag || o.Kind == Version):
		return 0, o.fail("ignored explicit argument " + value.Repr(m.value))
	case o.Kind == Version:
		return 0, ErrVersion
	case o.Kind == Flag:
		s.found.Values[o.Name] = ""
		return next, nil
	case m.hasValue:
		return next, s.set(o, m.value)
	case follows:
		return next + 1, s.set(o, s.words[next])
	case o.Kind == Maybe:
		return next, s.set(o, o.Const)
	}
	return 0, o.fail("expected one argument")
}

func (s *state) set(o *Option, text string) error {
	if o.Int {
		n, err := python.Int(text)
		if err != nil {
			return o.fail("invalid int value: " + value.Repr(text))
		}
		text = string(n)
	}
	if o.Choices != nil {
		if complaint := choose(text, o.Choices); complaint != "" {
			return o.fail(complaint)
		}
	}
	s.found.Values[o.Name] = text
	return nil
}

func (o *Option) fail(text string) error {
	return &Error{"argument " + o.Name + ": " + text}
}
