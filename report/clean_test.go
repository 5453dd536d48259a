package report

import (
	"context"
	"path"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestCleanLine(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain text stays":                        {"libssl3 3.0.11-1~deb12u2", "libssl3 3.0.11-1~deb12u2"},
		"letters of all languages stay":           {"Größe ✓ 漏洞", "Größe ✓ 漏洞"},
		"a command at the beginning":              {"::error::x", ": :error: :x"},
		"many colons":                             {":::::", ": : : : :"},
		"the older form, anywhere":                {"a ##[error]b", "a # #[error]b"},
		"Azure's form":                            {"##vso[task.x]", "# #vso[task.x]"},
		"many signs":                              {"####[x]", "# # # #[x]"},
		"line ends":                               {"a\r\nb\nc", "a  b c"},
		"a command behind a line end":             {"a\n::error::b", "a : :error: :b"},
		"one that a hidden character takes apart": {"a:\u200b:b #\u2060#[c]", "a: :b # #[c]"},
		"a terminal sequence":                     {"\x1b[31mred\x1b[0m", " [31mred [0m"},
		"a title of a terminal":                   {"\x1b]0;x\x07y", " ]0;x y"},
		"an eight-bit control character":          {"a\u009b31mb", "a 31mb"},
		"an override of the direction":            {"a\u202egpj.exe\u2066", "agpj.exe"},
		"no text at all":                          {"\xff\xfe", "\ufffd\ufffd"},
		"a byte of nothing":                       {"a\x00b", "a b"},
		"letters that are seen by nobody":         {"a\u3164b\U000e0041c", "abc"},
	} {
		if got := CleanLine(c.in); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", name, c.in, got, c.want)
		}
	}
	if got := CleanText("a\tb\n::c"); got != "a\tb\n: :c" {
		t.Errorf("text of two lines: %q", got)
	}
}

func FuzzCleanLine(f *testing.F) {
	for _, s := range []string{"", "a", hostileText, ":\u200b:", "#\u00ad#[", "\x9b", "::##::##", "\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := CleanLine(s)
		if found := commands.FindString(got); found != "" || !utf8.ValidString(got) || strings.Contains(got, "##") {
			t.Errorf("%q still has %q", got, found)
		}
		if again := CleanLine(got); again != got {
			t.Errorf("%q becomes %q when it is cleaned again", got, again)
		}
		if text := strings.NewReplacer("\n", " ", "\t", " ").Replace(CleanText(s)); !strings.ContainsAny(s, "\n\t") && text != got {
			t.Errorf("as a text it is %q, as a line %q", text, got)
		}
	})
}

func FuzzCutText(f *testing.F) {
	f.Add("abc", 3)
	f.Add("😀😀", 2)
	f.Add(hostileText, 100)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if !utf8.ValidString(s) || limit < 1 || limit > 1000 {
			return
		}
		got := cutText(s, limit)
		units := len(utf16.Encode([]rune(got)))
		if units > limit || !utf8.ValidString(got) {
			t.Errorf("%q has %d units, the limit is %d", got, units, limit)
		}
		if got != s && (len(utf16.Encode([]rune(s))) <= limit || !strings.HasPrefix(s, strings.TrimSuffix(got, "…"))) {
			t.Errorf("%q is cut to %q without need", s, got)
		}
	})
}

// relative is a URI reference that names something below where it stands.
// https://www.rfc-editor.org/rfc/rfc3986#section-4.2
var relative = regexp.MustCompile(`^(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})+)*$`)

func FuzzPathSegments(f *testing.F) {
	for _, s := range []string{"", "a", "team/app/libc6", "../../etc/passwd", "/a//b/", "@babel/core", "c:/x", "a?b#c", "%2e%2e", hostileText} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := pathSegments(term(s))
		if !relative.MatchString(got) || path.Clean(got) != got {
			t.Errorf("%q gives the place %q", s, got)
		}
	})
}

// FuzzExceptionText: whatever a finding is called, the exception that is proposed for it is one that
// a policy takes, and excuses that finding.
func FuzzExceptionText(f *testing.F) {
	for _, s := range []string{"CVE-2024-1", "null", "~", "- a", "a: b", "'", "[x]*?", "HTTP::Tiny", "##[x]", "a`b", " a ", "\u202e", "!", "&a", "it's", "]", "[^a]", "a\xff"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, id, pkg string) {
		finding := scan.Finding{ID: id, Severity: scan.High, Packages: []scan.Package{{Name: pkg}}}
		text := exceptionText(&finding, "2026-04-20")
		if text == "" {
			return
		}
		if found := commands.FindString(strings.ReplaceAll(text, "\n", "")); found != "" {
			t.Errorf("%q has %q", text, found)
		}
		p, err := policy.Load([]policy.File{{Name: "p.yml", Text: []byte("version: 1\nrules:\n  - name: all\nexceptions:\n" + text)}}, fixtureNow)
		if err != nil {
			t.Fatalf("%v:\n%s", err, text)
		}
		v := p.Evaluate(context.Background(), &scan.Scan{Type: scan.Enhanced, Findings: []scan.Finding{finding}}, nil, fixtureNow)
		if v.Counts().Excepted != 1 {
			t.Errorf("%q in %q is not excused by:\n%s", id, pkg, text)
		}
	})
}
