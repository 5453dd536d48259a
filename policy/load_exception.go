package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/internal/strictyaml"

	"github.com/ecrgate/ecrgate/scan"
)

var exceptionKeys = []string{"id", "package", "path", "images", "reason", "expires", "untilFixed"}

// exception reads one exception.
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
		ID:         l.glob(f.Get("id"), "id", true),
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

// excusesEverything reports whether neither the id nor anything beside it narrows the exception.
func (x *Exception) excusesEverything() bool {
	anyID := strings.Trim(x.ID.text, "*?") == "" || matchesEach([]Glob{x.ID}, sampleIDs)
	broad := func(g Glob, samples []string) bool { return g.IsZero() || matchesEach([]Glob{g}, samples) }
	return !x.ID.IsZero() && anyID && broad(x.Package, samplePackages) && broad(x.Path, samplePaths) &&
		(len(x.Images) == 0 || matchesEach(x.Images, sampleRepositories))
}

// Patterns that match each of these texts match practically everything, however they are written.
var (
	sampleIDs = []string{
		"CVE-2014-0160", "CVE-2018-25032", "CVE-2021-44228", "CVE-2022-3602", "CVE-2023-4863", "CVE-2024-3094", "CVE-2025-1", "CVE-2026-7777777", "CVE-2027-55555",
	}
	samplePackages = []string{
		"openssl", "libc6", "zlib1g", "perl", "python3.11", "linux-libc-dev", "GCC-12", "@babel/core", "org.apache.logging.log4j:log4j-core",
		"golang.org/x/net", "Newtonsoft.Json", "7zip", "jq", "xz_utils",
	}
	samplePaths = []string{
		"app/package-lock.json", "/usr/bin/server", "usr/share/java/a.jar", "Gemfile.lock", "opt/venv/lib/python3.11/site-packages/x-1.0.dist-info/METADATA", "go/bin/TOOL",
	}
	sampleRepositories = []string{
		"app", "team/app", "a/b/c", "base-images/node", "x1", "0ops/tool.v2", "library/nginx", "my_service", "zz",
	}
)

func matchesEach(globs []Glob, samples []string) bool {
	return !slices.ContainsFunc(samples, func(text string) bool { return !anyMatch(globs, text) })
}

// exceptionRules reads what exceptions must keep to.
func (l *loader) exceptionRules(n *strictyaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.Mapping(n, "exceptionRules", "requireExpires", "maxDays", "neverExcept")
	if !ok {
		return
	}
	out.RequireExpires = l.Boolean(f.Get("requireExpires"), "requireExpires")
	out.MaxDays = l.Integer(f.Get("maxDays"), "maxDays", 1)
	l.neverExcept(f.Get("neverExcept"), out)
}

func (l *loader) neverExcept(n *strictyaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.Mapping(n, "neverExcept", "minSeverity", "exploitAvailable")
	if ok && len(n.Content) == 0 {
		l.Report(n, "neverExcept is empty (add minSeverity, exploitAvailable or both)")
	}
	out.NeverSeverity = l.severity(f.Get("minSeverity"), "minSeverity")
	out.NeverExploit = l.available(f.Get("exploitAvailable"), "exploitAvailable", scan.Yes, scan.No, scan.Unknown)
}

// obey holds an exception against the rules for exceptions of all files.
func (l *loader) obey(n *strictyaml.Node, x *Exception, rules *ExceptionRules) {
	switch {
	case x.Expires == nil && rules.RequireExpires:
		l.Report(n, "exception for %s does not expire (exceptionRules.requireExpires: add expires: YYYY-MM-DD)", x.ID)
	case x.Expires == nil && rules.MaxDays > 0:
		l.Report(n, "exception for %s does not expire (exceptionRules.maxDays: expires must be within %d days)", x.ID, rules.MaxDays)
	case rules.MaxDays > 0 && x.Expires.After(l.now.UTC().Truncate(day).AddDate(0, 0, rules.MaxDays)):
		l.Report(n, "exception for %s expires on %s (exceptionRules.maxDays: expires must be within %d days)", x.ID, x.Expires.Format(time.DateOnly), rules.MaxDays)
	}
}
