package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// mdText makes text from strangers safe in markdown, also in a cell of a table or at the beginning
// of a line: it shows as it is and is neither markup, HTML, a link, a mention nor a reference.
func mdText(s string) string {
	if plainName(s) {
		return s
	}
	found := meaningsOf(s)
	if found&(unshown|inLogs) != 0 {
		s = CleanLine(s)
	}
	s = strings.TrimSpace(s)
	if found&inMarkdown != 0 || found&inLogs != 0 && strings.Contains(s, "://") || found&inHosts != 0 && strings.Contains(s, "www.") {
		s = mdEscapes.Replace(s)
	}
	return mdBeginning(s)
}

// Characters with a meaning in GitHub's and GitLab's markdown. A backslash takes that of syntax.
// Links that are found without any syntax are broken by entities. Mentions and references to issues
// are looked for in the HTML that comes out, where an entity is gone; only an element between the
// sign and the name keeps a package such as @babel/core from calling somebody to a pull request.
// https://github.github.com/gfm
var mdEscapes = strings.NewReplacer(
	"@sha256:", "@sha256:", "@", "<span>@</span>", "#", "<span>#</span>", "://", "&#58;//", "www.", "www&#46;",
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
)

// mdBeginning takes the meaning of what begins a list, a rule or an underline: signs, and a number
// with a dot or bracket and a blank.
func mdBeginning(s string) string {
	if s == "" {
		return s
	}
	if strings.IndexByte("-+=", s[0]) >= 0 {
		return `\` + s
	}
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if mark, _, _ := strings.Cut(s[digits:], " "); digits > 0 && (mark == "." || mark == ")") {
		return s[:digits] + `\` + s[digits:]
	}
	return s
}

// mdLink is a link to a web page, or only the text when the address is not one.
func mdLink(s, address string) string {
	if !hasURL(address) {
		return mdText(s)
	}
	return "[" + mdText(s) + "](<" + mdAddress.Replace(address) + ">)"
}

// What hasURL lets through, and is more than an address in a table or a log.
var mdAddress = strings.NewReplacer("&", "&amp;", "|", "%7C", "[", "%5B", "]", "%5D", "::", ":%3A")

// xmlText makes text from strangers safe in XML, between tags and in quoted attributes. What XML
// has no way to write becomes the replacement character; line ends and tabs stay as they are.
// https://www.w3.org/TR/xml/#charsets
func xmlText(s string) string {
	return xmlEscapes.Replace(strings.Map(func(r rune) rune {
		if r == '\ufffe' || r == '\uffff' {
			return '\ufffd'
		}
		return r
	}, CleanText(s)))
}

var xmlEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&apos;")

// jsonText takes JSON and gives JSON of the same value that can be printed to a log: what is not
// plainly shown, and what begins a command anywhere in a line, is written as an escape. Outside of
// texts JSON has neither.
func jsonText(b []byte) []byte {
	var out []byte // stays nil while nothing is to be escaped
	taken := 0
	for i, size := 0, 1; i < len(b); i += size {
		if size = 1; b[i] < 0x7f && (b[i] != '#' || i == 0 || b[i-1] != '#') {
			continue
		}
		var r rune
		if r, size = utf8.DecodeRune(b[i:]); r != '#' && r != 0x7f && !unicode.IsControl(r) && !hidden(r) {
			continue
		}
		out = append(out, b[taken:i]...)
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
		taken = i + size
	}
	if out == nil {
		return b
	}
	return append(out, b[taken:]...)
}
