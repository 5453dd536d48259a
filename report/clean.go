package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanLine makes text from strangers safe to print as part of a line of a log: control characters
// (so also ANSI sequences), line ends and characters that change the direction or hide text become
// spaces or are dropped, and what a CI runner would take for a command (GitHub's `::` and `##[`,
// Azure's `##vso[`) is broken by a space. The result is valid UTF-8 on one line.
func CleanLine(s string) string { return clean(s, false) }

// CleanText is CleanLine for text of several lines: line ends and tabs are kept.
func CleanText(s string) string { return clean(s, true) }

func clean(s string, lines bool) string {
	found := meaningsOf(s)
	if found&unshown != 0 {
		s = visible(s, lines)
	}
	if found&(unshown|inLogs) != 0 { // what was hidden between two signs is gone
		s = defuse(s)
	}
	return s
}

// visible drops or replaces every character that is not plainly shown.
func visible(s string, lines bool) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t':
			if !lines {
				r = ' '
			}
			b.WriteRune(r)
		case r == utf8.RuneError:
			b.WriteRune(unicode.ReplacementChar)
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			b.WriteByte(' ')
		case hidden(r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// plainName is the quick test for what most ids, names and versions are: letters, digits, points and
// hyphens, which mean nothing in any notation.
func plainName(s string) bool {
	if s == "" || len(s) > maxTerm || !alphanumeric(s[0]) || !alphanumeric(s[len(s)-1]) {
		return false
	}
	found := meaningsOf(s)
	return found&inNames == 0 && (found&inHosts == 0 || !strings.Contains(s, "www."))
}

// hidden tells characters that reorder or hide their neighbours: format characters such as bidi
// overrides, zero-width ones, tags and the byte order mark. See Unicode TR36 and CVE-2021-42574.
func hidden(r rune) bool {
	return unicode.Is(unicode.Cf, r) || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0'
}

// defuse breaks the beginnings of workflow commands. GitHub's runner looks for `::` and `##[`,
// Azure's for `##vso[` and `##[`, anywhere in a line.
// See https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
func defuse(s string) string {
	for strings.Contains(s, "::") {
		s = strings.ReplaceAll(s, "::", ": :")
	}
	if strings.Contains(s, "##") {
		s = strings.ReplaceAll(s, "##", "# #")
		for strings.Contains(s, "##") {
			s = strings.ReplaceAll(s, "##", "# #")
		}
	}
	return s
}
