package safe

import "strings"

// Markdown escapes a text for markdown, including table cells and the start of a line: it is shown as it is,
// and never becomes markup, HTML, a link, a mention or a reference.
func Markdown(s string) string {
	return markdownBeginning(markdownEscapes.Replace(strings.TrimSpace(Line(s))))
}

// Characters with a meaning in GitHub's and GitLab's markdown. A backslash escapes syntax. Links found
// without syntax are broken by entities. Mentions and references to issues are looked for in the
// resulting HTML, where an entity is gone; only an element between the sign and the name keeps a
// package such as @babel/core from mentioning a user.
// https://github.github.com/gfm
var markdownEscapes = strings.NewReplacer(
	"@sha256:", "@sha256:", "@", "<span>@</span>", "#", "<span>#</span>", "://", "&#58;//", "www.", "www&#46;",
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
)

// markdownBeginning escapes what starts a list, a rule or an underline: punctuation, and a number with a
// period or parenthesis and a space.
func markdownBeginning(s string) string {
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

// MarkdownLink returns a link to a web page, or only the text if the address is not one.
func MarkdownLink(s, address string) string {
	if !WebPage(address) {
		return Markdown(s)
	}
	return "[" + Markdown(s) + "](<" + markdownAddress.Replace(address) + ">)"
}

// Characters that WebPage accepts but that have a meaning in a table or a log.
var markdownAddress = strings.NewReplacer("&", "&amp;", "|", "%7C", "[", "%5B", "]", "%5D")
