// Package suggest finds the word that was probably meant by a misspelled one, for messages that end in "did
// you mean …?".
package suggest

import "strings"

// Nearest returns the word that was probably meant, or "" if none is close: a close word differs only in
// case, or in at most about a third of its letters. Of several equally close words, the first wins.
func Nearest(word string, words []string) string {
	best, least := "", len(word)/3+1
	if len(word) > 4 {
		least++
	}
	for _, w := range words {
		if strings.EqualFold(w, word) {
			return w
		}
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < least {
			best, least = w, d
		}
	}
	return best
}

// distance returns the number of letters to change, insert or delete; swapping two neighbors counts as one.
// https://en.wikipedia.org/wiki/Damerau-Levenshtein_distance (optimal string alignment)
func distance(a, b string) int {
	rows := [3][]int{make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := range len(a) {
		before, last, row := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		row[0] = i + 1
		for j := range len(b) {
			cost := last[j]
			if a[i] != b[j] {
				cost++
			}
			row[j+1] = min(cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return rows[len(a)%3][len(b)]
}
