package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// list writes a heading and lines, or nothing.
func (m *markdown) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	if heading != "" {
		m.line("**%s**\n", heading)
	}
	m.lineup(lines)
	m.line("")
}

// lineup writes the lines of a list, as many as there is room for.
func (m *markdown) lineup(lines []string) {
	for _, l := range lines[:min(len(lines), m.lines)] {
		m.line("* %s", m.safe(l))
	}
	if n := len(lines) - m.lines; n > 0 {
		m.line("* … and %d more", n)
	}
}

// folded is a list that opens on demand.
func (m *markdown) folded(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	m.line("<details><summary>%s: %d</summary>\n", heading, len(lines))
	m.lineup(lines)
	m.line("\n</details>\n")
}

func (m *markdown) rules(v *policy.Verdict) {
	if len(v.Rules) == 0 {
		return
	}
	m.line("<details><summary>Rules: %d of %d breached</summary>\n", len(v.Breached()), len(v.Rules))
	m.line("| rule | action | counted | allowed | skipped | breached |\n|---|---|---:|---:|---:|---|")
	for _, r := range v.Rules[:min(len(v.Rules), m.lines)] {
		m.line("| %s | %s | %d | %d | %d | %s |", m.safe(r.Name), r.Action, r.Count, r.Max, r.SkippedUnknown, yesNo(r.Breached))
	}
	if n := len(v.Rules) - m.lines; n > 0 {
		m.line("\n… and %d more rules", n)
	}
	m.line("\n</details>\n")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

var findingHeadings = map[policy.Disposition]string{
	policy.Counted:   "Counted findings",
	policy.Unmatched: "Findings that no rule counts",
	policy.Excepted:  "Excepted findings",
	policy.Known:     "Findings that the baseline knows",
	policy.SetAside:  "Findings set aside (suppressed or closed)",
}

// openRows is how many counted findings are shown without being asked for.
const openRows = 20

// findings is a folded table of the findings that ended in one way.
func (m *markdown) findings(img *Image, d policy.Disposition, rows int) {
	n := 0
	for i := range img.Verdict.Findings {
		if img.Verdict.Findings[i].Disposition == d {
			n++
		}
	}
	if n == 0 {
		return
	}
	open := ""
	if d == policy.Counted && n <= openRows {
		open = " open"
	}
	m.line("<details%s><summary>%s: %d</summary>\n", open, findingHeadings[d], n)
	if rows > 0 {
		m.line("| severity | score | id | package, installed → fixed | fix | why |\n|---|---:|---|---|---|---|")
		m.rowsOf(img, d, rows)
	}
	if n > rows {
		m.line("\n… and %d more: the other reports have all of them.", n-rows)
	}
	m.line("\n</details>\n")
}

func (m *markdown) rowsOf(img *Image, d policy.Disposition, rows int) {
	for i := range img.Verdict.Findings {
		if f := &img.Verdict.Findings[i]; f.Disposition == d {
			if rows--; rows < 0 || m.err != nil {
				return
			}
			m.finding(img, f)
		}
	}
}

// finding is a row. The findings of a verdict are sorted worst first.
func (m *markdown) finding(img *Image, f *policy.JudgedFinding) {
	id := mdLink(cutText(idOf(f.Finding), m.runes), f.URL)
	m.line("| %s | %s | %s | %s | %s | %s |", m.safe(severityWord(f.Finding)), scoreWord(f.Finding), id,
		m.cell(placeWords(img, f)), m.safe(string(f.FixAvailable)), m.cell(whyWords(img, f)))
}

// cell has several texts, each on a line of its own.
func (m *markdown) cell(texts []string) string {
	var parts []string
	for _, s := range texts[:min(len(texts), m.items)] {
		parts = append(parts, m.safe(s))
	}
	if n := len(texts) - m.items; n > 0 {
		parts = append(parts, fmt.Sprintf("… and %d more", n))
	}
	return strings.Join(parts, "<br>")
}

// placeWords are the packages of a finding, and its platforms where it is not on all of them.
func placeWords(img *Image, f *policy.JudgedFinding) []string {
	var words []string
	for _, p := range f.Packages {
		words = append(words, placeWord(p))
	}
	if w := onlyOn(img, f); w != "" {
		words = append(words, w)
	}
	return words
}

// whyWords say why a finding ended as it did.
func whyWords(img *Image, f *policy.JudgedFinding) []string {
	words := ruleWords(&img.Verdict, f)
	if f.Disposition == policy.SetAside {
		words = append(words, "status "+f.Status)
	}
	if x := f.Exception; x != nil {
		words = append(words, "exception "+x.ID.String()+": "+x.Reason)
	}
	if x := f.Expired; x != nil && x.Expires != nil {
		words = append(words, "the exception for it ended on "+x.Expires.Format(time.DateOnly))
	}
	if w := exploitWord(f.Finding); w != "" {
		words = append(words, w)
	}
	return words
}

// paste proposes exceptions for what does not concern the image.
func (m *markdown) paste(r Run, img *Image) {
	if text := proposals(r, img); text != "" {
		m.line("<details><summary>Exceptions to paste into the policy file, for what does not concern this image</summary>\n\n```yaml\n%s```\n\n</details>\n", text)
	}
}

// exceptions lists what somebody should look at; the rest is folded.
func (m *markdown) exceptions(v *policy.Verdict) {
	var ended, unused, used, idle []string
	served := servedBy(v)
	for _, x := range v.Exceptions {
		text := exceptionWords(x)
		switch {
		case isUrgent(x):
		case x.State == policy.StateExpired:
			ended = append(ended, text)
		case x.State == policy.StateUnused && len(v.Unused()) > 0:
			unused = append(unused, text)
		case x.Used > 0:
			used = append(used, text+" ("+number(served[x.Index], "finding")+" excused)")
		default:
			idle = append(idle, text)
		}
	}
	m.list("Exceptions that have ended or soon will", urgentExceptions(v))
	m.folded("Exceptions to remove, since they excuse nothing", unused)
	m.folded("Exceptions that have ended, and that nothing here needs", ended)
	m.folded("Exceptions in use", used)
	m.folded("Exceptions that nothing here needs", idle)
}

// packagesWord are all packages of a finding on one line, with paths and platforms.
func packagesWord(f *scan.Finding) string {
	var words []string
	for _, p := range f.Packages {
		words = append(words, placeWord(p))
	}
	text := strings.Join(words, ", ")
	if len(f.Platforms) > 0 {
		text += " (" + platformWords(f.Platforms) + ")"
	}
	return text
}
