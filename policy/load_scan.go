package policy

import (
	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/scan"
)

// scanRules reads the demands on scans.
func (l *loader) scanRules(n *yaml.Node, p *part) {
	if n == nil {
		return
	}
	f := l.mapping(n, "scan", "type", "maxAge", "suppressed", "accept")
	if t := l.word(f["type"], "type", "any", "any", string(scan.Basic), string(scan.Enhanced)); t != "any" {
		p.Scan.Type, p.typeAt = scan.Type(t), f["type"]
	}
	p.Scan.MaxAge = l.duration(f["maxAge"], "maxAge")
	p.Scan.CountSuppressed = l.word(f["suppressed"], "suppressed", "setAside", "setAside", "count") == "count"
	p.acceptAt = f["accept"]
	l.list(f["accept"], "accept", func(n *yaml.Node) { p.Scan.Accept = append(p.Scan.Accept, l.accept(n)) })
}

func (l *loader) accept(n *yaml.Node) Accept {
	f := l.mapping(n, "an accepted status", "status", "images", "reason", "expires")
	if f == nil {
		return Accept{}
	}
	if f["status"] == nil {
		l.wrong(n, "the status of an accepted status is missing (want one of: %s)", join(scan.Acceptable))
	}
	return Accept{
		Status:  scan.Status(l.word(f["status"], "status", "", texts(scan.Acceptable)...)),
		Images:  l.globs(f["images"], "images", false),
		Reason:  l.line(n, f["reason"], "the reason of an accepted status"),
		Expires: l.date(f["expires"], "expires"),
	}
}

// merge makes one policy of all files: rules and exceptions add up, of everything else the
// strictest holds.
func (l *loader) merge(parts []*part) *Policy {
	out := &Policy{}
	for _, p := range parts {
		l.file = p.file
		out.Rules = append(out.Rules, p.Rules...)
		out.Exceptions = append(out.Exceptions, p.Exceptions...)
		out.ExceptionRules.tighten(p.ExceptionRules)
		out.UnusedExceptions = stricter(out.UnusedExceptions, p.UnusedExceptions)
		l.mergeScan(&out.Scan, p)
	}
	if out.UnusedExceptions == "" {
		out.UnusedExceptions = UnusedWarn
	}
	for i := range out.Exceptions {
		out.Exceptions[i].Index = i
	}
	for _, p := range parts {
		l.file = p.file
		for i, n := range p.nodes {
			l.obey(n, &p.Exceptions[i], &out.ExceptionRules)
		}
	}
	if len(out.Rules) == 0 && len(l.errs) == 0 && len(parts) > 0 {
		l.file = parts[0].file
		l.wrong(&yaml.Node{}, "there is no rule (want at least one under rules)")
	}
	return out
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

// mergeScan takes in a file's demands on scans. The first file that accepts statuses must be the
// first of all; later ones can only narrow what it accepts.
func (l *loader) mergeScan(out *ScanRules, p *part) {
	switch {
	case p.Scan.Type == "":
	case out.Type != "" && out.Type != p.Scan.Type:
		l.wrong(p.typeAt, "type %s: an earlier file wants %s, and no scan is both", p.Scan.Type, out.Type)
	default:
		out.Type = p.Scan.Type
	}
	if p.Scan.MaxAge > 0 && (out.MaxAge == 0 || p.Scan.MaxAge < out.MaxAge) {
		out.MaxAge = p.Scan.MaxAge
	}
	out.CountSuppressed = out.CountSuppressed || p.Scan.CountSuppressed
	l.mergeAccept(out, p)
	out.files++
}

func (l *loader) mergeAccept(out *ScanRules, p *part) {
	switch {
	case p.acceptAt == nil:
	case out.files == 0:
		out.Accept = p.Scan.Accept
	case len(out.Accept) == 0:
		l.wrong(p.acceptAt, "accept: the first file accepts nothing, and a later one cannot weaken it (move this to the first file)")
	default:
		out.narrowed = append(out.narrowed, p.Scan.Accept)
	}
}
