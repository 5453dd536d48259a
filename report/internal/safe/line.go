// Package safe makes text from outside (ECR, policies, file names, errors) safe to put into a report. Such
// text is data: it may contain control sequences, commands for a CI runner, markup or bytes that are not
// text. There is one file for each notation.
package safe

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Line returns text that is safe to print within one line of a log. Control characters (and so ANSI
// sequences), line breaks, and characters that hide text or change its direction become spaces or are
// dropped. A space breaks what a CI runner would act on: `::` at the beginning, and `##[` and `##vso[`
// anywhere. The result is valid UTF-8 on one line.
func Line(s string) string {
	if plain(s) {
		return s
	}
	return defuse(visible(s, false))
}

// Text is Line for text of several lines: line breaks and tabs are kept.
func Text(s string) string {
	if plain(s) {
		return s
	}
	lines := strings.Split(visible(s, true), "\n")
	for i, line := range lines {
		lines[i] = defuse(line)
	}
	return strings.Join(lines, "\n")
}

// plain reports whether a text is printable ASCII without the signs that begin a runner's command.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '#' || c == ':' && strings.HasPrefix(s[i:], "::") {
			return false
		}
	}
	return true
}

// visible drops or replaces every character that is not shown as it is.
func visible(s string, lines bool) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			if lines {
				return r
			}
			return ' '
		case r == utf8.RuneError, r == '\ufffe', r == '\uffff':
			return unicode.ReplacementChar
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			return ' '
		case hidden(r):
			return -1
		}
		return r
	}, s)
}

// hidden reports whether a character reorders or hides its neighbors: format characters such as bidi
// overrides, zero-width ones, tags and the byte order mark. See Unicode TR36 and CVE-2021-42574.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0'
}

// defuse breaks the start of workflow commands in one line. GitHub's runner acts on `::` at the beginning,
// after white space, and on `##[` anywhere; Azure's agent on `##vso[` and `##[` anywhere. See
// https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
func defuse(s string) string {
	for strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", "# #")
	}
	rest := strings.TrimLeftFunc(s, unicode.IsSpace)
	if strings.HasPrefix(rest, "::") {
		s = s[:len(s)-len(rest)] + ": " + rest[1:]
	}
	return s
}

// MaxTerm is the longest Term, in UTF-16 units.
const MaxTerm = 200

// Term returns a short text, such as the name of a package, on one line and of bounded length.
func Term(s string) string { return Cut(strings.TrimSpace(Line(s)), MaxTerm) }

// Cut shortens a text to a number of UTF-16 units, which is how GitHub's limits count.
func Cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	units, end := 0, 0 // end is the length of the longest text that leaves room for the mark
	for i, r := range s {
		if units < limit {
			end = i
		}
		if units += utf16.RuneLen(r); units > limit {
			return s[:end] + "…"
		}
	}
	return s
}
