package jmes

import "github.com/ecrgate/ecrgate/internal/awscli/value"

// A node is a part of an expression.
type node interface {
	eval(v value.Value) (value.Value, error)
}

type (
	current   struct{}
	literal   struct{ value value.Value }
	field     struct{ name string }
	index     struct{ at int }
	slice     [3]*int // start, stop, step; nil: not given
	chain     struct{ first, then node }
	indexed   struct{ of, by node }
	selection []node
	hash      []pair
	pair      struct {
		key   string
		value node
	}
	or        struct{ left, right node }
	and       struct{ left, right node }
	not       struct{ of node }
	reference struct{ to node }
)

// An expression is the value of an expression reference: &a as an argument.
type expression struct{ body node }

func (e *expression) TypeName() string { return "_Expression" }

func (e *expression) String() string { return "<jmespath.visitor._Expression object at 0x0>" }

func (current) eval(v value.Value) (value.Value, error) { return v, nil }

func (n literal) eval(value.Value) (value.Value, error) { return n.value, nil }

func (n reference) eval(value.Value) (value.Value, error) { return &expression{n.to}, nil }

func (n field) eval(v value.Value) (value.Value, error) {
	if o, ok := v.(*value.Object); ok {
		member, _ := o.Get(n.name)
		return member, nil
	}
	return nil, nil
}

func (n index) eval(v value.Value) (value.Value, error) {
	l, _ := v.(value.List)
	at := n.at
	if at < 0 {
		at += len(l)
	}
	if at < 0 || at >= len(l) {
		return nil, nil
	}
	return l[at], nil
}

func (n chain) eval(v value.Value) (value.Value, error) {
	v, err := n.first.eval(v)
	if err != nil {
		return nil, err
	}
	return n.then.eval(v)
}

func (n indexed) eval(v value.Value) (value.Value, error) { return chain{n.of, n.by}.eval(v) }

func (n selection) eval(v value.Value) (value.Value, error) {
	if v == nil {
		return nil, nil
	}
	return evalAll(n, v)
}

// evalAll evaluates each node for a value.
func evalAll(nodes []node, v value.Value) (value.List, error) {
	l := make(value.List, len(nodes))
	for i, n := range nodes {
		var err error
		if l[i], err = n.eval(v); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (n hash) eval(v value.Value) (value.Value, error) {
	if v == nil {
		return nil, nil
	}
	o := &value.Object{}
	for _, p := range n {
		member, err := p.value.eval(v)
		if err != nil {
			return nil, err
		}
		o.Set(p.key, member)
	}
	return o, nil
}

func (n or) eval(v value.Value) (value.Value, error) {
	left, err := n.left.eval(v)
	if err != nil || !falsy(left) {
		return left, err
	}
	return n.right.eval(v)
}

func (n and) eval(v value.Value) (value.Value, error) {
	left, err := n.left.eval(v)
	if err != nil || falsy(left) {
		return left, err
	}
	return n.right.eval(v)
}

func (n not) eval(v value.Value) (value.Value, error) {
	of, err := n.of.eval(v)
	if err != nil {
		return nil, err
	}
	return falsy(of), nil
}

// falsy reports whether a value counts as false: null, false and empty values, but not 0.
func falsy(v value.Value) bool {
	switch v.(type) {
	case value.Int, float64:
		return false
	}
	return !value.True(v)
}
