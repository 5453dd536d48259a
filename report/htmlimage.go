package report

import (
	"fmt"
	"html"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

func (p *page) image(r Run, i int) {
	img := &r.Images[i]
	p.line(`<section class="image" id="image-%d" aria-labelledby="head-%d">`, i+1, i+1)
	p.line(`<h2 id="head-%d"><span class="standing %s">%s</span> %s</h2>`, i+1, standingClass[standing(img)], standing(img), htmlText(img.name()))
	p.line("<p>%s.</p>", htmlText(headline(img)))
	p.list("h3", "What to do", todo(img), "box")
	p.list("h3", "Exceptions that have ended or soon will", urgentExceptions(&img.Verdict), "box")
	p.text("<div class=\"pair\">\n")
	if img.Judged || len(img.Verdict.Findings) > 0 {
		p.severities(&img.Verdict)
	}
	p.rules(&img.Verdict)
	p.text("</div>\n")
	p.aside(&img.Verdict)
	p.findings(img)
	p.exceptions(&img.Verdict)
	p.paste(r, img)
	p.list("h3", "Notes", img.notes(), "")
	p.facts(img)
	p.text("</section>\n")
}

// facts say what was judged.
func (p *page) facts(img *Image) {
	var facts, children []string
	if img.Ref.Digest != "" {
		facts = append(facts, "digest "+img.Ref.Digest)
	}
	if img.Scan.Status != "" {
		facts = append(facts, scanWords(img.Scan))
	}
	if !img.Scan.Status.Ended() && img.Scan.Description != "" {
		facts = append(facts, img.Scan.Description)
	}
	for _, c := range img.Children {
		children = append(children, "platform "+childWords(c))
	}
	p.list("h3", "What was judged", append(facts, children...), "soft")
}

// barWidth is how many units of length the longest bar has.
const barWidth = 110

// severities is the table of numbers, with a bar beside each line that says the same again.
func (p *page) severities(v *policy.Verdict) {
	lines, sum := tallies(v)
	if sum.Total == 0 {
		p.text("<p>No findings.</p>\n")
		return
	}
	most := 1
	for _, l := range lines {
		most = max(most, l.Total)
	}
	p.text("<div>\n")
	p.table("small", "Severities", "severity", "#total", "#fixable", "#excepted", "#counted", "=counted of total")
	for _, l := range append(lines, sum) {
		name, class, bar := "all", "", ""
		if l.Severity != "" {
			name, class, bar = string(l.Severity), fmt.Sprintf(` class="sev %s"`, l.Severity), barOf(l, most)
		}
		p.line(`<tr><th scope="row"%s>%s</th><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td><td class="bar">%s</td></tr>`, class, name, l.Total, l.Fixable, l.Excepted, l.Counted, bar)
	}
	p.endTable()
	p.text("</div>\n")
}

// aside tells of findings that the table has no column for.
func (p *page) aside(v *policy.Verdict) {
	if c := v.Counts(); c.Known+c.SetAside > 0 {
		p.line("<p class=\"soft\">Known by the baseline, not counted: %d. Set aside (suppressed or closed), in none of these numbers: %d.</p>", c.Known, c.SetAside)
	}
}

// barOf draws the findings of a severity, and over them those that count.
func barOf(l tally, most int) string {
	return fmt.Sprintf(`<svg class="%s" width="%d" height="12" viewBox="0 0 %d 12" role="img" aria-label="%d of %d counted"><rect class="rest" width="%d" height="12" rx="2"/><rect width="%d" height="12" rx="2"/></svg>`,
		l.Severity, barWidth, barWidth, l.Counted, l.Total, barLength(l.Total, most), barLength(l.Counted, most))
}

// barLength is in proportion, but what is there is seen.
func barLength(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(3, barWidth*n/most)
}

func (p *page) rules(v *policy.Verdict) {
	if len(v.Rules) == 0 {
		return
	}
	p.text("<div>\n")
	p.table("small", "Rules", "rule", "breached", "#counted", "#allowed", "#skipped")
	for _, r := range v.Rules {
		class, only := "pass", ""
		if r.Action == policy.Warn {
			only = ` <span class="soft">(only warns)</span>`
		}
		switch {
		case r.Breached && r.Action == policy.Warn:
			class = "warn"
		case r.Breached:
			class = "fail"
		}
		p.line(`<tr><td class="name">%s%s</td><td class="%s">%s</td><td class="n">%d</td><td class="n">%d</td><td class="n">%d</td></tr>`, htmlText(r.Name), only, class, yesNo(r.Breached), r.Count, r.Max, r.SkippedUnknown)
	}
	p.endTable()
	p.text("</div>\n")
}

func (p *page) exceptions(v *policy.Verdict) {
	if len(v.Exceptions) == 0 {
		return
	}
	served := servedBy(v)
	p.line("<details><summary>Exceptions: %d</summary>", len(v.Exceptions))
	p.table("wide", "Exceptions", "id", "package", "reason", "expires", "state", "#findings")
	for _, x := range v.Exceptions {
		expires := ""
		if x.Expires != nil {
			expires = x.Expires.Format(time.DateOnly)
		}
		p.line(`<tr><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td>%s</td><td class="n">%d</td></tr>`, htmlText(x.ID.String()), htmlText(x.Package.String()), htmlText(x.Reason), expires, x.State, served[x.Index])
	}
	p.endTable()
	p.text("</details>\n")
}

func (p *page) paste(r Run, img *Image) {
	if text := proposals(r, img); text != "" {
		p.line("<details><summary>Exceptions to paste into the policy file, for what does not concern this image</summary><pre tabindex=\"0\">%s</pre></details>", html.EscapeString(text))
	}
}
