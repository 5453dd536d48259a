package policy

import (
	"fmt"
	"strings"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

// glob reads a pattern, the zero Glob when it is absent.
func (l *loader) glob(n *strictyaml.Node, what string, fold bool) Glob {
	text, ok := l.Line(n, what)
	if !ok {
		return Glob{}
	}
	g, err := ParseGlob(text, fold)
	if err != nil {
		l.Report(n, "%s: %s: %v", what, strictyaml.Quote(text), err)
	}
	if doubt := MisspelledID(text); fold && g.literal && doubt != "" {
		l.warn(n, what+": "+doubt)
	}
	return g
}

func (l *loader) globs(n *strictyaml.Node, what string, fold bool) []Glob {
	var out []Glob
	l.List(n, what, func(n *strictyaml.Node) {
		if g := l.glob(n, what, fold); !g.IsZero() {
			out = append(out, g)
		}
	})
	return out
}

// images reads patterns of repositories. One that can match no repository is a mistake that would
// make a rule apply to nothing.
func (l *loader) images(n *strictyaml.Node) []Glob {
	var out []Glob
	l.List(n, "images", func(n *strictyaml.Node) {
		g := l.glob(n, "images", false)
		switch {
		case g.IsZero():
		case !g.matchesSomeRepository():
			l.Report(n, "images: %s can match no repository (use its name alone, in lower case, without registry, tag or digest, for example team/*)", strictyaml.Quote(g.text))
		case strings.Contains(g.text, ".dkr.ecr") || strings.Contains(g.text, ".dkr-ecr"): // a repository may have this name
			l.warn(n, fmt.Sprintf("images: %s begins with a registry, so it matches no repository of that registry (use the name alone, for example team/*)", strictyaml.Quote(g.text)))
		}
		out = append(out, g)
	})
	return out
}
