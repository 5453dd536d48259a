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

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
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
		p.image(i, &r.Images[i])
	}
	p.text("</main>\n<footer><p>" + htmlText(judgeLine(r)) + fmt.Sprintf(" Exit code %d.", r.ExitCode))
	p.text(" Written by <a href=\"" + toolURI + "\">ecrgate</a> " + htmlText(r.Version) + " at " + r.Ended.UTC().Format(time.RFC3339) + ".</p></footer>\n")
	p.text("<script>" + htmlScript + "</script>\n</body>\n</html>\n")
	if p.err != nil {
		return p.err
	}
	return p.out.Flush()
}

// A page writes HTML.
type page struct{ stream }

// htmlText makes text from strangers safe in HTML, between tags and in quoted attributes.
func htmlText(s string) string { return html.EscapeString(CleanLine(s)) }

// htmlLink is a link to a web page, or only the text when the address is not one.
func htmlLink(s, address string) string {
	if !hasURL(address) {
		return htmlText(s)
	}
	return `<a rel="noopener noreferrer" href="` + html.EscapeString(address) + `">` + htmlText(s) + "</a>"
}

func integrity(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (p *page) line(format string, args ...any) { p.text(fmt.Sprintf(format, args...) + "\n") }

func (p *page) head(r Run) {
	p.text("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
	p.line(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'">`, integrity(htmlStyle), integrity(htmlScript))
	p.text("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
	p.line("<title>ecrgate: %s</title>\n<style>%s</style>\n</head>\n<body>\n<header>", htmlText(runWords(r)), htmlStyle)
	p.line("<h1>ecrgate: %s</h1>\n<p class=\"soft\">%s</p>", htmlText(runWords(r)), htmlText(judgeLine(r)))
	if len(r.Images) > 1 {
		p.overview(r)
	}
	p.text("</header>\n<main>\n")
}

func (p *page) overview(r Run) {
	p.text("<div class=\"scroll\"><table class=\"small\"><caption>Images</caption><thead><tr><th scope=\"col\">image</th><th scope=\"col\">verdict</th><th scope=\"col\" class=\"n\">total</th><th scope=\"col\" class=\"n\">fixable</th><th scope=\"col\" class=\"n\">counted</th></tr></thead><tbody>\n")
	for i := range r.Images {
		img := &r.Images[i]
		c := img.Verdict.Counts()
		p.line(`<tr><td><a href="#image-%d">%s</a></td><td>%s</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td></tr>`, i+1, htmlText(img.Ref.String()), standing(img), c.Total, c.Fixable, c.Counted)
	}
	p.text("</tbody></table></div>\n")
}

var standingClass = map[string]string{"FAIL": "fail", "NO VERDICT": "fail", "NOT JUDGED": "warn", "PASS": "pass"}

func (p *page) image(i int, img *Image) {
	p.line(`<section class="image" id="image-%d" aria-labelledby="head-%d">`, i+1, i+1)
	p.line(`<h2 id="head-%d"><span class="standing %s">%s</span>%s</h2>`, i+1, standingClass[standing(img)], standing(img), htmlText(img.Ref.String()))
	p.line("<p>%s.</p>", htmlText(headline(img)))
	p.facts(img)
	p.list("What to do", todo(img), "box")
	if img.Judged || len(img.Verdict.Findings) > 0 {
		p.severities(&img.Verdict)
	}
	p.rules(&img.Verdict)
	p.exceptions(&img.Verdict)
	p.list("Notes", img.notes(), "")
	p.findings(&img.Verdict)
	p.text("</section>\n")
}

// facts say what was judged.
func (p *page) facts(img *Image) {
	p.text("<p class=\"soft\">")
	if img.Ref.Digest != "" {
		p.text("<code>" + htmlText(img.Ref.Digest) + "</code><br>")
	}
	if img.Scan.Status != "" {
		p.text(htmlText(scanWords(img.Scan)))
	}
	p.text("</p>\n")
	var children []string
	for _, c := range img.Children {
		text := fmt.Sprintf("%s, %s: %s", c.Platform, short(c.Digest), c.Verdict)
		switch {
		case c.Err != nil:
			text += ": " + c.Err.Error()
		case !c.Judged:
			text += ", NOT JUDGED"
		}
		children = append(children, text)
	}
	p.list("Platforms", children, "")
}

// list writes a heading and lines, or nothing.
func (p *page) list(heading string, lines []string, class string) {
	if len(lines) == 0 {
		return
	}
	p.line(`<div class="%s"><h3>%s</h3><ul>`, class, heading)
	for _, l := range lines {
		p.line("<li>%s</li>", htmlText(l))
	}
	p.text("</ul></div>\n")
}

// severities is the table of numbers with bars, whose numbers stand beside them as text.
func (p *page) severities(v *policy.Verdict) {
	lines, sum := tallies(v)
	if sum.Total == 0 {
		p.text("<p>No findings.</p>\n")
		return
	}
	p.bars(lines, sum)
	p.text("<div class=\"scroll\"><table class=\"small\"><caption>Severities</caption><thead><tr><th scope=\"col\">severity</th><th scope=\"col\" class=\"n\">total</th><th scope=\"col\" class=\"n\">fixable</th><th scope=\"col\" class=\"n\">excepted</th><th scope=\"col\" class=\"n\">counted</th></tr></thead><tbody>\n")
	for _, l := range lines {
		p.line(`<tr><th scope="row" class="sev %s">%s</th><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td></tr>`, l.Severity, l.Severity, l.Total, l.Fixable, l.Excepted, l.Counted)
	}
	p.line(`<tr><th scope="row">all</th><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td></tr></tbody></table></div>`, sum.Total, sum.Fixable, sum.Excepted, sum.Counted)
	if c := v.Counts(); c.Known+c.SetAside > 0 {
		p.line("<p class=\"soft\">Known by the baseline: %d. Set aside (suppressed or closed), in none of these numbers: %d.</p>", c.Known, c.SetAside)
	}
}

func (p *page) bars(lines []tally, sum tally) {
	most := 0
	for _, l := range lines {
		most = max(most, l.Total)
	}
	p.line(`<svg class="bars" viewBox="0 0 640 %d" role="img" aria-label="Findings by severity, %d in all; the table below has the numbers">`, 24*len(lines), sum.Total)
	for i, l := range lines {
		width := max(2, 420*l.Total/most)
		p.line(`<text x="0" y="%d">%s</text><rect class="%s" x="130" y="%d" width="%d" height="16" rx="2"/><text x="%d" y="%d">%d</text>`, 24*i+17, l.Severity, l.Severity, 24*i+4, width, 138+width, 24*i+17, l.Total)
	}
	p.text("</svg>\n")
}

func (p *page) rules(v *policy.Verdict) {
	if len(v.Rules) == 0 {
		return
	}
	p.text("<div class=\"scroll\"><table class=\"small\"><caption>Rules</caption><thead><tr><th scope=\"col\">rule</th><th scope=\"col\">action</th><th scope=\"col\" class=\"n\">counted</th><th scope=\"col\" class=\"n\">allowed</th><th scope=\"col\" class=\"n\">skipped as unknown</th><th scope=\"col\">breached</th></tr></thead><tbody>\n")
	for _, r := range v.Rules {
		class := "pass"
		switch {
		case r.Breached && r.Action == policy.Warn:
			class = "warn"
		case r.Breached:
			class = "fail"
		}
		p.line(`<tr><td>%s</td><td>%s</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="%s">%s</td></tr>`, htmlText(r.Name), r.Action, r.Count, r.Max, r.SkippedUnknown, class, yesNo(r.Breached))
	}
	p.text("</tbody></table></div>\n")
}

func (p *page) exceptions(v *policy.Verdict) {
	if len(v.Exceptions) == 0 {
		return
	}
	p.line("<details><summary>Exceptions: %d</summary><div class=\"scroll\"><table class=\"wide\"><thead><tr><th scope=\"col\">id</th><th scope=\"col\">package</th><th scope=\"col\">reason</th><th scope=\"col\">expires</th><th scope=\"col\">state</th><th scope=\"col\" class=\"n\">excused</th></tr></thead><tbody>", len(v.Exceptions))
	for _, x := range v.Exceptions {
		expires := ""
		if x.Expires != nil {
			expires = x.Expires.Format(time.DateOnly)
		}
		p.line(`<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td class="n">%d</td></tr>`, htmlText(x.ID.String()), htmlText(x.Package.String()), htmlText(x.Reason), expires, x.State, x.Used)
	}
	p.text("</tbody></table></div></details>\n")
}

// findings is the table of all of them, whatever became of each.
func (p *page) findings(v *policy.Verdict) {
	if len(v.Findings) == 0 {
		return
	}
	p.text("<div data-findings>\n<div class=\"tools\"><label>Search<input type=\"search\" placeholder=\"id, package, rule …\"></label><label>Severity<select data-by=\"severity\"><option value=\"\">all</option>")
	for _, s := range scan.Severities {
		p.text("<option>" + string(s) + "</option>")
	}
	p.text("</select></label><label>What became of it<select data-by=\"became\"><option value=\"\">all</option>")
	for _, d := range []policy.Disposition{policy.Counted, policy.Unmatched, policy.Excepted, policy.Known, policy.SetAside} {
		p.line(`<option value="%s">%s</option>`, d, becameWords[d])
	}
	p.text("</select></label><span role=\"status\"></span></div>\n<div class=\"scroll\"><table class=\"wide\"><caption>Findings</caption><thead><tr><th scope=\"col\" data-numeric>severity</th><th scope=\"col\" class=\"n\">score</th><th scope=\"col\">id</th><th scope=\"col\">package</th><th scope=\"col\">fix</th><th scope=\"col\">exploit</th><th scope=\"col\">what became of it</th></tr></thead><tbody>\n")
	for i := range v.Findings {
		p.finding(&v.Findings[i])
	}
	p.text("</tbody></table></div></div>\n")
}

var becameWords = map[policy.Disposition]string{
	policy.Counted: "counted", policy.Unmatched: "no rule counts it", policy.Excepted: "excepted", policy.Known: "known by the baseline", policy.SetAside: "set aside",
}

func (p *page) finding(f *policy.Judged) {
	sortScore := "-1"
	if f.Score != nil {
		sortScore = scoreWord(f.Finding)
	}
	p.text(`<tr data-severity="` + string(f.Severity.Counted()) + `" data-became="` + string(f.Disposition) + `">`)
	p.text(fmt.Sprintf(`<td class="sev %s" data-key="%d">%s</td><td class="n" data-key="%s">%s</td>`, f.Severity.Counted(), f.Severity.Rank(), htmlText(severityWord(f.Finding)), sortScore, scoreWord(f.Finding)))
	p.text("<td>" + htmlLink(idOf(f.Finding), f.URL) + "</td><td>" + htmlText(packagesWord(f.Finding)) + "</td>")
	p.line("<td>%s</td><td>%s</td><td>%s</td></tr>", f.FixAvailable, f.ExploitAvailable, htmlText(became(f)))
}

// became says what became of a finding, and why.
func became(f *policy.Judged) string {
	text := becameWords[f.Disposition]
	switch {
	case len(f.Rules) > 0:
		text += ": " + strings.Join(ruleWords(f), ", ")
	case f.Exception != nil:
		text += ": " + f.Exception.Reason
	}
	if f.Expired != nil && f.Expired.Expires != nil {
		text += "; its exception ended on " + f.Expired.Expires.Format(time.DateOnly)
	}
	return text
}
