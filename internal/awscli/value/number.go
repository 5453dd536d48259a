package value

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxDigits is the maximum number of digits of an integer that Python reads or prints.
const maxDigits = 4300

// An IntError is the error for an integer with more digits than Python reads.
type IntError struct{ Digits int }

func (e *IntError) Error() string {
	return fmt.Sprintf("Exceeds the limit (%d digits) for integer string conversion: value has %d digits; "+
		"use sys.set_int_max_str_digits() to increase the limit", maxDigits, e.Digits)
}

// NewInt returns the integer for a decimal text: an optional "-" and digits.
//
// Errors: *IntError.
func NewInt(digits string) (Int, error) {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	if len(digits) > maxDigits {
		return "", &IntError{len(digits)}
	}
	digits = strings.TrimLeft(digits, "0")
	if digits == "" {
		return "0", nil
	}
	return Int(sign + digits), nil
}

// number parses a number. Python reads 1.5 and 1e5 as doubles, and only the 1 of 1. and 1e.
func (d *decoder) number() (Value, error) {
	start := d.at
	at := start
	if d.peek() == '-' {
		at++
	}
	end := d.integer(at)
	if end == at {
		return d.constant()
	}
	d.at = d.exponent(d.fraction(end))
	if d.at > end {
		return Float(d.text[start:d.at]), nil
	}
	if n := d.text[start:end]; n[0] != '-' && len(n) < maxDigits {
		return Int(n), nil
	}
	i, err := NewInt(d.text[start:end])
	if err != nil {
		return nil, err
	}
	return i, nil
}

// integer returns the end of 0, or of digits that do not begin with 0.
func (d *decoder) integer(at int) int {
	if at < len(d.text) && d.text[at] == '0' {
		return at + 1
	}
	return d.digits(at)
}

func (d *decoder) digits(at int) int {
	for at < len(d.text) && '0' <= d.text[at] && d.text[at] <= '9' {
		at++
	}
	return at
}

func (d *decoder) fraction(at int) int {
	if at < len(d.text) && d.text[at] == '.' {
		if end := d.digits(at + 1); end > at+1 {
			return end
		}
	}
	return at
}

func (d *decoder) exponent(at int) int {
	if at >= len(d.text) || d.text[at]|0x20 != 'e' {
		return at
	}
	first := at + 1
	if first < len(d.text) && (d.text[first] == '-' || d.text[first] == '+') {
		first++
	}
	if end := d.digits(first); end > first {
		return end
	}
	return at
}

func (d *decoder) constant() (Value, error) {
	switch d.peek() {
	case 'N':
		return d.word("NaN", math.NaN())
	case 'I':
		return d.word("Infinity", math.Inf(1))
	}
	return d.word("-Infinity", math.Inf(-1))
}

// Float returns the double nearest to a number's text; infinity if it is too large.
func Float(text string) float64 {
	f, _ := strconv.ParseFloat(text, 64) // a range error still returns infinity
	return f
}

// AppendFloat appends a double as Python's repr writes it: the shortest digits that give the same
// double, fixed if the decimal exponent is from -4 to 15, otherwise with an exponent of two digits or
// more; nan, inf and -inf.
func AppendFloat(dst []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case abs != 0 && (abs < 1e-4 || abs >= 1e16):
		return strconv.AppendFloat(dst, f, 'e', -1, 64)
	case abs == math.Trunc(abs):
		return append(strconv.AppendFloat(dst, f, 'f', -1, 64), ".0"...)
	}
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

// appendJSONFloat is AppendFloat with NaN and Infinity as in Python's json module.
func appendJSONFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "NaN"...)
	case math.IsInf(f, 1):
		return append(dst, "Infinity"...)
	case math.IsInf(f, -1):
		return append(dst, "-Infinity"...)
	}
	return AppendFloat(dst, f)
}
