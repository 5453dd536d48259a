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
	// near is the minimum similarity of a suggested choice.
	near = 0.8
)

// choose returns the AWS CLI's message for an invalid choice; empty if it is valid.
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

// alike returns at most three choices that are similar to a text, the most similar first.
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

// ratio returns the similarity of two texts by Ratcliff and Obershelp, as in Python's difflib: twice the
// number of characters in matching blocks, divided by the number of all.
func ratio(a, b []rune) float64 {
	return 2 * float64(matching(a, b)) / float64(max(1, len(a)+len(b)))
}

// matching returns the number of characters in the longest common block and in the matching blocks on both
// sides of it.
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
