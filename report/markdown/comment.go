package markdown

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

// commentLimit is the largest comment, in bytes. GitHub rejects more than 65,536 characters; there are never
// more characters than bytes, whether it counts code points or UTF-16 units.
const commentLimit = 65_536

// WriteComment writes a comment for a pull request. Its first line is a marker by which a script finds the
// comment of an earlier run. It contains no times, so that an edited comment changes only when the result
// does. Findings that do not fit are left out, the least severe first, and their number is shown.
func WriteComment(out io.Writer, r report.Run) error {
	l := limits{most: 100, lines: 30, items: 10, runes: 500}
	c := newContent(&r)
	text, err := comment(&r, c, l, nil)
	for errors.Is(err, errFull) && l != l.half() {
		l = l.half()
		text, err = comment(&r, c, l, nil)
	}
	candidates := c.candidates()
	fitting := sort.Search(len(candidates), func(n int) bool {
		_, full := comment(&r, c, l, candidates[:n+1])
		return full != nil
	})
	if err == nil {
		text, err = comment(&r, c, l, candidates[:fitting])
	}
	if err == nil {
		_, err = out.Write(text)
	}
	return err
}

// A candidate is a finding that the comment may show.
type candidate struct {
	image   *report.Image
	finding *policy.JudgedFinding
}

// candidates returns the findings that are not in the baseline and have no exception: those that a rule
// counts, then the others, each worst first.
func (c content) candidates() []candidate {
	var out []candidate
	for _, img := range c.images {
		for i := range img.Verdict.Findings {
			f := &img.Verdict.Findings[i]
			if f.Disposition == policy.Counted || f.Disposition == policy.Unmatched && !c.fleet {
				out = append(out, candidate{img, f})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(a.finding.Disposition, b.finding.Disposition), // "counted" < "unmatched"
			policy.CompareUrgency(a.finding.Finding, b.finding.Finding),
		)
	})
	return out[:min(len(out), maxCandidates)]
}

// maxCandidates is more findings than a comment has room for.
const maxCandidates = 2000

// comment returns the comment with these findings, or errFull.
func comment(r *report.Run, c content, l limits, shown []candidate) ([]byte, error) {
	b := capped{limit: commentLimit}
	l.table = l.most
	m := markdown{content: c, out: &b, limits: l}
	m.line("%s", marker(r))
	m.line("## ecrgate: %s\n", safe.Markdown(r.Title()))
	m.basis(r, 500)
	rows := map[*report.Image]map[policy.Disposition]int{}
	for _, f := range shown {
		if rows[f.image] == nil {
			rows[f.image] = map[policy.Disposition]int{}
		}
		rows[f.image][f.finding.Disposition]++
	}
	m.commentImages(r, rows)
	return b.Bytes(), m.err
}

// commentImages writes a table of the images, if there are several, and a section for each image that
// needs attention.
func (m *markdown) commentImages(r *report.Run, rows map[*report.Image]map[policy.Disposition]int) {
	if len(m.images) > 1 {
		m.several(r)
	}
	for _, img := range m.shown() {
		if len(m.images) == 1 || img.Status() != report.StatusPass {
			m.commentImage(img, rows[img])
		}
	}
}

func (m *markdown) commentImage(img *report.Image, rows map[policy.Disposition]int) {
	v := &img.Verdict
	m.line("### %s: %s\n", img.Status(), m.text(img.Name()))
	m.headline(img)
	m.list("", img.TimeNotes())
	if v.Counts().Known > 0 {
		m.line("New, that is, not in the baseline:\n")
	}
	m.findings(img, policy.Counted, rows[policy.Counted])
	if !m.fleet {
		m.findings(img, policy.Unmatched, rows[policy.Unmatched])
	}
	m.due(img)
	m.list("What to do", img.NextSteps())
	if img.Judged || len(v.Findings) > 0 {
		m.severities(v)
	}
	m.list("Exceptions that have expired or soon will", report.UrgentExceptions(v))
	if img.Ref.Digest != "" {
		m.line("Digest: %s\n", m.text(img.Ref.Digest))
	}
}

// maxMarker is how long the list of repositories in a marker may be, in bytes.
const maxMarker = 2000

// marker returns the line that identifies the comment of these repositories, sorted by name.
func marker(r *report.Run) string {
	var names []string
	for i := range r.Images {
		names = append(names, r.Images[i].Ref.Repository)
	}
	slices.Sort(names)
	names = slices.Compact(names)
	text := strings.Join(names, ",")
	if len(text) > maxMarker {
		text = fmt.Sprintf("%d repositories %s", len(names), safe.Hash(names...)[:12])
	}
	return "<!-- ecrgate " + commentText(text) + " -->"
}

// commentText keeps only the characters of repository names, so that no name ends the HTML comment.
func commentText(s string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/-, ", r)) {
			return r
		}
		return '_'
	}, s), "--", "-_")
}
