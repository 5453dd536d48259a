package argparse

import (
	"fmt"
	"sort"
	"strings"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

const (
	choicesPerLine = 2
	choiceWidth    = 40
	// near is from which likeness on a choice is proposed.
	near = 0.8
)

// choose says what is wrong with a choice, in the words of the AWS CLI; nothing if it is one.
func choose(text string, choices []string) string {
	for _, c := range choices {
		if c == text {
			return ""
		}
	}
	lines := []string{"Invalid choice, valid choices are:\n"}
	for i := 0; i < len(choices); i += choicesPerLine {
		var cells []string
		for _, c := range choices[i:min(i+choicesPerLine, len(choices))] {
			cells = append(cells, fmt.Sprintf("%-*s", choiceWidth, c))
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	if similar := alike(text, choices); len(similar) > 0 {
		lines = append(lines, "\n\nInvalid choice: "+value.Repr(text)+", maybe you meant:\n")
		for _, c := range similar {
			lines = append(lines, "  * "+c)
		}
	}
	return strings.Join(lines, "\n")
}

// alike returns the choices that are much like a text, the most alike first, three at most.
func alike(text string, choices []string) []string {
	type scored struct {
		choice string
		score  float64
	}
	var found []scored
	for _, c := range choices {
		if score := ratio([]rune(c), []rune(text)); score >= near {
			found = append(found, scored{c, score})
		}
	}
	sort.Slice(found, func(i, j int) bool {
		if found[i].score != found[j].score {
			return found[i].score > found[j].score
		}
		return found[i].choice > found[j].choice
	})
	var names []string
	for _, f := range found[:min(3, len(found))] {
		names = append(names, f.choice)
	}
	return names
}

// ratio is the likeness of two texts by Ratcliff and Obershelp, as Python's difflib counts it:
// twice the number of characters in matching blocks over the number of all.
func ratio(a, b []rune) float64 {
	return 2 * float64(matching(a, b)) / float64(max(1, len(a)+len(b)))
}

// matching counts the characters of the longest common block and of those on both sides of it.
func matching(a, b []rune) int {
	best, atA, atB := 0, 0, 0
	for i := range a {
		for j := range b {
			n := 0
			for i+n < len(a) && j+n < len(b) && a[i+n] == b[j+n] {
				n++
			}
			if n > best {
				best, atA, atB = n, i, j
			}
		}
	}
	if best == 0 {
		return 0
	}
	return best + matching(a[:atA], b[:atB]) + matching(a[atA+best:], b[atB+best:])
}
