// Package argparse parses a command line as Python's argparse does, because the AWS CLI uses that. The rules
// that differ from other parsers: every unique prefix of an option is that option; words are sorted into
// options and arguments before any is looked at closely, so an ambiguous word is reported before a missing
// value; a word that begins with a hyphen is not a value, unless it is a negative number, a lone hyphen or
// has a blank in it; an option that is not known is not an error but left over, for the next parser or for
// the caller.
package argparse

import (
	"strings"
)

// A Kind is how an option uses the words after it.
type Kind int

const (
	// Value takes one required value.
	Value Kind = iota
	// Flag takes no value.
	Flag
	// Maybe takes an optional value, else Option.Const.
	Maybe
	// Version ends parsing with ErrVersion.
	Version
)

// An Option is one option of a parser.
type Option struct {
	Name     string // with its two hyphens
	Kind     Kind
	Const    string   // the value of a Maybe without one
	Choices  []string // the allowed values; nil for any
	Int      bool     // the value is a whole number, as Int reads it
	Required bool
}

// A Parser is a list of options in the order of their definition, which is their order in messages.
type Parser struct {
	Options []Option
	// Word is the name of the positional argument; empty for none.
	Word string
	// WordOptional makes Word optional.
	WordOptional bool
}

// A Result is a parsed command line.
type Result struct {
	// Values has the last value of each option that was given, "" for flags, under its full name;
	// the word is under Parser.Word.
	Values map[string]string
	// Rest has the words that the parser did not use, in order.
	Rest []string
}

// Has reports whether an option was given.
func (r Result) Has(name string) bool { _, ok := r.Values[name]; return ok }

// An Error is a mistake in the command line, with argparse's message.
type Error struct{ Text string }

func (e *Error) Error() string { return e.Text }

// ErrVersion is the error for an option of the kind Version.
var ErrVersion = &Error{"version"}

// Parse parses a command line. The error is an *Error.
func (p Parser) Parse(words []string) (Result, error) {
	s := &state{parser: p, words: words, found: Result{Values: map[string]string{}}}
	if err := s.sort(); err != nil {
		return Result{}, err
	}
	if err := s.consume(); err != nil {
		return Result{}, err
	}
	if missing := p.missing(s.found); len(missing) > 0 {
		return Result{}, &Error{"the following arguments are required: " + strings.Join(missing, ", ")}
	}
	return s.found, nil
}

func (p Parser) missing(found Result) []string {
	var names []string
	for _, o := range p.Options {
		if o.Required && !found.Has(o.Name) {
			names = append(names, o.Name)
		}
	}
	if p.Word != "" && !p.WordOptional && !found.Has(p.Word) {
		names = append(names, p.Word)
	}
	return names
}
