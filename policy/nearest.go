package policy

import "strings"

// Nearest gives the word that somebody most likely meant, empty when none is near: one that differs
// in case only, or in about a third of its letters. Of words that are as near the first is given.
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

// distance counts the letters to change, add or leave out; two that have changed places are one.
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
