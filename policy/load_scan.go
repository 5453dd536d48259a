package policy

import (
	"github.com/ecrgate/ecrgate/internal/strictyaml"

	"github.com/ecrgate/ecrgate/scan"
)

var scanKeys = []string{"type", "maxAge", "suppressed", "accept"}

// scanRules reads the demands on scans.
func (l *loader) scanRules(n *strictyaml.Node, p *part) {
	if n == nil {
		return
	}
	f, ok := l.Mapping(n, "scan", scanKeys...)
	if !ok {
		return
	}
	if t := l.Word(f.Get("type"), "type", "any", "any", string(scan.Basic), string(scan.Enhanced)); t != "any" {
		p.Scan.Type, p.typeAt = scan.Type(t), f.Get("type")
	}
	p.Scan.MaxAge = l.Duration(f.Get("maxAge"), "maxAge")
	p.Scan.CountSuppressed = l.Word(f.Get("suppressed"), "suppressed", "setAside", "setAside", "count") == "count"
	p.acceptAt = f.Get("accept")
	l.Elements(p.acceptAt, "accept", "each accepted status", func(n *strictyaml.Node) { p.Scan.Accept = append(p.Scan.Accept, l.accept(n)) })
}

func (l *loader) accept(n *strictyaml.Node) Accept {
	f, ok := l.Mapping(n, "an accepted status", "status", "images", "reason", "expires")
	if !ok {
		return Accept{}
	}
	if !f.Given["status"] {
		l.Report(n, "accepted status has no status (use one of: %s)", join(scan.Acceptable))
	}
	if !f.Given["reason"] {
		l.Report(n, "accepted status has no reason (add reason: and say why the image may ship)")
	}
	a := Accept{
		Status:  scan.Status(l.Word(f.Get("status"), "status", "", texts(scan.Acceptable)...)),
		Images:  l.images(f.Get("images")),
		Reason:  l.Paragraph(f.Get("reason"), "reason"),
		Expires: l.Date(f.Get("expires"), "expires"),
	}
	l.expired(f.Get("expires"), a.Expires, "accepted status")
	return a
}
