package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var linkTo = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links inside the repository lead to a file, and to a heading of it.
func TestLinksInDocumentsWork(t *testing.T) {
	for _, file := range documents(t) {
		text := readText(t, file)
		for _, b := range blocks(text) {
			text = strings.ReplaceAll(text, b.text, "")
		}
		for _, m := range linkTo.FindAllStringSubmatch(text, -1) {
			if problem := leads(t, file, m[1]); problem != "" {
				t.Errorf("%s: %s: %s", file, m[1], problem)
			}
		}
	}
}

// leads describes what is wrong with a link; links to other sites are not followed.
func leads(t *testing.T, file, target string) string {
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
		return "there is no such file"
	case heading == "" || stat.IsDir():
		return ""
	}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(readText(t, file), -1) {
		if anchor(m[1]) == heading {
			return ""
		}
	}
	return "there is no such heading"
}

// anchor is GitHub's anchor for a heading.
func anchor(heading string) string {
	heading = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(heading, " ", "-")
}
