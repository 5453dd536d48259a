package jmes

import "github.com/ecrgate/ecrgate/internal/awscli/value"

// maxDepth is how deep an expression may be nested; Python stops at some hundreds of levels.
const maxDepth = 500

// A parser is at a token of an expression. It is a precedence parser: the first token starts an expression,
// and every token that binds more strongly extends it. Like jmespath.py, it accepts more than JMESPath
// allows: missing or extra commas in hashes and arguments.
type parser struct {
	source string
	length int // of source, in characters
	tokens []token
	at     int
	depth  int
}

// whole parses the whole expression.
func (p *parser) whole() (node, error) {
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if t := p.now(); t.kind != tokEOF {
		return nil, p.fail("Unexpected token: "+value.Str(t.value), t)
	}
	return n, nil
}

func (p *parser) now() token { return p.tokens[p.at] }

// sees reports whether the current token is of one of these kinds.
func (p *parser) sees(kinds ...kind) bool {
	for _, k := range kinds {
		if p.now().kind == k {
			return true
		}
	}
	return false
}

// take advances if the current token is of this kind.
func (p *parser) take(k kind) bool {
	if !p.sees(k) {
		return false
	}
	p.at++
	return true
}

// expect advances, and returns an error if the current token is not of this kind.
func (p *parser) expect(k kind) error {
	if p.take(k) {
		return nil
	}
	return p.unexpected(string(k))
}

// unexpected returns an error with the tokens that were expected instead of the current one.
func (p *parser) unexpected(right string) error {
	t := p.now()
	if t.kind == tokEOF {
		return incomplete(p.source, p.length)
	}
	return p.fail("Expecting: "+right+", got: "+string(t.kind), t)
}

func (p *parser) fail(msg string, t token) error { return parseFailure(msg, t, p.source) }

// expression parses an expression up to a token that does not bind more strongly than this.
func (p *parser) expression(binding int) (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, failure("maximum recursion depth exceeded")
	}
	defer func() { p.depth-- }()
	t := p.now()
	p.at++
	left, err := p.begin(t)
	for err == nil && binding < power[p.now().kind] {
		t = p.now()
		p.at++
		left, err = p.extend(left, t)
	}
	return left, err
}

// begin parses what a token starts.
func (p *parser) begin(t token) (node, error) {
	switch t.kind {
	case tokLiteral:
		return literal{t.value}, nil
	case tokName:
		return field{t.value.(string)}, nil
	case tokQuoted:
		return p.quotedName(t)
	case tokCurrent:
		return current{}, nil
	case tokStar:
		return p.star()
	case tokFilter:
		return p.filter(current{})
	case tokFlatten:
		return p.flatten(current{})
	case tokLeftSquare:
		return p.square()
	case tokLeftBrace:
		return p.hash()
	case tokLeftParen:
		return p.parentheses()
	case tokNot:
		n, err := p.expression(power[tokNot])
		return not{n}, err
	case tokExpref:
		n, err := p.expression(0)
		return reference{n}, err
	case tokEOF:
		return nil, incomplete(p.source, p.length)
	}
	return nil, p.fail("invalid token", t)
}

// extend parses what a token adds to the expression on its left.
func (p *parser) extend(left node, t token) (node, error) {
	switch t.kind {
	case tokDot:
		return p.dot(left)
	case tokFilter:
		return p.filter(left)
	case tokFlatten:
		return p.flatten(left)
	case tokLeftSquare:
		return p.index(left)
	case tokLeftParen:
		return p.call(left)
	case tokStar, tokNot, tokLeftBrace:
		return nil, p.fail("invalid token", t)
	}
	right, err := p.expression(power[t.kind])
	if err != nil {
		return nil, err
	}
	switch t.kind {
	case tokPipe:
		return chain{left, right}, nil
	case tokOr:
		return or{left, right}, nil
	case tokAnd:
		return and{left, right}, nil
	}
	return comparison{t.kind, left, right}, nil
}

func (p *parser) quotedName(t token) (node, error) {
	if p.sees(tokLeftParen) {
		paren := p.now()
		paren.start = 0
		return nil, p.fail("Quoted identifier not allowed for function names.", paren)
	}
	return field{t.value.(string)}, nil
}

func (p *parser) parentheses() (node, error) {
	n, err := p.expression(0)
	if err == nil {
		err = p.expect(tokRightParen)
	}
	return n, err
}

// call parses the arguments of a function.
func (p *parser) call(left node) (node, error) {
	name, ok := left.(field)
	if !ok {
		t := p.tokens[p.at-2]
		return nil, p.fail("Invalid function name '"+value.Str(t.value)+"'", t)
	}
	var args []node
	for !p.take(tokRightParen) {
		arg, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		p.take(tokComma)
		args = append(args, arg)
	}
	return call{name.name, args}, nil
}
