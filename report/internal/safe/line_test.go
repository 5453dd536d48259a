package safe_test

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

func TestLine(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain text stays":                        {"libssl3 3.0.11-1~deb12u2", "libssl3 3.0.11-1~deb12u2"},
		"letters of all languages stay":           {"Größe ✓ 漏洞", "Größe ✓ 漏洞"},
		"a command at the beginning":              {"::error::x", ": :error::x"},
		"many colons":                             {":::::", ": ::::"},
		"an ARN stays an ARN":                     {"arn:aws:iam::123456789012:role/x", "arn:aws:iam::123456789012:role/x"},
		"a command behind blanks":                 {" \t::error::x", "  : :error::x"},
		"the older form, anywhere":                {"a ##[error]b", "a # #[error]b"},
		"Azure's form":                            {"##vso[task.x]", "# #vso[task.x]"},
		"many signs":                              {"####[x]", "# # # #[x]"},
		"line ends":                               {"a\r\nb\nc", "a  b c"},
		"a command after a line end":              {"a\n::error::b", "a ::error::b"},
		"one that a hidden character takes apart": {"a:\u200b:b #\u2060#[c]", "a::b # #[c]"},
		"a terminal sequence":                     {"\x1b[31mred\x1b[0m", " [31mred [0m"},
		"a title of a terminal":                   {"\x1b]0;x\x07y", " ]0;x y"},
		"an eight-bit control character":          {"a\u009b31mb", "a 31mb"},
		"an override of the direction":            {"a\u202egpj.exe\u2066", "agpj.exe"},
		"no text at all":                          {"\xff\xfe", "\ufffd\ufffd"},
		"a byte of nothing":                       {"a\x00b", "a b"},
		"invisible letters":                       {"a\u3164b\U000e0041c", "abc"},
	} {
		if got := safe.Line(c.in); got != c.want {
			t.Errorf("%s: %q becomes %q, want %q", name, c.in, got, c.want)
		}
	}
	if got := safe.Text("a\tb\n::c"); got != "a\tb\n: :c" {
		t.Errorf("text of two lines: %q", got)
	}
}

func FuzzLine(f *testing.F) {
	for _, s := range []string{"", "a", reporttest.HostileText, ":\u200b:", "#\u00ad#[", "\x9b", "::##::##", "\xe2\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safe.Line(s)
		if found := reporttest.Commands.FindString(got); found != "" || !utf8.ValidString(got) || strings.Contains(got, "##") {
			t.Errorf("%q still has %q", got, found)
		}
		if again := safe.Line(got); again != got {
			t.Errorf("%q becomes %q when it is cleaned again", got, again)
		}
		for _, line := range strings.Split(strings.ReplaceAll(safe.Text(s), "\t", " "), "\n") {
			if found := reporttest.Commands.FindString(line); found != "" {
				t.Errorf("as a text %q still has %q", s, found)
			}
		}
	})
}

func FuzzCut(f *testing.F) {
	f.Add("abc", 3)
	f.Add("😀😀", 2)
	f.Add(reporttest.HostileText, 100)
	f.Fuzz(func(t *testing.T, s string, limit int) {
		if !utf8.ValidString(s) || limit < 1 || limit > 1000 {
			return
		}
		got := safe.Cut(s, limit)
		units := len(utf16.Encode([]rune(got)))
		if units > limit || !utf8.ValidString(got) {
			t.Errorf("%q has %d units, the limit is %d", got, units, limit)
		}
		if got != s && (len(utf16.Encode([]rune(s))) <= limit || !strings.HasPrefix(s, strings.TrimSuffix(got, "…"))) {
			t.Errorf("%q is cut to %q without need", s, got)
		}
	})
}

// relative matches a URI reference to something below its base.
// https://www.rfc-editor.org/rfc/rfc3986#section-4.2
var relative = regexp.MustCompile(`^(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})+(?:/(?:[A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-F]{2})+)*$`)

func FuzzPath(f *testing.F) {
	for _, s := range []string{"", "a", "team/app/libc6", "../../etc/passwd", "/a//b/", "@babel/core", "c:/x", "a?b#c", "%2e%2e", reporttest.HostileText} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := safe.Path(safe.Term(s))
		if !relative.MatchString(got) || path.Clean(got) != got {
			t.Errorf("%q has the path %q", s, got)
		}
	})
}

// FuzzJSON checks that a document keeps its meaning, however it is split into writes, and has no hidden
// characters.
func FuzzJSON(f *testing.F) {
	for i, s := range []string{"", "plain", reporttest.HostileText, "###[error]", "##vso[x]", "\u202e\U000e0041\u2028\x7f\u0085", `\##`} {
		f.Add(s, i)
	}
	f.Fuzz(func(t *testing.T, s string, piece int) {
		s = strings.ToValidUTF8(s, "\ufffd")
		whole, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		w := safe.JSON(&out)
		for part := range slices.Chunk(whole, 1+max(piece, -piece-1)%8) {
			if n, err := w.Write(part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		got := out.String()
		var back string
		if err := json.Unmarshal([]byte(got), &back); err != nil || back != s {
			t.Fatalf("%s is another text than %q: %v", got, s, err)
		}
		if found := reporttest.Commands.FindString(got); found != "" || strings.Contains(got, "##") {
			t.Errorf("%s has %q", got, found)
		}
	})
}

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		in    string
		limit int
		want  string
	}{
		"short enough":                    {"abc", 3, "abc"},
		"too long":                        {"abcd", 3, "ab…"},
		"more bytes than characters":      {"äöü", 3, "äöü"},
		"characters of two units":         {"😀😀", 4, "😀😀"},
		"a character that does not fit":   {"😀😀😀", 4, "😀…"},
		"one that has no room for itself": {"a😀b", 3, "a…"},
	} {
		if got := safe.Cut(c.in, c.limit); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
