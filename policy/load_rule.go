package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/strictyaml"

	"github.com/ecrgate/ecrgate/scan"
)

var ruleKeys = []string{
	"name", "max", "action", "unknown", "minSeverity", "severities", "minScore", "fixAvailable", "exploitAvailable",
	"olderThan", "ids", "packages", "packageManagers", "images",
}

// rule reads one rule.
func (l *loader) rule(n *strictyaml.Node) Rule {
	f, ok := l.Mapping(n, "a rule", ruleKeys...)
	if !ok {
		return Rule{}
	}
	return Rule{
		Name:             l.ruleName(f),
		Max:              l.Integer(f.Get("max"), "max", 0),
		Action:           Action(l.Word(f.Get("action"), "action", string(Fail), string(Fail), string(Warn))),
		Unknown:          Unknowns(l.Word(f.Get("unknown"), "unknown", string(Count), string(Count), string(Skip))),
		MinSeverity:      l.severity(f.Get("minSeverity"), "minSeverity"),
		Severities:       wordsAs[scan.Severity](l.Words(f.Get("severities"), "severities", texts(scan.Severities)...)),
		MinScore:         l.Number(f.Get("minScore"), "minScore", 0, 10),
		FixAvailable:     l.available(f.Get("fixAvailable"), "fixAvailable", scan.Yes, scan.Partial, scan.No, scan.Unknown),
		ExploitAvailable: l.available(f.Get("exploitAvailable"), "exploitAvailable", scan.Yes, scan.No, scan.Unknown),
		OlderThan:        l.Duration(f.Get("olderThan"), "olderThan"),
		IDs:              l.globs(f.Get("ids"), "ids", true),
		Packages:         l.globs(f.Get("packages"), "packages", false),
		PackageManagers:  l.globs(f.Get("packageManagers"), "packageManagers", false),
		Images:           l.images(f.Get("images")),
	}
}

// ruleName reads a name, which no other rule of any file has.
func (l *loader) ruleName(f strictyaml.Fields) string {
	n := f.Get("name")
	if !f.Given["name"] {
		l.Report(f.At, "rule has no name (add name: with a short description)")
	}
	name, ok := l.Line(n, "rule name")
	if !ok {
		return ""
	}
	here := fmt.Sprintf("%s:%d", l.file, n.Line)
	switch there := l.names[name]; {
	case slices.Contains([]string{nameScanType, nameScanMaxAge, nameUnused}, name):
		l.Report(n, "rule name %s is reserved (choose another)", strictyaml.Quote(name))
	case there != "":
		l.Report(n, "rule name %s is already used at %s (choose another)", strictyaml.Quote(name), there)
	case strings.TrimSpace(name) != name:
		l.Report(n, "rule name %s begins or ends with a space (remove it)", strictyaml.Quote(name))
	}
	l.names[name] = here
	return name
}

func (l *loader) severity(n *strictyaml.Node, what string) scan.Severity {
	if n != nil && n.Kind == strictyaml.SequenceNode {
		l.Report(n, "%s is a list (use one severity: it includes all higher ones)", what)
		return ""
	}
	return scan.Severity(l.Word(n, what, "", texts(scan.Severities)...))
}

func (l *loader) available(n *strictyaml.Node, what string, words ...scan.Availability) []scan.Availability {
	return wordsAs[scan.Availability](l.Words(n, what, texts(words)...))
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func wordsAs[T ~string](words []string) []T {
	var out []T
	for _, w := range words {
		out = append(out, T(w))
	}
	return out
}
