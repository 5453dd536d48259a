package policy

import (
	"fmt"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

// merge makes one policy of all files: rules and exceptions add up, of everything else the
// strictest holds.
func (l *loader) merge(parts []*part) *Policy {
	out := &Policy{}
	for i, p := range parts {
		l.enter(p)
		out.Rules = append(out.Rules, p.Rules...)
		out.Exceptions = append(out.Exceptions, p.Exceptions...)
		out.ExceptionRules.tighten(p.ExceptionRules)
		out.UnusedExceptions = stricter(out.UnusedExceptions, p.UnusedExceptions)
		l.mergeScan(&out.Scan, p)
		out.mergeAccept(parts[0], p, i == 0)
	}
	if out.UnusedExceptions == "" {
		out.UnusedExceptions = UnusedWarn
	}
	for i := range out.Exceptions {
		out.Exceptions[i].Index = i
	}
	for _, p := range parts {
		l.enter(p)
		for i, n := range p.nodes {
			l.obey(n, &p.Exceptions[i], &out.ExceptionRules)
		}
	}
	l.someRule(parts)
	return out
}

// someRule wants a rule in one of the files: without any, every image would pass.
func (l *loader) someRule(parts []*part) {
	var at *part
	for _, p := range parts {
		switch {
		case p.ruled || p.at == nil: // the rules, or what is wrong with the file, were told
			return
		case at == nil:
			at = p
		}
	}
	if at == nil {
		l.errs = append(l.errs, Error{Line: 1, Column: 1, Message: "there is no policy file"})
		return
	}
	e := errorIn(at.file, strictyaml.ProblemAt(at.at, "policy has no rules (add at least one, or pass a file with rules as well)"))
	e.NoRules = true
	l.errs = append(l.errs, e)
}

func stricter(a, b Unused) Unused {
	order := map[Unused]int{"": 0, UnusedAllow: 1, UnusedWarn: 2, UnusedFail: 3}
	if order[b] > order[a] {
		return b
	}
	return a
}

func (r *ExceptionRules) tighten(o ExceptionRules) {
	r.RequireExpires = r.RequireExpires || o.RequireExpires
	if o.MaxDays > 0 && (r.MaxDays == 0 || o.MaxDays < r.MaxDays) {
		r.MaxDays = o.MaxDays
	}
	if o.NeverSeverity != "" && (r.NeverSeverity == "" || o.NeverSeverity.Rank() < r.NeverSeverity.Rank()) {
		r.NeverSeverity = o.NeverSeverity
	}
	r.NeverExploit = unite(r.NeverExploit, o.NeverExploit)
}

// mergeScan takes in a file's demands on scans.
func (l *loader) mergeScan(out *ScanRules, p *part) {
	switch {
	case p.Scan.Type == "":
	case out.Type != "" && out.Type != p.Scan.Type:
		l.Report(p.typeAt, "type: an earlier file requires %s (use type: %s, or leave it out)", out.Type, out.Type)
	default:
		out.Type = p.Scan.Type
	}
	if p.Scan.MaxAge > 0 && (out.MaxAge == 0 || p.Scan.MaxAge < out.MaxAge) {
		out.MaxAge = p.Scan.MaxAge
	}
	out.CountSuppressed = out.CountSuppressed || p.Scan.CountSuppressed
}

// mergeAccept takes in what a file accepts. What the first file does not accept, no later one can;
// a later one that has a list narrows what is accepted.
func (p *Policy) mergeAccept(first, file *part, isFirst bool) {
	switch {
	case file.acceptAt == nil:
	case isFirst:
		p.Scan.Accept = file.Scan.Accept
	case len(p.Scan.Accept) == 0 && len(file.Scan.Accept) > 0:
		p.Notes = append(p.Notes, fmt.Sprintf("%s accepts statuses, which has no effect: %s, which comes first, accepts none", file.file, first.file))
	default:
		p.Scan.narrowed = append(p.Scan.narrowed, file.Scan.Accept)
	}
}
