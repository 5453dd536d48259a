package policy

import (
	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/scan"
)

var scanKeys = []string{"type", "maxAge", "suppressed", "accept"}

// scanRules reads the demands on scans.
func (l *loader) scanRules(n *yaml.Node, p *part) {
	if n == nil {
		return
	}
	f, ok := l.mapping(n, "scan", scanKeys...)
	if !ok {
		return
	}
	if t := l.word(f.get("type"), "type", "any", "any", string(scan.Basic), string(scan.Enhanced)); t != "any" {
		p.Scan.Type, p.typeAt = scan.Type(t), f.get("type")
	}
	p.Scan.MaxAge = l.duration(f.get("maxAge"), "maxAge")
	p.Scan.CountSuppressed = l.word(f.get("suppressed"), "suppressed", "setAside", "setAside", "count") == "count"
	p.acceptAt = f.get("accept")
	l.elements(p.acceptAt, "accept", "each accepted status", func(n *yaml.Node) { p.Scan.Accept = append(p.Scan.Accept, l.accept(n)) })
}

func (l *loader) accept(n *yaml.Node) Accept {
	f, ok := l.mapping(n, "an accepted status", "status", "images", "reason", "expires")
	if !ok {
		return Accept{}
	}
	if !f.given["status"] {
		l.wrong(n, "the status of an accepted status is missing (want one of: %s)", join(scan.Acceptable))
	}
	if !f.given["reason"] {
		l.wrong(n, "the reason of an accepted status is missing (want reason: and why the image may ship)")
	}
	a := Accept{
		Status:  scan.Status(l.word(f.get("status"), "status", "", texts(scan.Acceptable)...)),
		Images:  l.images(f.get("images")),
		Reason:  l.reason(f.get("reason"), "the reason of an accepted status"),
		Expires: l.date(f.get("expires"), "expires"),
	}
	l.over(f.get("expires"), a.Expires, "the status is accepted no more")
	return a
}
