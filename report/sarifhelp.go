package report

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// helpRows is how many packages a help text lists; the rest is counted.
const helpRows = 20

// appendHelp appends what somebody who opens an alert reads: how bad it is, where, what mends it, what
// the policy says, and an exception to paste, should it be none of his concern.
func (r *sarifRule) appendHelp(md []byte, worst *policy.JudgedFinding, s *sarifRun, description string) []byte {
	md = appendMD(append(md, "**"...), r.id)
	md = appendMDTerm(append(md, "**, severity "...), severityWord(worst.Finding))
	md = appendScore(md, worst)
	md = appendMDTerm(append(md, ", fix "...), string(worst.FixAvailable))
	md = appendMDTerm(append(md, ", exploit "...), string(worst.ExploitAvailable))
	md = append(md, ".\n\n"...)
	if !s.brief {
		md = append(appendMD(md, cutText(description, 2*maxTextLen)), "\n\n"...)
	}
	md = append(r.appendAffected(md, len(s.images) > 1), '\n')
	md = append(appendMD(md, cutText(decision(r.findings), maxTextLen)), '\n')
	if s.brief {
		return md
	}
	return appendLinks(r.appendPasteable(md, worst.Finding, s), worst.Finding)
}

// appendMD appends text from strangers, safe in markdown.
func appendMD(md []byte, s string) []byte { return append(md, mdText(s)...) }

// appendMDTerm is appendMD for a short text.
func appendMDTerm(md []byte, s string) []byte { return append(md, mdTerm(s)...) }

// mdTerm is a short text from strangers, safe in markdown.
func mdTerm(s string) string { return mdText(term(s)) }

func appendScore(md []byte, f *policy.JudgedFinding) []byte {
	if f.Score == nil {
		return append(md, ", no score"...)
	}
	md = strconv.AppendFloat(append(md, ", score "...), *f.Score, 'f', 1, 64)
	if f.ScoreSource != "" {
		md = append(appendMDTerm(append(md, " ("...), f.ScoreSource), ')')
	}
	return md
}

// appendAffected appends a table of the packages; of a run of several images they are named, too.
func (r *sarifRule) appendAffected(md []byte, several bool) []byte {
	if several {
		md = append(md, "| image | package | installed | fixed in | path |\n|---|---|---|---|---|\n"...)
	} else {
		md = append(md, "| package | installed | fixed in | path |\n|---|---|---|---|\n"...)
	}
	more, rows := 0, make([]int, 0, helpRows) // where each row begins
	for f, p := range r.packages() {
		at := len(md)
		if several {
			md = append(appendMDTerm(append(md, "| "...), f.image.Ref.String()), ' ')
		}
		switch md = appendRow(md, p); {
		case hasRow(md[:at], rows, md[at:]):
			md = md[:at]
		case len(rows) == helpRows:
			md = md[:at]
			more++
		default:
			rows = append(rows, at)
		}
	}
	if more > 0 {
		md = fmt.Appendf(md, "\n… and %d more\n", more)
	}
	return md
}

func appendRow(md []byte, p *scan.Package) []byte {
	md = appendMDTerm(append(md, "| "...), p.Name)
	md = appendMDTerm(append(md, " | "...), p.Version)
	md = appendMDTerm(append(md, " | "...), cmp.Or(p.FixedIn, "–"))
	md = appendMDTerm(append(md, " | "...), p.Path)
	return append(md, " |\n"...)
}

// hasRow tells whether a table that ends with its last row has a row already.
func hasRow(table []byte, rows []int, row []byte) bool {
	for i, from := range rows {
		to := len(table)
		if i+1 < len(rows) {
			to = rows[i+1]
		}
		if bytes.Equal(table[from:to], row) {
			return true
		}
	}
	return false
}

// decision says what the policy made of it.
func decision(findings []located) string {
	var rules, more []string
	known := false
	for _, f := range findings {
		known = known || f.Disposition == policy.Known
		for _, r := range f.Rules {
			if !slices.Contains(rules, r) {
				rules = append(rules, r)
			}
		}
		more = append(more, f.Unknown...)
		if x := f.Expired; x != nil && x.Expires != nil {
			more = append(more, "an exception for it ended on "+x.Expires.Format(time.DateOnly))
		}
	}
	text := "No rule of the policy counts it."
	switch {
	case len(rules) > 0:
		text = "The policy counts it: " + strings.Join(rules, ", ") + "."
	case known:
		text = "The baseline knows it already: it does not count."
	}
	slices.Sort(more)
	if more = slices.Compact(more); len(more) > 0 {
		text += " Note: " + strings.Join(more, "; ") + "."
	}
	return text
}

// helpLinks is how many addresses a help text lists.
const helpLinks = 10

func appendLinks(md []byte, f *scan.Finding) []byte {
	seen := make([]string, 0, helpLinks)
	for i := -1; i < len(f.References) && len(seen) < helpLinks; i++ {
		link := f.URL
		if i >= 0 {
			link = f.References[i]
		}
		if hasURL(link) && len(link) <= maxTextLen && !slices.Contains(seen, link) {
			seen = append(seen, link)
			md = append(append(append(md, "\n* <"...), link...), '>')
		}
	}
	if len(seen) > 0 {
		md = append(md, '\n')
	}
	return md
}
