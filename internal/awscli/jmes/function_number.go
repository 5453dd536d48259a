package jmes

import (
	"math"
	"math/big"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/python"
	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

func abs(args value.List) (value.Value, error) {
	if f, ok := args[0].(float64); ok {
		return math.Abs(f), nil
	}
	return value.Int(strings.TrimPrefix(string(args[0].(value.Int)), "-")), nil
}

func ceil(args value.List) (value.Value, error) { return whole(args[0], math.Ceil) }

func floor(args value.List) (value.Value, error) { return whole(args[0], math.Floor) }

// whole rounds a number to an integer.
func whole(v value.Value, round func(float64) float64) (value.Value, error) {
	f, ok := v.(float64)
	switch {
	case !ok:
		return v, nil
	case math.IsNaN(f):
		return nil, failure("cannot convert float NaN to integer")
	case math.IsInf(f, 0):
		return nil, failure("cannot convert float infinity to integer")
	}
	i, _ := big.NewFloat(round(f)).Int(nil)
	return value.Int(i.String()), nil
}

// sum adds integers exactly until the first double, as Python does.
func sum(args value.List) (value.Value, error) {
	l := args[0].(value.List)
	var exact big.Int
	for i, v := range l {
		n, ok := v.(value.Int)
		if !ok {
			return sumFrom(value.Int(exact.String()), l[i:])
		}
		exact.Add(&exact, bigInt(n))
	}
	return value.Int(exact.String()), nil
}

func sumFrom(start value.Int, l value.List) (value.Value, error) {
	total, err := double(start)
	if err != nil {
		return nil, err
	}
	for _, v := range l {
		f, err := double(v)
		if err != nil {
			return nil, err
		}
		total += f
	}
	return total, nil
}

// double returns the double nearest to a number.
func double(v value.Value) (float64, error) {
	if f, ok := v.(float64); ok {
		return f, nil
	}
	f := value.Float(string(v.(value.Int)))
	if math.IsInf(f, 0) {
		return 0, failure("int too large to convert to float")
	}
	return f, nil
}

func avg(args value.List) (value.Value, error) {
	n := len(args[0].(value.List))
	if n == 0 {
		return nil, nil
	}
	total, err := sum(args)
	if err != nil {
		return nil, err
	}
	if f, ok := total.(float64); ok {
		return f / float64(n), nil
	}
	f, _ := new(big.Rat).SetFrac(bigInt(total.(value.Int)), big.NewInt(int64(n))).Float64()
	if math.IsInf(f, 0) {
		return nil, failure("integer division result too large for a float")
	}
	return f, nil
}

func toNumber(args value.List) (value.Value, error) {
	switch v := args[0].(type) {
	case value.Int, float64:
		return v, nil
	case string:
		return parseNumber(v), nil
	case *expression:
		return nil, failure("int() argument must be a string, a bytes-like object or a real number, not '_Expression'")
	}
	return nil, nil
}

// parseNumber parses what Python's int or float accept; nil if neither does.
func parseNumber(s string) value.Value {
	if n, err := python.Int(s); err == nil {
		return n
	}
	if f, ok := python.Float(s); ok {
		return f
	}
	return nil
}
