package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/scan"
)

// format describes policy files for the messages of strictyaml.
var format = strictyaml.Format{
	Start:    "version: 1 and rules",
	Keys:     slices.Concat(topKeys, ruleKeys, exceptionKeys, scanKeys),
	Required: []string{"version", "rules", "name", "id", "reason", "status"},
	Aliases:  aliases,
	Hint: func(meant string, words []string) string {
		if meant == string(scan.Yes) && slices.Contains(words, string(scan.Partial)) {
			return "use [YES, PARTIAL] for everything that has a fix; YES alone leaves out findings with a fix for some packages only"
		}
		return ""
	},
}

// aliases maps words of other tools, and common words, to the key or value that was probably meant.
var aliases = map[string]string{
	"until": "expires", "expiry": "expires", "expired_at": "expires", "expiration": "expires", "ends": "expires",
	"statement": "reason", "comment": "reason", "justification": "reason", "description": "reason", "note": "reason",
	"vulnerability": "id", "cve": "id", "pkg": "package", "repositories": "images", "repository": "images",
	"fix": "fixAvailable", "fixed": "fixAvailable", "fixable": "fixAvailable", "fix-state": "fixAvailable", "exploit": "exploitAvailable",
	"age": "olderThan", "days": "olderThan", "grace": "olderThan", "cvss": "minScore", "score": "minScore",
	"threshold": "max", "limit": "max", "allowed": "max",
	"true": "YES", "false": "NO", "yes": "true", "no": "false",
	"error": "fail", "block": "fail", "deny": "fail", "break": "fail",
	"ignore": "exceptions", "allow": "exceptions", "allowlist": "exceptions", "suppressions": "exceptions",
}

var ruleKeys = slices.Concat([]string{"name", "max", "action", "unknown"}, conditionNames(), []string{"images"})

// rule parses one rule.
func (l *loader) rule(n *strictyaml.Node) Rule {
	f, ok := l.Mapping(n, "a rule", ruleKeys...)
	if !ok {
		return Rule{}
	}
	r := Rule{
		Name:    l.ruleName(f),
		Max:     l.Integer(f.Get("max"), "max", 0),
		Action:  Action(l.Word(f.Get("action"), "action", string(Fail), string(Fail), string(Warn))),
		Unknown: Unknowns(l.Word(f.Get("unknown"), "unknown", string(Count), string(Count), string(Skip))),
		Images:  l.images(f.Get("images")),
	}
	for i := range conditions {
		conditions[i].load(l, f.Get(conditions[i].name), &r)
	}
	return r
}

// ruleName parses a name, which must be unique over all files.
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

// probability parses a number above 0 up to 1.
func (l *loader) probability(n *strictyaml.Node, what string) *float64 {
	p := l.Number(n, what, 0, 1)
	if p != nil && *p == 0 {
		l.Report(n, "%s: 0 includes every finding that has a score (use a probability above 0, for example 0.1)", what)
	}
	return p
}

// words parses one of the words, or a list of some.
func words[T ~string](l *loader, n *strictyaml.Node, what string, allowed []T) []T {
	var out []T
	for _, w := range l.Words(n, what, texts(allowed)...) {
		out = append(out, T(w))
	}
	return out
}

func texts[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = string(w)
	}
	return out
}

// glob parses a pattern; the zero Glob if it is absent.
func (l *loader) glob(n *strictyaml.Node, what string, fold bool) Glob {
	text, ok := l.Line(n, what)
	if !ok {
		return Glob{}
	}
	g, err := ParseGlob(text, fold)
	if err != nil {
		l.Report(n, "%s: %s: %v", what, strictyaml.Quote(text), err)
	}
	return g
}

// exceptionID parses the id of an exception. An id that no vulnerability can have gets a warning: it excuses
// nothing.
func (l *loader) exceptionID(n *strictyaml.Node) Glob {
	g := l.glob(n, "id", true)
	if doubt := MisspelledID(g.text); g.literal && doubt != "" {
		l.warn(n, "id: "+doubt)
	}
	return g
}

// foreign are signs of regular expressions and of other patterns. No id and no package has them in its name.
const foreign = "!^$|\\(){}"

// counted parses the patterns of what a rule counts. A pattern that can match nothing is an error, because
// findings would pass.
func (l *loader) counted(n *strictyaml.Node, what string, fold bool) []Glob {
	var out []Glob
	l.List(n, what, func(n *strictyaml.Node) {
		g := l.glob(n, what, fold)
		doubt := ""
		if g.literal && what == "ids" {
			doubt = MisspelledID(g.text)
		}
		switch {
		case g.IsZero():
			return
		case doubt != "":
			l.Report(n, "%s: %s", what, doubt)
		case strings.TrimSpace(g.text) != g.text:
			l.Report(n, "%s: %s begins or ends with a space, so it matches nothing (remove it)", what, strictyaml.Quote(g.text))
		case strings.Contains(g.text, ",") && !strings.Contains(g.text, "["):
			l.Report(n, "%s: %s contains a comma, so it matches nothing (write a list, such as [a, b])", what, strictyaml.Quote(g.text))
		case strings.ContainsAny(g.text, foreign) && !strings.Contains(g.text, "["):
			l.Report(n, "%s: %s matches nothing (patterns have *, ? and […], no negation, and are not regular expressions)", what, strictyaml.Quote(g.text))
		case strings.Contains(g.text, " "):
			l.warn(n, fmt.Sprintf("%s: %s is one pattern (write several as a list, such as [a, b])", what, strictyaml.Quote(g.text)))
		}
		out = append(out, g)
	})
	return out
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

// images parses patterns for repositories. A pattern that can match none is an error: its rule would silently
// apply to nothing.
func (l *loader) images(n *strictyaml.Node) []Glob {
	var out []Glob
	l.List(n, "images", func(n *strictyaml.Node) {
		g := l.glob(n, "images", false)
		switch {
		case g.IsZero():
		case !g.matchesSomeRepository():
			l.Report(n, "images: %s can match no repository (use its name alone, in lower case, without registry, tag or digest, for example team/*)", strictyaml.Quote(g.text))
		case strings.Contains(g.text, ".dkr.ecr") || strings.Contains(g.text, ".dkr-ecr"):
			l.Report(n, "images: %s begins with a registry, so it matches no repository of that registry (use the name alone, for example team/*)", strictyaml.Quote(g.text))
		}
		out = append(out, g)
	})
	return out
}

var exceptionKeys = []string{"id", "package", "path", "images", "reason", "expires", "untilFixed"}

// exception parses one exception.
func (l *loader) exception(n *strictyaml.Node) Exception {
	f, ok := l.Mapping(n, "an exception", exceptionKeys...)
	if !ok {
		return Exception{}
	}
	if !f.Given["id"] {
		l.Report(n, "exception has no id (add id: with a vulnerability id or a pattern)")
	}
	if !f.Given["reason"] {
		l.Report(n, "exception has no reason (add reason: and say why the finding may ship)")
	}
	x := Exception{
		ID:         l.exceptionID(f.Get("id")),
		Package:    l.glob(f.Get("package"), "package", false),
		Path:       l.glob(f.Get("path"), "path", false),
		Images:     l.images(f.Get("images")),
		Reason:     l.Paragraph(f.Get("reason"), "reason"),
		Expires:    l.Date(f.Get("expires"), "expires"),
		UntilFixed: l.Boolean(f.Get("untilFixed"), "untilFixed"),
	}
	l.expired(f.Get("expires"), x.Expires, "exception")
	if x.excusesEverything() {
		l.Report(f.Get("id"), "exception %s excuses everything (add a package, path or images that match less)", strictyaml.Quote(x.ID.text))
	}
	return x
}

// exceptionRules parses the limits for exceptions.
func (l *loader) exceptionRules(n *strictyaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.Mapping(n, "exceptionRules", "requireExpires", "maxDays", "neverExcept", "vex")
	if !ok {
		return
	}
	out.RequireExpires = l.Boolean(f.Get("requireExpires"), "requireExpires")
	out.MaxDays = l.Integer(f.Get("maxDays"), "maxDays", 1)
	l.neverExcept(f.Get("neverExcept"), out)
	out.VEX = l.vexRules(f.Get("vex"))
}

// neverExcept parses the conditions under which no exception applies.
func (l *loader) neverExcept(n *strictyaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.Mapping(n, "neverExcept", "minSeverity", "exploitAvailable", "knownExploited")
	if ok && len(n.Content) == 0 {
		l.Report(n, "neverExcept is empty (add minSeverity, exploitAvailable or knownExploited)")
	}
	var severity, exploit Rule
	severity.MinSeverity = l.severity(f.Get("minSeverity"), "minSeverity")
	exploit.ExploitAvailable = words(l, f.Get("exploitAvailable"), "exploitAvailable", yesNoUnknown)
	out.Never = append(out.Never, severity, exploit)
	if l.Boolean(f.Get("knownExploited"), "knownExploited") {
		out.Never = append(out.Never, Rule{KnownExploited: []scan.Availability{scan.Yes}})
	}
}

// vexRules parses the requirements for VEX statements. A statement must meet those of every file.
func (l *loader) vexRules(n *strictyaml.Node) []VEXRules {
	if n == nil {
		return nil
	}
	f, ok := l.Mapping(n, "vex", "justifications", "authors")
	if !ok {
		return nil
	}
	if len(n.Content) == 0 {
		l.Report(n, "vex is empty (add justifications, authors or both)")
	}
	return []VEXRules{{
		Justifications: l.Words(f.Get("justifications"), "justifications", VEXJustifications...),
		Authors:        l.globs(f.Get("authors"), "authors", true),
	}}
}

// checkException checks an exception against the exceptionRules of all files.
func (l *loader) checkException(n *strictyaml.Node, x *Exception, rules *ExceptionRules) {
	switch {
	case x.Expires == nil && rules.RequireExpires:
		l.Report(n, "exception for %s does not expire (exceptionRules.requireExpires: add expires: YYYY-MM-DD)", x.ID)
	case x.Expires == nil && rules.MaxDays > 0:
		l.Report(n, "exception for %s does not expire (exceptionRules.maxDays: expires must be within %d days)", x.ID, rules.MaxDays)
	case rules.MaxDays > 0 && x.Expires.After(l.now.UTC().Truncate(day).AddDate(0, 0, rules.MaxDays)):
		l.Report(n, "exception for %s expires on %s (exceptionRules.maxDays: expires must be within %d days)", x.ID, x.Expires.Format(time.DateOnly), rules.MaxDays)
	}
}

var scanKeys = []string{"type", "maxAge", "suppressed", "accept"}

// scanRules parses the scan requirements.
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

// exploitData parses the maximum age of EPSS scores and the KEV catalog.
func (l *loader) exploitData(n *strictyaml.Node) time.Duration {
	if n == nil {
		return 0
	}
	f, ok := l.Mapping(n, "exploitData", "maxAge")
	if ok && !f.Given["maxAge"] {
		l.Report(n, "exploitData has no maxAge (add maxAge: with a duration, for example 3d)")
	}
	return l.Duration(f.Get("maxAge"), "maxAge")
}
