package jmes

import (
	"errors"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// until returns the text between the delimiter at the current position and the next one without a backslash
// before it. It keeps backslashes.
func (l *lexer) until(delimiter rune) (string, error) {
	start := l.at
	for l.at++; l.peek() != delimiter; l.at++ {
		if l.peek() == '\\' {
			l.at++
		}
		if l.peek() == end {
			return "", lexFailure("Unclosed "+string(delimiter)+" delimiter", l.source(), start)
		}
	}
	l.at++
	return text(l.chars[start+1 : l.at-1]), nil
}

func (l *lexer) rawString(start int) error {
	s, err := l.until('\'')
	if err != nil {
		return err
	}
	l.add(tokLiteral, strings.ReplaceAll(s, `\'`, `'`), start)
	return nil
}

func (l *lexer) quotedName(start int) error {
	s, err := l.until('"')
	if err != nil {
		return err
	}
	name, err := value.Decode([]byte(`"` + s + `"`))
	if err != nil {
		msg, _, _ := strings.Cut(err.Error(), ":")
		return lexFailure(msg, l.source(), start)
	}
	l.add(tokQuoted, name, start)
	return nil
}

// literal parses JSON between backticks. Invalid JSON is text, if it is valid JSON in quotes.
func (l *lexer) literal(start int) error {
	s, err := l.until('`')
	if err != nil {
		return err
	}
	s = strings.ReplaceAll(s, "\\`", "`")
	v, err := value.Decode([]byte(s))
	var deep *value.DepthError
	if errors.As(err, &deep) {
		return err
	}
	if err != nil {
		v, err = value.Decode([]byte(`"` + strings.TrimLeftFunc(s, python.IsSpace) + `"`))
	}
	if err != nil {
		return lexFailure("Bad token "+s, l.source(), start)
	}
	l.add(tokLiteral, v, start)
	return nil
}
