package html_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	stdhtml "html"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/report/html"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

func TestHTMLGolden(t *testing.T) {
	for _, name := range []string{"rich", "clean"} {
		reporttest.Golden(t, name+".html", reporttest.Render(t, html.Write, reporttest.Runs()[name]))
	}
}

// TestHTMLLetsNothingRunButItsOwn checks that the content security policy allows the style and the script by
// their hashes, and that nothing may be loaded.
func TestHTMLLetsNothingRunButItsOwn(t *testing.T) {
	inside := func(text, tag string) string {
		_, rest, _ := strings.Cut(text, "<"+tag+">")
		body, _, _ := strings.Cut(rest, "</"+tag+">")
		sum := sha256.Sum256([]byte(body))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	for name, r := range reporttest.Runs() {
		text := reporttest.Render(t, html.Write, r)
		want := `content="default-src 'none'; style-src ` + inside(text, "style") + `; script-src ` + inside(text, "script") + `; base-uri 'none'; form-action 'none'">`
		if strings.Count(text, "Content-Security-Policy") != 1 || !strings.Contains(stdhtml.UnescapeString(text), want) {
			t.Errorf("%s: the page does not say %s", name, want)
		}
		if n := strings.Count(text, "<script"); n != 1 || strings.Count(text, "<style") != 1 {
			t.Errorf("%s has %d scripts", name, n)
		}
		for _, loads := range []string{" src=", "url(", "@import", "<link", "<img", "<iframe", " style="} {
			if name != "hostile" && strings.Contains(text, loads) {
				t.Errorf("%s may ask for something: %s", name, loads)
			}
		}
	}
}

// tag matches an element of the page; anything else that begins with < is foreign.
var tag = regexp.MustCompile(`<(/?[a-z0-9]+)((?: [a-zA-Z-]+(?:="[^"<>]*")?)*)/?>|<!doctype html>`)

// href matches the links of the page.
var href = regexp.MustCompile(` href="([^"]*)"`)

// own are the page's style and script, which the test of their hashes checks.
var own = regexp.MustCompile(`(?s)<(style|script)>.*?</(?:style|script)>`)

func TestHTMLStaysTextOfStrangers(t *testing.T) {
	text := own.ReplaceAllString(reporttest.Render(t, html.Write, reporttest.Hostile()), "<$1></$1>")
	ours := " html head meta title style body header h1 h2 h3 p div span ul li table caption thead tbody tr th td b a br section svg rect details summary pre main footer script label input select option "
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		if m[1] != "" && !strings.Contains(ours, " "+strings.TrimPrefix(m[1], "/")+" ") || strings.Contains(m[2], " on") {
			t.Errorf("a foreign element: %.100s", m[0])
		}
	}
	if rest := tag.ReplaceAllString(text, ""); strings.ContainsAny(rest, "<>") {
		i := strings.IndexAny(rest, "<>")
		t.Errorf("markup that is not ours: %.100q", rest[max(0, i-20):])
	}
	for _, m := range href.FindAllStringSubmatch(text, -1) {
		if link := stdhtml.UnescapeString(m[1]); !safe.WebPage(link) && !strings.HasPrefix(link, "#image-") {
			t.Errorf("the link %q", link)
		}
	}
	for n, line := range strings.Split(text, "\n") {
		if found := reporttest.Commands.FindString(line); found != "" || !utf8.ValidString(line) {
			t.Errorf("line %d has the command %q: %.100q", n+1, found, line)
		}
	}
}

func TestHTMLHasEveryFinding(t *testing.T) {
	r := reporttest.Large(500)
	text := reporttest.Render(t, html.Write, r)
	if n := strings.Count(text, "<tr data-severity="); n != 500 {
		t.Errorf("%d rows", n)
	}
	for _, f := range r.Images[0].Verdict.Findings {
		if !strings.Contains(text, "<div>"+f.Packages[0].Name+" 1.0-1 → 1.0-2</div>") {
			t.Errorf("%s is missing", f.Packages[0].Name)
		}
	}
}

func TestHTMLOfWrongUsage(t *testing.T) {
	if text := reporttest.Render(t, html.Write, reporttest.Usage()); !strings.Contains(text, "nothing was checked") || !strings.Contains(text, "HIHG") {
		t.Error("the page does not say what was wrong")
	}
}

// TestHTMLOfAFleetLeavesOutWhatNoRuleCounts: for more than 20 images; the JSON report keeps them.
func TestHTMLOfAFleetLeavesOutWhatNoRuleCounts(t *testing.T) {
	for n, kept := range map[int]bool{20: true, 21: false} {
		r := reporttest.Fleet(n)
		text := reporttest.Render(t, html.Write, r)
		if strings.Contains(text, `data-became="unmatched"`) != kept || strings.Contains(text, "are left out; the JSON report has them") == kept {
			t.Errorf("%d images: wrong findings", n)
		}
		for _, want := range []string{fmt.Sprintf("<p>%d images: %s</p>", n, r.StatusCounts()), "<h3>Vulnerabilities in most images</h3>", "<h3>Upgrades that fix most</h3>", "<li>upgrade openssl to 3.0.9: "} {
			if !strings.Contains(text, want) {
				t.Errorf("%d images: %q is missing", n, want)
			}
		}
	}
}
