package report

import "strings"

// mdText makes text from strangers safe in markdown, also in a cell of a table: it shows as it is
// and is neither markup, HTML, a link, a mention nor a reference.
func mdText(s string) string {
	return mdEscapes.Replace(CleanLine(s))
}

// Characters with a meaning in GitHub's markdown. Entities are taken where a backslash would not
// keep a browser, an autolink or a mention from seeing them.
// https://github.github.com/gfm
var mdEscapes = strings.NewReplacer(
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "#", "&#35;", "://", "&#58;//", "www.", "www&#46;",
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
)

// mdLink is a link to a web page, or only the text when the address is not one.
func mdLink(s, address string) string {
	if !hasURL(address) {
		return mdText(s)
	}
	return "[" + mdText(s) + "](<" + address + ">)"
}
