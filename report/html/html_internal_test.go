package html

import (
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

func TestHTMLTitleSaysWhatTheIDDoesNot(t *testing.T) {
	packages := []scan.Package{{Name: "libc6"}, {Name: "libc-bin"}}
	for name, c := range map[string]struct{ id, title, want string }{
		"Inspector's title is id and packages": {"CVE-1", "CVE-1 - libc6, libc-bin", ""},
		"a title of its own":                   {"GHSA-1", "GHSA-1 - Prototype pollution", "Prototype pollution"},
		"a title without the id":               {"CVE-1", "Overflow in libc6", "Overflow in libc6"},
		"the id alone":                         {"CVE-1", "CVE-1", ""},
		"a title that stands for the id":       {"", "Overflow", ""},
	} {
		if got := titleOf(&scan.Finding{ID: c.id, Title: c.title, Packages: packages}); got != c.want && !(c.want == "" && got == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestHTMLBarsAreInProportion(t *testing.T) {
	for name, c := range map[string]struct{ n, most, want int }{
		"none":                 {0, 10, 0},
		"all":                  {10, 10, barWidth},
		"half":                 {5, 10, barWidth / 2},
		"so few, but they are": {1, 100_000, 3},
	} {
		if got := barLength(c.n, c.most); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
