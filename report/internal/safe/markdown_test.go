package safe_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

func TestMarkdown(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"a plain word stays":                           {"libssl3 3.0.11-1~deb12u2", `libssl3 3.0.11-1\~deb12u2`},
		"a digest stays, for people copy it":           {"team/app@sha256:00", "team/app@sha256:00"},
		"a scoped package is not a mention":            {"@babel/core", "<span>@</span>babel/core"},
		"an issue is not referred to":                  {"fixes #1", "fixes <span>#</span>1"},
		"a pipe does not end the cell":                 {"a|b", `a\|b`},
		"a backslash does not free what follows":       {`\|`, `\\\|`},
		"an element is text":                           {"<img src=x>", "&lt;img src=x&gt;"},
		"an entity is text":                            {"&lt;", "&amp;lt;"},
		"an address is not a link":                     {"https://a.example www.b.example", "https&#58;//a.example www&#46;b.example"},
		"line ends do not begin a line":                {"a\n# b\r\n- c", "a <span>#</span> b  - c"},
		"a dash at the beginning is not a list":        {"- a", `\- a`},
		"a number at the beginning is not a list":      {"1. a", `1\. a`},
		"a number with a bracket is not a list":        {"12) a", `12\) a`},
		"a number with a dot at the end is not a list": {"7.", `7\.`},
		"a version at the beginning keeps its shape":   {"2.36-9", "2.36-9"},
		"spaces at the beginning are not code":         {"     a", "a"},
		"a command of the runner is broken":            {"::error::x ##[error]y", `: :error::x <span>#</span> <span>#</span>\[error\]y`},
		"nothing is nothing":                           {" ", ""},
	} {
		if got := safe.Markdown(c.in); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", name, c.in, got, c.want)
		}
	}
}

func TestMarkdownLink(t *testing.T) {
	for name, c := range map[string]struct{ address, want string }{
		"a web page is linked":                {"https://a.example/x?a=1&b=2", "[id](<https://a.example/x?a=1&amp;b=2>)"},
		"a pipe does not end the cell":        {"https://a.example/a|b", "[id](<https://a.example/a%7Cb>)"},
		"a command does not get in":           {"https://a.example/::x##[y]", "[id](<https://a.example/::x##%5By%5D>)"},
		"a script is not linked":              {"javascript:alert(1)", "id"},
		"a broken address is not a link":      {"https://a.example/>)", "id"},
		"without an address there is no link": {"", "id"},
		"an address on two lines is none":     {"https://a.example/\n::error::", "id"},
		"a file URL is not a web page":        {"file:///etc/passwd", "id"},
	} {
		if got := safe.MarkdownLink("id", c.address); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", name, c.address, got, c.want)
		}
	}
}

// markup matches what escaped markdown may contain: an escaped character, an entity, our element.
var markup = regexp.MustCompile(`\\[[:punct:]]|&(?:amp|lt|gt|#58|#46);|</?span>`)

// shown returns what a reader sees of escaped markdown.
func shown(s string) string {
	return markup.ReplaceAllStringFunc(s, func(m string) string {
		switch {
		case m[0] == '\\':
			return m[1:]
		case m[0] == '&':
			return html.UnescapeString(m)
		}
		return ""
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"", "a", reporttest.HostileText, "1. x", "- x", "@a #1", "&#64;", `\\|`, "www.www.", ":://", "<span>@</span>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safe.Markdown(s)
		if want := strings.TrimSpace(safe.Line(s)); shown(got) != want {
			t.Errorf("%q shows %q, want %q", got, shown(got), want)
		}
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n") || strings.HasPrefix(got, "::") || strings.Contains(got, "##") {
			t.Errorf("%q is not one safe line", got)
		}
		bare := markup.ReplaceAllString(got, " ")
		if strings.ContainsAny(bare, "\\`*_[]|~$<>&") || strings.Contains(bare, "://") {
			t.Errorf("%q has markup: %q", got, bare)
		}
	})
}
