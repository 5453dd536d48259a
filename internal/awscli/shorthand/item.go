package shorthand

import (
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// item parses a quoted or bare item; a bare one may be empty.
func (p *parser) item(follow func(rune) bool) (value.Value, error) {
	if v, ok, err := p.quoted(); ok {
		return v, err
	}
	return p.loaded(p.bare(follow))
}

// secondItem parses an item that must not be empty.
func (p *parser) secondItem() (value.Value, error) {
	if v, ok, err := p.quoted(); ok {
		return v, err
	}
	start := p.at
	word := p.bare(secondFollow)
	if p.at == start {
		return nil, expected("<second>", "<none>")
	}
	return p.loaded(word)
}

// quoted parses an item in quotes; false means that there is none.
func (p *parser) quoted() (value.Value, bool, error) {
	quote, name := p.current(), "<double quoted>"
	switch quote {
	case '\'':
		name = "<singled quoted>"
	case '"':
	default:
		return nil, false, nil
	}
	stop := p.closing(quote)
	if stop < 0 {
		return nil, true, expected(name, "<none>")
	}
	content := text(p.input[p.at+1 : stop])
	p.at = stop + 1
	content = strings.ReplaceAll(content, `\`+string(quote), string(quote))
	v, err := p.loaded(strings.ReplaceAll(content, `\\`, `\`))
	return v, true, err
}

// closing finds the quote that ends an item: the first without a backslash before it, else the last one. That
// is what the AWS CLI's regular expression matches, which can backtrack over a backslash.
func (p *parser) closing(quote rune) int {
	last := -1
	for i := p.at + 1; i < len(p.input); i++ {
		if p.input[i] != quote {
			continue
		}
		last = i
		if p.input[i-1] != '\\' || i-1 == p.at {
			return i
		}
	}
	return last
}

// bare reads characters up to one that is not allowed. A comma after a backslash is part of the item;
// trailing white space is not.
func (p *parser) bare(follow func(rune) bool) string {
	start := p.at
	for allowed := firstOfWord; ; allowed = follow {
		switch {
		case p.current() == '\\' && p.at+1 < len(p.input) && p.input[p.at+1] == ',':
			p.at += 2
		case p.current() != end && allowed(p.current()):
			p.at++
		default:
			word := strings.ReplaceAll(text(p.input[start:p.at]), `\,`, ",")
			return strings.TrimRightFunc(word, python.IsSpace)
		}
	}
}

// beyond is the last character that words may have in them.
const beyond = '\uffff'

func firstOfWord(r rune) bool {
	return r > ' ' && r <= beyond && !strings.ContainsRune(`"',=[{`, r)
}

func firstFollow(r rune) bool {
	return (r > ' ' && r <= beyond || python.IsSpace(r)) && !strings.ContainsRune(`"',]}`, r)
}

func secondFollow(r rune) bool {
	return (r > ' ' && r <= beyond || python.IsSpace(r)) && !strings.ContainsRune(`"',=`, r)
}

func (p *parser) loaded(word string) (value.Value, error) {
	if !p.files {
		return word, nil
	}
	return p.load(word)
}
