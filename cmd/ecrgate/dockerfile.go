package main

import (
	"fmt"
	"os"
	"strings"
)

// lastFrom finds the line (the first is 1) of the last FROM of a Dockerfile; 1 in a file without
// one, 0 without a file.
func lastFrom(file string) (int, error) {
	if file == "" {
		return 0, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("%q cannot be read: it must be a file of the checkout", file)
	}
	line := 1
	for i, l := range strings.Split(string(text), "\n") {
		if word, _, _ := strings.Cut(strings.TrimSpace(l), " "); strings.EqualFold(word, "FROM") {
			line = i + 1
		}
	}
	return line, nil
}
