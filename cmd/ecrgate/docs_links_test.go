package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var linkTo = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links inside the repository point to an existing file and heading.
func TestLinksInDocumentsWork(t *testing.T) {
	for _, file := range documents(t) {
		text := readText(t, file)
		for _, b := range blocks(text) {
			text = strings.ReplaceAll(text, b.text, "")
		}
		for _, m := range linkTo.FindAllStringSubmatch(text, -1) {
			if problem := brokenLink(t, file, m[1]); problem != "" {
				t.Errorf("%s: %s: %s", file, m[1], problem)
			}
		}
	}
}

// brokenLink describes what is wrong with a link; it does not follow links to other sites.
func brokenLink(t *testing.T, file, target string) string {
	t.Helper()
	if strings.Contains(target, "://") {
		return ""
	}
	path, heading, _ := strings.Cut(target, "#")
	if path != "" {
		file = filepath.Join(filepath.Dir(file), path)
	}
	stat, err := os.Stat(file)
	switch {
	case err != nil:
		return "no such file"
	case heading == "" || stat.IsDir():
		return ""
	}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readText(t, file), -1) {
		if anchor(m[1]) == heading {
			return ""
		}
	}
	return "no such heading"
}

// anchor returns GitHub's anchor for a heading.
func anchor(heading string) string {
	heading = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(heading, " ", "-")
}
