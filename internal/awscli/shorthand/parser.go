package shorthand

import (
	"errors"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A parser is at a position in the input.
type parser struct {
	input []rune
	at    int
	load  Load
	// files is set if values may begin with file://.
	files bool
}

// end is what current returns after the input.
const end = rune(-1)

func (p *parser) current() rune {
	if p.at < len(p.input) {
		return p.input[p.at]
	}
	return end
}

func (p *parser) blanks() {
	for strings.ContainsRune(" \t\n\r\v\f", p.current()) && p.current() != end {
		p.at++
	}
}

func (p *parser) expect(want rune) error {
	switch got := p.current(); got {
	case want:
		p.at++
		return nil
	case end:
		return expected(string(want), "EOF")
	default:
		return expected(string(want), text([]rune{got}))
	}
}

// expectLoosely is expect with optional white space on both sides.
func (p *parser) expectLoosely(want rune) error {
	p.blanks()
	if err := p.expect(want); err != nil {
		return err
	}
	p.blanks()
	return nil
}

// pair parses a key and what follows it.
func (p *parser) pair(read func() (value.Value, error)) (string, value.Value, error) {
	start := p.at
	for isKey(p.current()) {
		p.at++
	}
	key := text(p.input[start:p.at])
	p.files = p.expectLoosely('@') == nil
	if err := p.expectLoosely('='); err != nil {
		return "", nil, err
	}
	v, err := read()
	return key, v, err
}

func isKey(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r != end && strings.ContainsRune("-_.#/:", r)
}

func (p *parser) value() (value.Value, error) {
	switch p.current() {
	case end:
		return "", nil
	case '[':
		return p.list()
	case '{':
		return p.hash()
	}
	return p.csv()
}

// csv parses one item, or several into a list.
func (p *parser) csv() (value.Value, error) {
	first, err := p.item(firstFollow)
	if err != nil {
		return nil, err
	}
	p.blanks()
	if p.current() != ',' {
		return first, nil
	}
	_ = p.expectLoosely(',')
	items := value.List{first}
	for {
		item, last, err := p.further()
		var mistake *Error
		switch {
		case errors.As(err, &mistake) && p.at < len(p.input):
			p.back(',')
		case err != nil:
			return nil, err
		default:
			items = append(items, item)
			if !last {
				continue
			}
		}
		break
	}
	if len(items) == 1 {
		return first, nil
	}
	return items, nil
}

// further parses an item of a csv after the first, and the comma after it if it is not the last.
func (p *parser) further() (item value.Value, last bool, err error) {
	if item, err = p.secondItem(); err != nil {
		return nil, false, err
	}
	p.blanks()
	if p.current() == end {
		return item, true, nil
	}
	return item, false, p.expectLoosely(',')
}

// back moves to the nearest character of a kind at or before the position.
func (p *parser) back(to rune) {
	for p.at > 0 && p.input[p.at] != to {
		p.at--
	}
}

func (p *parser) list() (value.Value, error) {
	_ = p.expectLoosely('[')
	items := value.List{}
	for p.current() != ']' {
		item, err := p.nested()
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if err := p.separator(']'); err != nil {
			return nil, err
		}
	}
	p.at++
	return items, nil
}

func (p *parser) hash() (value.Value, error) {
	_ = p.expectLoosely('{')
	pairs := &value.Object{}
	for p.current() != '}' {
		key, v, err := p.pair(p.nested)
		if err != nil {
			return nil, err
		}
		if err := p.separator('}'); err != nil {
			return nil, err
		}
		pairs.Set(key, v)
	}
	p.at++
	return pairs, nil
}

// separator parses the comma between items, unless the end follows.
func (p *parser) separator(closing rune) error {
	p.blanks()
	if p.current() == closing {
		return nil
	}
	if err := p.expect(','); err != nil {
		return err
	}
	p.blanks()
	return nil
}

// nested parses an item of a list or hash.
func (p *parser) nested() (value.Value, error) {
	switch p.current() {
	case '[':
		return p.list()
	case '{':
		return p.hash()
	}
	return p.item(firstFollow)
}
