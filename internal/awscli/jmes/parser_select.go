package jmes

import (
	"math"
	"strconv"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// rest parses what a projection applies to each element.
func (p *parser) rest(binding int) (node, error) {
	switch t := p.now(); {
	case power[t.kind] < projectionStop:
		return current{}, nil
	case t.kind == tokLeftSquare || t.kind == tokFilter:
		return p.expression(binding)
	case p.take(tokDot):
		return p.afterDot(binding)
	default:
		return nil, p.fail("syntax error", t)
	}
}

// dot parses what follows a dot after left.
func (p *parser) dot(left node) (node, error) {
	if p.take(tokStar) {
		right, err := p.rest(power[tokDot])
		return values{left, right}, err
	}
	right, err := p.afterDot(power[tokDot])
	return chain{left, right}, err
}

func (p *parser) afterDot(binding int) (node, error) {
	switch {
	case p.sees(tokQuoted, tokName, tokStar):
		return p.expression(binding)
	case p.take(tokLeftSquare):
		return p.selection()
	case p.take(tokLeftBrace):
		return p.hash()
	}
	t := p.now()
	return nil, p.fail("Expecting: ['quoted_identifier', 'unquoted_identifier', 'lbracket', 'lbrace'], got: "+string(t.kind), t)
}

// star parses what follows a * that starts an expression.
func (p *parser) star() (node, error) {
	if p.sees(tokRightSq) {
		return values{current{}, current{}}, nil
	}
	right, err := p.rest(power[tokStar])
	return values{current{}, right}, err
}

func (p *parser) flatten(left node) (node, error) {
	right, err := p.rest(power[tokFlatten])
	return projection{flat{left}, right}, err
}

func (p *parser) filter(left node) (node, error) {
	condition, err := p.expression(0)
	if err == nil {
		err = p.expect(tokRightSq)
	}
	if err != nil {
		return nil, err
	}
	if p.sees(tokFlatten) {
		return filter{left, condition, current{}}, nil
	}
	right, err := p.rest(power[tokFilter])
	return filter{left, condition, right}, err
}

// square parses what follows a [ that starts an expression.
func (p *parser) square() (node, error) {
	switch {
	case p.sees(tokNumber, tokColon):
		return p.indexOrSlice(current{})
	case p.sees(tokStar) && p.tokens[p.at+1].kind == tokRightSq:
		return p.elements(current{})
	}
	return p.selection()
}

// index parses what follows a [ after left.
func (p *parser) index(left node) (node, error) {
	if p.sees(tokNumber, tokColon) {
		return p.indexOrSlice(left)
	}
	return p.elements(left)
}

// elements parses the *] of a projection.
func (p *parser) elements(left node) (node, error) {
	if err := p.expect(tokStar); err != nil {
		return nil, err
	}
	if err := p.expect(tokRightSq); err != nil {
		return nil, err
	}
	right, err := p.rest(power[tokStar])
	return projection{left, right}, err
}

// indexOrSlice parses a number or a slice, and the bracket after it. A slice starts a projection, but not
// directly after an index or a slice of a slice.
func (p *parser) indexOrSlice(left node) (node, error) {
	var right node
	var err error
	isSlice := p.sees(tokColon) || p.tokens[p.at+1].kind == tokColon
	if isSlice {
		right, err = p.slice()
	} else {
		right = index{clamp(p.now().value.(value.Int))}
		p.at++
		err = p.expect(tokRightSq)
	}
	if err != nil {
		return nil, err
	}
	_, again := left.(indexed)
	if !isSlice || again {
		return indexed{left, right}, nil
	}
	right, err = p.projected(indexed{left, right})
	return right, err
}

func (p *parser) projected(left node) (node, error) {
	right, err := p.rest(power[tokStar])
	return projection{left, right}, err
}

// slice parses start:stop:step, each of which may be missing, as may the second colon. Of consecutive
// numbers, the last one counts.
func (p *parser) slice() (node, error) {
	var s slice
	for part := 0; !p.sees(tokRightSq); {
		t := p.now()
		switch {
		case t.kind == tokColon && part < 2:
			part++
		case t.kind == tokNumber:
			n := clamp(t.value.(value.Int))
			s[part] = &n
		default:
			return nil, p.fail("syntax error", t)
		}
		p.at++
	}
	p.at++
	return s, nil
}

// clamp returns a number as an int; no list is long enough for the difference to matter.
func clamp(n value.Int) int {
	i, err := strconv.Atoi(string(n))
	if err != nil || i > math.MaxInt/2 || i < math.MinInt/2 {
		i = math.MaxInt / 2
		if n[0] == '-' {
			i = math.MinInt / 2
		}
	}
	return i
}

// selection parses the rest of a multi-select list.
func (p *parser) selection() (node, error) {
	var all selection
	for {
		n, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
		if p.take(tokRightSq) {
			return all, nil
		}
		if err := p.expect(tokComma); err != nil {
			return nil, err
		}
	}
}

// hash parses the rest of a multi-select hash.
func (p *parser) hash() (node, error) {
	var all hash
	for {
		key := p.now()
		if !p.sees(tokQuoted, tokName) {
			return nil, p.unexpected("['quoted_identifier', 'unquoted_identifier']")
		}
		p.at++
		if err := p.expect(tokColon); err != nil {
			return nil, err
		}
		n, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		all = append(all, pair{key.value.(string), n})
		if !p.take(tokComma) && p.take(tokRightBrace) {
			return all, nil
		}
	}
}
