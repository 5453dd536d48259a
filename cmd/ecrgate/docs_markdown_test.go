package main

import (
	"regexp"
	"slices"
	"strings"
)

// A block is a fenced block of a document, or a whole file of examples.
type block struct {
	line  int      // number of its first line of text, from 1
	lang  string   // yaml, json, sh, console, …
	words []string // what follows the language: "wrong"
	text  string
}

var fence = regexp.MustCompile("^( *)```+ *([^`]*)$")

// blocks returns the fenced blocks of a document.
func blocks(text string) []block {
	var all []block
	var open *block
	indent := ""
	for i, line := range strings.Split(text, "\n") {
		m := fence.FindStringSubmatch(line)
		switch {
		case m != nil && open == nil:
			words := append(strings.Fields(m[2]), "")
			open, indent = &block{line: i + 2, lang: words[0], words: words[1:]}, m[1]
		case m != nil:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += strings.TrimPrefix(line, indent) + "\n"
		}
	}
	return all
}

// indented returns the line of the first block without a fence, which has no language; 0 if there is none.
func indented(text string) int {
	inFence, before, blank := false, "", true
	for i, line := range strings.Split(text, "\n") {
		inFence = inFence != fence.MatchString(line)
		switch {
		case strings.TrimSpace(line) == "":
			blank = true
			continue
		case !inFence && blank && strings.HasPrefix(line, "    ") && !listed.MatchString(before):
			return i + 1
		}
		before, blank = line, false
	}
	return 0
}

var listed = regexp.MustCompile(`^ |^[*-] |^[0-9]+\. `)

// is reports whether a word follows the language.
func (b block) is(word string) bool { return slices.Contains(b.words, word) }

var fileName = regexp.MustCompile(`^# ([\w./-]+\.[a-z]+)$`)

// file returns the name in a comment on the first line of a block: "# .ecrgate.yml".
func (b block) file() string {
	first, _, _ := strings.Cut(b.text, "\n")
	if m := fileName.FindStringSubmatch(first); m != nil {
		return m[1]
	}
	return ""
}

var span = regexp.MustCompile("`(ecrgate [^`]+)`")

// spans returns the commands in running text, which are abbreviated and so cannot be run.
func spans(text string) []string {
	for _, b := range blocks(text) {
		text = strings.ReplaceAll(text, b.text, "")
	}
	var all []string
	for _, m := range span.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.Join(strings.Fields(m[1]), " "))
	}
	return all
}
