package awscli_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/model"
)

// A dice makes random choices.
type dice struct{ *rand.Rand }

// chance returns true in so many of a hundred cases.
func (d dice) chance(percent int) bool { return d.IntN(100) < percent }

func pick[T any](d dice, from []T) T { return from[d.IntN(len(from))] }

// document returns a JSON text of a shape, with members that are missing, null, unknown, duplicate, or of
// another kind.
func (d dice) document(s *model.Shape) string {
	var b strings.Builder
	d.write(&b, s, 0)
	return b.String()
}

func (d dice) write(b *strings.Builder, s *model.Shape, depth int) {
	switch {
	case depth > 0 && d.IntN(1000) < 5:
		b.WriteString("null")
	case depth > 1 && d.IntN(1000) < 2:
		b.WriteString(pick(d, oddValues))
	case s.Kind == model.Structure:
		d.structure(b, s, depth)
	case s.Kind == model.List:
		d.list(b, s, depth)
	case s.Kind == model.Map:
		d.mapping(b, s, depth)
	case s.Kind == model.Text:
		b.WriteString(d.text())
	case s.Kind == model.Timestamp:
		b.WriteString(pick(d, timestamps))
	default:
		b.WriteString(pick(d, numbers))
	}
}

func (d dice) structure(b *strings.Builder, s *model.Shape, depth int) {
	b.WriteString("{")
	separator := ""
	present := 70
	if depth == 0 {
		present = 93
	}
	for _, m := range s.Members {
		if m.Name == "nextToken" || !d.chance(present) {
			continue
		}
		fmt.Fprintf(b, `%s"%s":%s`, separator, m.Name, pick(d, []string{"", " ", "\n\t"}))
		if d.chance(3) {
			b.WriteString("null")
		} else {
			d.write(b, m.Shape, depth+1)
		}
		separator = ","
		if d.IntN(200) == 0 {
			fmt.Fprintf(b, `,"%s": %s`, m.Name, pick(d, oddValues))
		}
	}
	if d.chance(3) {
		fmt.Fprintf(b, `%s"unknown": %s`, separator, pick(d, oddValues))
	}
	b.WriteString("}")
}

func (d dice) list(b *strings.Builder, s *model.Shape, depth int) {
	n := pick(d, []int{0, 1, 1, 2, 3, 4})
	b.WriteString("[")
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		d.write(b, s.Element, depth+1)
	}
	b.WriteString("]")
}

func (d dice) mapping(b *strings.Builder, s *model.Shape, depth int) {
	b.WriteString("{")
	for i := range d.IntN(4) {
		if i > 0 {
			b.WriteString(", ")
		}
		if d.chance(60) {
			b.WriteString(pick(d, []string{`"HIGH"`, `"LOW"`, `"CRITICAL"`, `"UNTRIAGED"`, `""`}))
		} else {
			b.WriteString(d.text())
		}
		b.WriteString(": ")
		d.write(b, s.Element, depth+1)
	}
	b.WriteString("}")
}

// text returns a JSON string.
func (d dice) text() string {
	if d.chance(50) {
		return pick(d, []string{`"HIGH"`, `"CVE-2024-0001"`, `"libxml2"`, `"1.2.3-4"`, `"latest"`, `"a"`, `""`, `"7"`})
	}
	var b strings.Builder
	b.WriteString(`"`)
	for range d.IntN(4) + 1 {
		b.WriteString(pick(d, fragments))
	}
	b.WriteString(`"`)
	return b.String()
}

var (
	fragments = []string{
		"a", "Zz", " ", "  two", `\n`, `\t`, `\r`, `\"`, `\\`, `\/`, `\u0000`, `\u001b[1m`, `\u007f`, "\u007f", "é", "e\u0301", "ß", "中文", "ｱ", "Ａ", "±", "→", "①",
		"😀", `\ud83d\ude00`, "\u2028", "\u0085", "\u00a0", "\u200b", "\ufeff", "\u202e", "<b>&amp;</b>", "%s", "{0}", "'", `'\"`, "İ", "ǆ", "ﬀ", "\U000e0001", "\U0001F1E9",
	}
	numbers = []string{
		"0", "-0", "7", "-1", "7.0", "7.5", "9.80", "0.1", "1e-7", "1E5", "1e16", "1e15", "123456789012345.678", "1.7e+300", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "5e-324",
		"12345678901234567890", "100000000000000000000.0", "-0.0", "0.30000000000000004", "1e22", "1.0E9",
	}
	timestamps = []string{"1579839105.0", "1.579839105E9", "1579839105", "1748368447.765", `"2025-05-27T17:54:07.765Z"`, "0", "1e16", `"1579839105"`, "-1.5"}
	oddValues  = []string{"7", `"text"`, "[]", "{}", "null", "true", "false", "1.5", `["a", null]`, `{"a": 1, "b": [1, {}]}`, `"é"`, "[[1], [2, 3]]", `[{"a": 1}, 2]`}
)
