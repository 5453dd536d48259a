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
	f := l.mapping(n, "a rule", ruleKeys...)
	if f == nil {
		return Rule{}
	}
	return Rule{
		Name:             l.ruleName(n, f["name"]),
		Max:              l.integer(f["max"], "max", 0),
		Action:           Action(l.word(f["action"], "action", string(Fail), string(Fail), string(Warn))),
		Unknown:          Unknowns(l.word(f["unknown"], "unknown", string(Count), string(Count), string(Skip))),
		MinSeverity:      scan.Severity(l.word(f["minSeverity"], "minSeverity", "", texts(scan.Severities)...)),
		Severities:       severities(l.words(f["severities"], "severities", texts(scan.Severities)...)),
		MinScore:         l.number(f["minScore"], "minScore", 0, 10),
		FixAvailable:     availabilities(l.words(f["fixAvailable"], "fixAvailable", "YES", "PARTIAL", "NO", "UNKNOWN")),
		ExploitAvailable: availabilities(l.words(f["exploitAvailable"], "exploitAvailable", "YES", "NO", "UNKNOWN")),
		OlderThan:        l.duration(f["olderThan"], "olderThan"),
		IDs:              l.globs(f["ids"], "ids", true),
		Packages:         l.globs(f["packages"], "packages", false),
		PackageManagers:  l.globs(f["packageManagers"], "packageManagers", false),
		Images:           l.globs(f["images"], "images", false),
	}
}

// ruleName reads a name, which no other rule of any file has.
func (l *loader) ruleName(rule, n *yaml.Node) string {
	name := l.line(rule, n, "the name of a rule")
	if name == "" {
		return ""
	}
	here := fmt.Sprintf("%s:%d", l.file, n.Line)
	switch there := l.names[name]; {
	case slices.Contains([]string{nameScanType, nameScanMaxAge, nameUnused}, name):
		l.wrong(n, "the name %q is one that reports use for a demand of their own (want another)", name)
	case there != "":
		l.wrong(n, "the name %q is that of another rule, at %s (want another)", name, there)
	case strings.TrimSpace(name) != name:
		l.wrong(n, "the name %q begins or ends with a blank", name)
	}
	l.names[name] = here
	return name
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

func severities(words []string) []scan.Severity {
	var out []scan.Severity
	for _, w := range words {
		out = append(out, scan.Severity(w))
	}
	return out
}

func availabilities(words []string) []scan.Availability {
	var out []scan.Availability
	for _, w := range words {
		out = append(out, scan.Availability(w))
	}
	return out
}
