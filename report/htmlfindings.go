package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// findings is the table of all of them, whatever became of each.
func (p *page) findings(img *Image) {
	if len(img.Verdict.Findings) == 0 {
		return
	}
	p.text("<div data-findings>\n<div class=\"tools\"><label>Search<input type=\"search\" placeholder=\"id, package, rule …\"></label><label>Severity<select data-by=\"severity\"><option value=\"\">all</option>")
	lines, _ := tallies(&img.Verdict)
	for _, l := range lines {
		p.text("<option>" + string(l.Severity) + "</option>")
	}
	p.text("</select></label><label>What became of it<select data-by=\"became\"><option value=\"\">all</option>")
	for _, d := range []policy.Disposition{policy.Counted, policy.Unmatched, policy.Excepted, policy.Known, policy.SetAside} {
		p.text(fmt.Sprintf(`<option value="%s">%s</option>`, d, becameWords[d]))
	}
	p.text("</select></label><span role=\"status\"></span></div>\n")
	p.table("wide findings", "Findings", "severity", "#score", "id", "package, installed → fixed", "fix", "exploit", "what became of it")
	for i := range img.Verdict.Findings {
		p.finding(img, &img.Verdict.Findings[i])
	}
	p.endTable()
	p.text("</div>\n")
}

var becameWords = map[policy.Disposition]string{
	policy.Counted: "counted", policy.Unmatched: "no rule counts it", policy.Excepted: "excepted", policy.Known: "known by the baseline", policy.SetAside: "set aside",
}

// titleLen is how much of a title a row has room for.
const titleLen = 160

func (p *page) finding(img *Image, f *policy.JudgedFinding) {
	sortScore := "-1"
	if f.Score != nil {
		sortScore = scoreWord(f.Finding)
	}
	severity := string(f.Severity.Counted())
	p.text(`<tr data-severity="` + severity + `" data-became="` + string(f.Disposition) + `">`)
	p.text(fmt.Sprintf(`<td class="sev %s" data-key="%d">%s</td><td class="n" data-key="%s">%s</td>`, severity, f.Severity.Rank(), htmlText(severityWord(f.Finding)), sortScore, scoreWord(f.Finding)))
	p.text("<td>" + htmlLink(idOf(f.Finding), f.URL))
	if title := titleOf(f.Finding); title != "" {
		p.text("<div class=\"soft\">" + htmlText(title) + "</div>")
	}
	p.text("</td><td>")
	for _, place := range placeWords(img, f) {
		p.text("<div>" + htmlText(place) + "</div>")
	}
	p.text("</td><td>" + htmlText(string(f.FixAvailable)) + "</td><td>" + htmlText(string(f.ExploitAvailable)) + "</td><td>" + htmlText(became(&img.Verdict, f)) + "</td></tr>\n")
}

// titleOf is what a title adds to id and packages, of which Inspector's consists.
func titleOf(f *scan.Finding) string {
	if f.ID == "" {
		return ""
	}
	title := strings.TrimLeft(strings.TrimPrefix(f.Title, f.ID), " -:")
	for _, word := range strings.Split(title, ", ") {
		if !slices.ContainsFunc(f.Packages, func(p scan.Package) bool { return p.Name == word }) {
			return cutText(title, titleLen)
		}
	}
	return ""
}

// became says what became of a finding, and why.
func became(v *policy.Verdict, f *policy.JudgedFinding) string {
	text := becameWords[f.Disposition]
	switch {
	case len(f.Rules) > 0:
		text += ": " + strings.Join(ruleWords(v, f), ", ")
	case f.Exception != nil:
		text += ": " + f.Exception.Reason
	case f.Disposition == policy.SetAside:
		text += ": status " + f.Status
	}
	if f.Expired != nil && f.Expired.Expires != nil {
		text += "; its exception ended on " + f.Expired.Expires.Format(time.DateOnly)
	}
	return text
}
