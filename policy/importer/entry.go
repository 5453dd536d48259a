package importer

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/internal/strictyaml"
	"github.com/ecrgate/ecrgate/policy"
)

// An entry is one entry of an ignore file, as far as an exception can express it.
type entry struct {
	place string // FILE:LINE
	file  string
	// note is a comment in the file, on its own or before the entry.
	note string
	// what names the entry in comments and warnings; it is the id when that is empty.
	what string
	id   string // a vulnerability, or * for every one in a package or path
	// packages and paths are patterns; one of each must match. Empty: any.
	packages, paths []string
	reason          string
	// end is when the entry expires in its tool; nil: never.
	end *time.Time
	// blocked is why the entry has no counterpart; else empty.
	blocked string
}

// maxExceptions is how many exceptions one entry may become: each of its packages is combined with each of
// its paths, and a small file could name enough of both to exhaust memory.
const maxExceptions = 1000

// block records the first part of the entry that has no counterpart.
func (e *entry) block(format string, args ...any) {
	if e.blocked == "" {
		e.blocked = fmt.Sprintf(format, args...)
	}
}

// exactID parses an id that its tool compares as text. There, * is an id that no finding has; in an exception
// it would match every id.
func (e *entry) exactID(v value) error {
	err := v.into(&e.id)
	if strings.ContainsAny(e.id, "*?[") {
		e.block("%s is not a vulnerability id", strictyaml.Quote(e.id))
	}
	return err
}

// vulnerability is the form of ids in the databases that ECR and Inspector use, and in related ones. Other
// ids are those of misconfigurations, licenses or secrets.
var vulnerability = regexp.MustCompile(`(?i)^(CVE|GHSA|ALAS[0-9A-Z.]*|RHSA|RHBA|RHEA|ELSA|ELBA|SUSE-SU|openSUSE-SU|USN|DSA|DLA|GO|PYSEC|RUSTSEC|OSV|SNYK|MAL|GMS|CGA|GLSA|TEMP|IN1)-[A-Za-z0-9._:-]*[0-9A-Za-z]$`)

// check blocks an entry that cannot be an exception although each of its parts could.
func (e *entry) check() {
	n := len(orAny(e.packages)) * len(orAny(e.paths))
	switch {
	case n > maxExceptions:
		e.block("its packages and paths would make %d exceptions (want at most %d)", n, maxExceptions)
	case e.id == "*" && len(e.packages)+len(e.paths) == 0:
		e.block("it excuses every finding")
	case e.id == "*":
	case policy.MisspelledID(e.id) != "":
		e.block("%s", policy.MisspelledID(e.id))
	case !vulnerability.MatchString(e.id):
		e.block("%s is not a vulnerability id", strictyaml.Quote(e.id))
	}
}

// yaml writes the entry as exceptions, one for each package and path, or as a comment. refused is a warning;
// empty if the entry was imported or has already ended in its own tool.
func (e *entry) yaml(now time.Time) (text, refused string) {
	text = comment(e.note)
	if e.id == "" && e.what == "" {
		return text, ""
	}
	e.check()
	expires := e.lastDay(now)
	if e.blocked == "" && expires != "" && expires < now.UTC().Format(time.DateOnly) {
		return text + comment(fmt.Sprintf("%s: %s ended on %s", e.place, e.name(), expires)), ""
	}
	exceptions := ""
	if e.blocked == "" {
		exceptions = e.exceptions(expires)
		e.blocked = valid(exceptions, now)
	}
	if e.blocked != "" {
		message := fmt.Sprintf("%s: %s not imported: %s", e.place, e.name(), e.blocked)
		return text + comment(message), oneLine(message)
	}
	return text + exceptions, ""
}

func (e *entry) name() string {
	if e.what != "" {
		return e.what
	}
	return e.id
}

// lastDay returns the day before the entry ends: in other tools an entry ends at the start of that day, an
// exception at the end of its last day. An entry without a reason and an end gets an end.
func (e *entry) lastDay(now time.Time) string {
	switch {
	case e.end != nil:
		return e.end.UTC().AddDate(0, 0, -1).Format(time.DateOnly)
	case e.reason == "":
		return now.UTC().AddDate(0, 0, graceDays).Format(time.DateOnly)
	}
	return ""
}

// exceptions writes an exception for each package and path.
func (e *entry) exceptions(expires string) string {
	reason := oneLine(e.reason)
	if reason == "" {
		reason = "imported from " + oneLine(filepath.Base(e.file)) + ", which has no reason"
	}
	var b strings.Builder
	for _, pkg := range orAny(e.packages) {
		for _, path := range orAny(e.paths) {
			b.WriteString(item("id", e.id, "package", pkg, "path", path, "reason", reason, "expires", expires))
		}
	}
	return b.String()
}

func orAny(patterns []string) []string {
	if len(patterns) == 0 {
		return []string{""}
	}
	return patterns
}

// item writes one element of the list and omits keys with an empty value.
func item(pairs ...string) string {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		v := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: pairs[i+1]}
		if pairs[i] == "expires" {
			v.Tag = "!!timestamp"
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: pairs[i]}, v)
	}
	var b bytes.Buffer
	encoder := yaml.NewEncoder(&b)
	encoder.SetIndent(2)
	if err := encoder.Encode([]*yaml.Node{n}); err != nil {
		return ""
	}
	return "  " + strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\n", "\n  ") + "\n"
}

// valid loads the exceptions as part of a policy and returns what Load rejects.
func valid(exceptions string, now time.Time) string {
	text := "version: 1\nrules: [{name: any}]\nexceptions:\n" + exceptions
	_, err := policy.Load([]policy.File{{Name: "exceptions", Text: []byte(text)}}, now)
	var wrong policy.Errors
	switch {
	case err == nil:
		return ""
	case errors.As(err, &wrong):
		return wrong[0].Message
	}
	return err.Error()
}

// comment writes a text as comments in the list; nothing for an empty text.
func comment(text string) string {
	if text = oneLine(text); text == "" {
		return ""
	}
	return "  # " + text + "\n"
}

// oneLine removes characters that would end a line or reorder its text.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if strictyaml.Invisible(r) || r == unicode.ReplacementChar || r == '\ufeff' {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
