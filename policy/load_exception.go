package policy

import (
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/scan"
)

// exception reads one exception.
func (l *loader) exception(n *yaml.Node) Exception {
	f := l.mapping(n, "an exception", "id", "package", "path", "images", "reason", "expires", "untilFixed")
	if f == nil {
		return Exception{}
	}
	x := Exception{
		ID:         l.glob(f["id"], "id", true),
		Package:    l.glob(f["package"], "package", false),
		Path:       l.glob(f["path"], "path", false),
		Images:     l.globs(f["images"], "images", false),
		Reason:     l.line(n, f["reason"], "the reason of an exception"),
		Expires:    l.date(f["expires"], "expires"),
		UntilFixed: l.boolean(f["untilFixed"], "untilFixed"),
	}
	switch {
	case f["id"] == nil:
		l.wrong(n, "the id of an exception is missing (want a vulnerability id, or a pattern)")
	case strings.Trim(x.ID.text, "*") == "" && x.Package.IsZero() && x.Path.IsZero() && len(x.Images) == 0:
		l.wrong(f["id"], "id %q excuses everything (want a package, a path or images beside it)", x.ID)
	}
	return x
}

// exceptionRules reads what exceptions must keep to.
func (l *loader) exceptionRules(n *yaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f := l.mapping(n, "exceptionRules", "requireExpires", "maxDays", "neverExcept")
	out.RequireExpires = l.boolean(f["requireExpires"], "requireExpires")
	if f["maxDays"] != nil {
		out.MaxDays = l.integer(f["maxDays"], "maxDays", 1)
	}
	never := f["neverExcept"]
	if never == nil {
		return
	}
	f = l.mapping(never, "neverExcept", "minSeverity", "exploitAvailable")
	if f != nil && len(f) == 0 {
		l.wrong(never, "neverExcept is empty (want minSeverity, exploitAvailable or both)")
	}
	out.NeverSeverity = scan.Severity(l.word(f["minSeverity"], "minSeverity", "", texts(scan.Severities)...))
	out.NeverExploit = availabilities(l.words(f["exploitAvailable"], "exploitAvailable", "YES", "NO", "UNKNOWN"))
}

// obey holds an exception against the rules for exceptions of all files.
func (l *loader) obey(n *yaml.Node, x *Exception, rules *ExceptionRules) {
	switch {
	case x.Expires == nil && rules.RequireExpires:
		l.wrong(n, "the exception for %s has no end (exceptionRules.requireExpires wants expires: YYYY-MM-DD)", x.ID)
	case x.Expires == nil && rules.MaxDays > 0:
		l.wrong(n, "the exception for %s has no end (exceptionRules.maxDays wants expires within %d days)", x.ID, rules.MaxDays)
	case rules.MaxDays > 0 && x.Expires.After(l.now.UTC().Truncate(24*time.Hour).AddDate(0, 0, rules.MaxDays)):
		l.wrong(n, "the exception for %s ends on %s (exceptionRules.maxDays wants expires within %d days)", x.ID, x.Expires.Format(time.DateOnly), rules.MaxDays)
	}
}
