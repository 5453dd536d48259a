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

// An entry is what one entry of an ignore file says, as far as an exception can say it.
type entry struct {
	place string // FILE:LINE
	file  string
	// note is a comment of the file, alone or in front of the entry.
	note string
	// what names the entry in comments and warnings; it is the id when that is empty.
	what string
	id   string // a vulnerability, or * for every one in a package or path
	// packages and paths are patterns; one of each must match. Empty: any.
	packages, paths []string
	reason          string
	// end is when the entry stops to hold there; nil: never.
	end *time.Time
	// blocked says what has no counterpart.
	blocked string
}

// maxExceptions of one entry: each of its packages is combined with each of its paths, and a small file
// can name enough of both to fill the memory.
const maxExceptions = 1000

// block notes the first thing that has no counterpart.
func (e *entry) block(format string, args ...any) {
	if e.blocked == "" {
		e.blocked = fmt.Sprintf(format, args...)
	}
}

// exactID reads an id that its tool compares as text. There, * is an id that no finding has; in an
// exception it would be every id.
func (e *entry) exactID(v value) error {
	err := v.into(&e.id)
	if strings.ContainsAny(e.id, "*?[") {
		e.block("%s is not a vulnerability id", strictyaml.Quote(e.id))
	}
	return err
}

// vulnerability is the form of ids in databases that ECR and Inspector take findings from, and of their
// relatives. What is written otherwise is a misconfiguration, a license or a secret.
var vulnerability = regexp.MustCompile(`(?i)^(CVE|GHSA|ALAS[0-9A-Z.]*|RHSA|RHBA|RHEA|ELSA|ELBA|SUSE-SU|openSUSE-SU|USN|DSA|DLA|GO|PYSEC|RUSTSEC|OSV|SNYK|MAL|GMS|CGA|GLSA|TEMP|IN1)-[A-Za-z0-9._:-]*[0-9A-Za-z]$`)

// check blocks what cannot be an exception although every part of it could.
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

// yaml writes the entry as exceptions, one for each package and path, or as a comment. Refused is a
// warning, empty when the entry was imported or has no effect in its own tool any more.
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

// lastDay is the day before the one on which the entry ends: the other tools stop at its beginning, an
// exception at the end of its day. An entry without a reason and an end gets one.
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

// item writes one element of the list; keys with an empty value are left out.
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

// valid holds exceptions against the policy's own reader, and says what it refuses.
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

// comment writes a text as comments of the list, and nothing for none.
func comment(text string) string {
	if text = oneLine(text); text == "" {
		return ""
	}
	return "  # " + text + "\n"
}

// oneLine takes out what would end a line or change the order in which it is read.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if strictyaml.Invisible(r) || r == unicode.ReplacementChar || r == '\ufeff' {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
