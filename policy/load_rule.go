package policy

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/scan"
)

var ruleKeys = []string{
	"name", "max", "action", "unknown", "minSeverity", "severities", "minScore", "fixAvailable", "exploitAvailable",
	"olderThan", "ids", "packages", "packageManagers", "images",
}

// rule reads one rule.
func (l *loader) rule(n *yaml.Node) Rule {
	f, ok := l.mapping(n, "a rule", ruleKeys...)
	if !ok {
		return Rule{}
	}
	return Rule{
		Name:             l.ruleName(f),
		Max:              l.integer(f.get("max"), "max", 0),
		Action:           Action(l.word(f.get("action"), "action", string(Fail), string(Fail), string(Warn))),
		Unknown:          Unknowns(l.word(f.get("unknown"), "unknown", string(Count), string(Count), string(Skip))),
		MinSeverity:      l.severity(f.get("minSeverity"), "minSeverity"),
		Severities:       wordsAs[scan.Severity](l.words(f.get("severities"), "severities", texts(scan.Severities)...)),
		MinScore:         l.number(f.get("minScore"), "minScore", 0, 10),
		FixAvailable:     l.available(f.get("fixAvailable"), "fixAvailable", scan.Yes, scan.Partial, scan.No, scan.Unknown),
		ExploitAvailable: l.available(f.get("exploitAvailable"), "exploitAvailable", scan.Yes, scan.No, scan.Unknown),
		OlderThan:        l.duration(f.get("olderThan"), "olderThan"),
		IDs:              l.globs(f.get("ids"), "ids", true),
		Packages:         l.globs(f.get("packages"), "packages", false),
		PackageManagers:  l.globs(f.get("packageManagers"), "packageManagers", false),
		Images:           l.images(f.get("images")),
	}
}

// ruleName reads a name, which no other rule of any file has.
func (l *loader) ruleName(f fields) string {
	n := f.get("name")
	if !f.given["name"] {
		l.wrong(f.at, "the name of a rule is missing (want name: and a few words that reports show)")
	}
	name, ok := l.plain(n, "the name of a rule")
	if !ok {
		return ""
	}
	here := fmt.Sprintf("%s:%d", l.file, n.Line)
	switch there := l.names[name]; {
	case slices.Contains([]string{nameScanType, nameScanMaxAge, nameUnused}, name):
		l.wrong(n, "the name %s is one that reports use for a demand of their own (want another)", quote(name))
	case there != "":
		l.wrong(n, "the name %s is that of another rule, at %s (want another)", quote(name), there)
	case strings.TrimSpace(name) != name:
		l.wrong(n, "the name %s begins or ends with a blank (want it without)", quote(name))
	}
	l.names[name] = here
	return name
}

func (l *loader) severity(n *yaml.Node, what string) scan.Severity {
	if n != nil && n.Kind == yaml.SequenceNode {
		l.wrong(n, "%s is a list (want one severity: it stands for all that is worse too)", what)
		return ""
	}
	return scan.Severity(l.word(n, what, "", texts(scan.Severities)...))
}

func (l *loader) available(n *yaml.Node, what string, words ...scan.Availability) []scan.Availability {
	return wordsAs[scan.Availability](l.words(n, what, texts(words)...))
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
