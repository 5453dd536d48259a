package policy

import (
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/scan"
)

var exceptionKeys = []string{"id", "package", "path", "images", "reason", "expires", "untilFixed"}

// exception reads one exception.
func (l *loader) exception(n *yaml.Node) Exception {
	f, ok := l.mapping(n, "an exception", exceptionKeys...)
	if !ok {
		return Exception{}
	}
	if !f.given["id"] {
		l.wrong(n, "the id of an exception is missing (want a vulnerability id, or a pattern)")
	}
	if !f.given["reason"] {
		l.wrong(n, "the reason of an exception is missing (want reason: and why the finding may ship)")
	}
	x := Exception{
		ID:         l.glob(f.get("id"), "id", true),
		Package:    l.glob(f.get("package"), "package", false),
		Path:       l.glob(f.get("path"), "path", false),
		Images:     l.images(f.get("images")),
		Reason:     l.reason(f.get("reason"), "the reason of an exception"),
		Expires:    l.date(f.get("expires"), "expires"),
		UntilFixed: l.boolean(f.get("untilFixed"), "untilFixed"),
	}
	l.over(f.get("expires"), x.Expires, "the exception excuses nothing")
	if x.excusesEverything() {
		l.wrong(f.get("id"), "exception %s excuses everything (add a package, path or images that match less)", quote(x.ID.text))
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
func (l *loader) exceptionRules(n *yaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.mapping(n, "exceptionRules", "requireExpires", "maxDays", "neverExcept")
	if !ok {
		return
	}
	out.RequireExpires = l.boolean(f.get("requireExpires"), "requireExpires")
	out.MaxDays = l.integer(f.get("maxDays"), "maxDays", 1)
	l.neverExcept(f.get("neverExcept"), out)
}

func (l *loader) neverExcept(n *yaml.Node, out *ExceptionRules) {
	if n == nil {
		return
	}
	f, ok := l.mapping(n, "neverExcept", "minSeverity", "exploitAvailable")
	if ok && len(n.Content) == 0 {
		l.wrong(n, "neverExcept is empty (want minSeverity, exploitAvailable or both)")
	}
	out.NeverSeverity = l.severity(f.get("minSeverity"), "minSeverity")
	out.NeverExploit = l.available(f.get("exploitAvailable"), "exploitAvailable", scan.Yes, scan.No, scan.Unknown)
}

// obey holds an exception against the rules for exceptions of all files.
func (l *loader) obey(n *yaml.Node, x *Exception, rules *ExceptionRules) {
	switch {
	case x.Expires == nil && rules.RequireExpires:
		l.wrong(n, "the exception for %s has no end (exceptionRules.requireExpires wants expires: YYYY-MM-DD)", x.ID)
	case x.Expires == nil && rules.MaxDays > 0:
		l.wrong(n, "the exception for %s has no end (exceptionRules.maxDays wants expires within %d days)", x.ID, rules.MaxDays)
	case rules.MaxDays > 0 && x.Expires.After(l.now.UTC().Truncate(day).AddDate(0, 0, rules.MaxDays)):
		l.wrong(n, "the exception for %s ends on %s (exceptionRules.maxDays wants expires within %d days)", x.ID, x.Expires.Format(time.DateOnly), rules.MaxDays)
	}
}
