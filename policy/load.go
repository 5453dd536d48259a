package policy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
)

// A File is the content of a policy file.
type File struct {
	// Name appears in errors and reports.
	Name string
	Text []byte
}

// An Error is one mistake in a policy file.
type Error struct {
	File string
	// Line and Column count from 1.
	Line, Column int
	// Message is the mistake and, in parentheses, how to fix it.
	Message string
	// NoRules is set if only the rules are missing: the file is valid together with one that has rules.
	NoRules bool
	// Expired marks a warning about an expired date.
	Expired bool
}

func (e Error) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// Errors are all mistakes in the policy files of one call, in the order of files and lines. Its text has one
// line per mistake.
type Errors []Error

func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i := range e {
		lines[i] = e[i].Error()
	}
	return strings.Join(lines, "\n")
}

// Load loads policy files as one policy: all rules and all exceptions apply, and the strictest requirements
// win, so that no later file weakens an earlier one. exceptionRules.maxDays counts from now.
//
// Loading is strict. The error is an Errors.
func Load(files []File, now time.Time) (*Policy, error) {
	l := &loader{now: now, names: map[string]string{}}
	var texts, names []string
	var parts []*part
	for _, f := range files {
		texts, names = append(texts, string(f.Text)), append(names, f.Name)
		parts = append(parts, l.read(f))
	}
	p := l.merge(parts)
	for _, part := range parts {
		for _, problem := range part.reader.Problems() {
			l.errs = append(l.errs, errorIn(part.file, problem))
		}
	}
	p.Source, p.SHA256 = strings.Join(names, " "), hash(strings.Join(texts, ""))
	if len(l.errs) > 0 {
		return nil, sorted(l.errs, names)
	}
	p.Warnings = sorted(l.warnings, names)
	return p, nil
}

// sorted returns errors in the order of files, lines and columns, each once.
func sorted(errs Errors, names []string) Errors {
	slices.SortStableFunc(errs, func(a, b Error) int {
		return cmp.Or(
			cmp.Compare(slices.Index(names, a.File), slices.Index(names, b.File)),
			cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(errs)
}

// A loader builds a Policy from policy files.
type loader struct {
	*strictyaml.Reader // of the current file
	file               string
	now                time.Time
	names              map[string]string // rule name → position
	errs, warnings     Errors
}

// enter makes a file the current one for problems.
func (l *loader) enter(p *part) { l.Reader, l.file = p.reader, p.file }

func (l *loader) warn(n *strictyaml.Node, text string) {
	l.warnings = append(l.warnings, errorIn(l.file, strictyaml.ProblemAt(n, text)))
}

func errorIn(file string, p strictyaml.Problem) Error {
	return Error{File: file, Line: p.Line, Column: p.Column, Message: p.Message}
}

// expired warns about an expired date.
func (l *loader) expired(n *strictyaml.Node, last *time.Time, what string) {
	if expired(last, l.now) {
		l.warn(n, fmt.Sprintf("%s expired on %s and no longer applies (renew it with a reason that still holds, or remove it)", what, last.Format(time.DateOnly)))
		l.warnings[len(l.warnings)-1].Expired = true
	}
}

// A part is the content of one file.
type part struct {
	Policy
	file   string
	reader *strictyaml.Reader
	// at is the start of the file, nil if it could not be parsed. hasRules is set if it has rules.
	at       *strictyaml.Node
	hasRules bool
	// nodes are the nodes of the exceptions, for errors that depend on other files.
	nodes []*strictyaml.Node
	// acceptAt is the position of scan.accept, typeAt that of scan.type; nil if absent.
	acceptAt *strictyaml.Node
	typeAt   *strictyaml.Node
}

var topKeys = []string{"version", "rules", "exceptions", "exceptionRules", "scan", "exploitData", "unusedExceptions"}

// read parses one file.
func (l *loader) read(f File) *part {
	p := &part{file: f.Name, reader: strictyaml.NewReader(&format)}
	l.enter(p)
	doc := l.Document(f.Text)
	if doc == nil {
		return p
	}
	top, ok := l.Mapping(doc, "a policy file", topKeys...)
	if !ok {
		return p
	}
	p.at, p.hasRules = doc, top.Given["rules"]
	l.version(top)
	l.Filled(top.Get("rules"), "rules")
	l.Elements(top.Get("rules"), "rules", "each rule", func(n *strictyaml.Node) { p.Rules = append(p.Rules, l.rule(n)) })
	l.Elements(top.Get("exceptions"), "exceptions", "each exception", func(n *strictyaml.Node) {
		p.Exceptions, p.nodes = append(p.Exceptions, l.exception(n)), append(p.nodes, n)
	})
	l.exceptionRules(top.Get("exceptionRules"), &p.ExceptionRules)
	l.scanRules(top.Get("scan"), p)
	p.ExploitMaxAge = l.exploitData(top.Get("exploitData"))
	p.UnusedExceptions = Unused(l.Word(top.Get("unusedExceptions"), "unusedExceptions", "", string(UnusedWarn), string(UnusedFail), string(UnusedAllow)))
	return p
}

func (l *loader) version(top strictyaml.Fields) {
	n := top.Get("version")
	switch {
	case !top.Given["version"]:
		l.Report(top.At, "file has no version (add version: 1)")
	case n == nil: // reported
	case n.Kind != strictyaml.ScalarNode || n.Value != "1" || strictyaml.Quoted(n):
		l.Report(n, "unknown version %s (use version: 1)", strictyaml.Shown(n))
	}
}

// merge combines all files into one policy: rules and exceptions add up, and the strictest value of
// everything else applies.
func (l *loader) merge(parts []*part) *Policy {
	out := &Policy{}
	for i, p := range parts {
		l.enter(p)
		out.Rules = append(out.Rules, p.Rules...)
		out.Exceptions = append(out.Exceptions, p.Exceptions...)
		out.ExceptionRules.tighten(p.ExceptionRules)
		out.UnusedExceptions = stricter(out.UnusedExceptions, p.UnusedExceptions)
		out.ExploitMaxAge = lower(out.ExploitMaxAge, p.ExploitMaxAge)
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
			l.checkException(n, &p.Exceptions[i], &out.ExceptionRules)
		}
	}
	l.someRule(parts)
	return out
}

// someRule requires a rule in at least one file: without any, every image would pass.
func (l *loader) someRule(parts []*part) {
	var at *part
	for _, p := range parts {
		switch {
		case p.hasRules || p.at == nil: // there are rules, or the file has errors already
			return
		case at == nil:
			at = p
		}
	}
	if at == nil {
		l.errs = append(l.errs, Error{Line: 1, Column: 1, Message: "no policy file"})
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

// lower returns the lower of two limits; 0 means no limit.
func lower[T int | time.Duration](a, b T) T {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

func (r *ExceptionRules) tighten(o ExceptionRules) {
	r.RequireExpires = r.RequireExpires || o.RequireExpires
	r.MaxDays = lower(r.MaxDays, o.MaxDays)
	r.Never = append(r.Never, o.Never...)
	r.VEX = append(r.VEX, o.VEX...)
}

// mergeScan adds a file's scan requirements.
func (l *loader) mergeScan(out *ScanRules, p *part) {
	switch {
	case p.Scan.Type == "":
	case out.Type != "" && out.Type != p.Scan.Type:
		l.Report(p.typeAt, "type: an earlier file requires %s (use type: %s, or leave it out)", out.Type, out.Type)
	default:
		out.Type = p.Scan.Type
	}
	out.MaxAge = lower(out.MaxAge, p.Scan.MaxAge)
	out.CountSuppressed = out.CountSuppressed || p.Scan.CountSuppressed
}

// mergeAccept adds the statuses that a file accepts. A later file cannot accept a status that the first one
// does not, and its list narrows the first.
func (p *Policy) mergeAccept(first, file *part, isFirst bool) {
	switch {
	case file.acceptAt == nil:
	case isFirst:
		p.Scan.Accept = file.Scan.Accept
	case len(p.Scan.Accept) == 0 && len(file.Scan.Accept) > 0:
		p.Notes = append(p.Notes, fmt.Sprintf("the statuses that %s accepts have no effect, because the first file, %s, accepts none", file.file, first.file))
	default:
		p.Scan.narrowed = append(p.Scan.narrowed, file.Scan.Accept)
	}
}
