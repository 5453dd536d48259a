package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

//go:embed html/style.css
var htmlStyle string

//go:embed html/script.js
var htmlScript string

// HTML is the report for people, one file that asks nobody for anything: its style and its script
// are inside and are the only ones that its content security policy lets run. Without scripts
// everything can be read; with them findings can be searched, filtered and sorted.
func HTML(w io.Writer, r Run) error {
	p := page{stream{out: newBuffer(w)}}
	p.head(r)
	for i := range r.Images {
		p.image(r, i)
	}
	p.foot(r)
	if p.err != nil {
		return p.err
	}
	return p.out.Flush()
}

// A page writes HTML.
type page struct{ stream }

func (p *page) line(format string, args ...any) { p.text(fmt.Sprintf(format, args...) + "\n") }

// htmlText makes text from strangers safe in HTML, between tags and in quoted attributes.
func htmlText(s string) string { return html.EscapeString(CleanLine(s)) }

// htmlLink is a link to a web page, or only the text when the address is not one.
func htmlLink(s, address string) string {
	if !hasURL(address) {
		return htmlText(s)
	}
	return `<a rel="noopener noreferrer" href="` + htmlText(address) + `">` + htmlText(s) + "</a>"
}

// integrity names the one style and the one script that may be used.
// https://www.w3.org/TR/CSP3/#grammardef-hash-source
func integrity(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *page) head(r Run) {
	p.text("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	p.line(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'">`, integrity(htmlStyle), integrity(htmlScript))
	p.text("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
	p.line("<title>ecrgate: %s</title>\n<style>%s</style>\n</head>\n<body>", htmlText(runWords(r)), htmlStyle)
	p.line("<header class=\"%s\">\n<h1>ecrgate: %s</h1>\n<p class=\"soft\">%s Exit code %d.</p>", runClass(r), htmlText(runWords(r)), htmlText(judgeLine(r)), r.ExitCode)
	if r.Problem != "" {
		p.list("h2", "What was wrong", strings.Split(r.Problem, "\n"), "")
	}
	if len(r.Images) > 1 {
		p.overview(r)
	}
	p.text("</header>\n<main>\n")
}

// A run has the colour of its worst image.
func runClass(r Run) string {
	class := "fail"
	if images := byUrgency(r); len(images) > 0 {
		class = standingClass[standing(images[0])]
	}
	return class
}

var standingClass = map[string]string{"FAIL": "fail", "NO VERDICT": "fail", "NOT JUDGED": "warn", "PASS": "pass"}

func (p *page) overview(r Run) {
	p.table("small", "Images", "verdict", "image", "#total", "#fixable", "#excepted", "#counted")
	for i := range r.Images {
		img := &r.Images[i]
		c := img.Verdict.Counts()
		p.line(`<tr><td class="%s"><b>%s</b></td><td class="name"><a href="#image-%d">%s</a></td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td></tr>`,
			standingClass[standing(img)], standing(img), i+1, htmlText(img.name()), c.Total, c.Fixable, c.Excepted, c.Counted)
	}
	p.endTable()
}

// table begins a table; the head of numbers begins with #, that of bars with =. What is wider than the window scrolls, by
// keyboard too.
func (p *page) table(class, caption string, heads ...string) {
	p.line(`<div class="scroll" role="region" aria-label="%s" tabindex="0"><table class="%s"><caption>%s</caption>`, caption, class, caption)
	p.text("<thead><tr>")
	for _, h := range heads {
		class := map[byte]string{'#': ` class="n"`, '=': ` class="bar"`}[h[0]]
		h = strings.TrimLeft(h, "#=")
		p.text(`<th scope="col"` + class + ">" + h + "</th>")
	}
	p.text("</tr></thead>\n<tbody>\n")
}

func (p *page) endTable() { p.text("</tbody></table></div>\n") }

// list writes a heading and lines, or nothing.
func (p *page) list(tag, heading string, lines []string, class string) {
	if len(lines) == 0 {
		return
	}
	p.line("<div class=\"%s\"><%s>%s</%s><ul>", class, tag, heading, tag)
	for _, l := range lines {
		p.line("<li>%s</li>", htmlText(l))
	}
	p.text("</ul></div>\n")
}

func (p *page) foot(r Run) {
	p.line("</main>\n<footer><p>%s Exit code %d. Written by <a href=\"%s\">ecrgate</a> %s at %s.</p></footer>", htmlText(judgeLine(r)), r.ExitCode, toolURI, htmlText(r.Version), r.Ended.UTC().Format(time.RFC3339))
	p.text("<script>" + htmlScript + "</script>\n</body>\n</html>\n")
}
