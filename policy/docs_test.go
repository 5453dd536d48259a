package policy_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// docsDay is the day of the results in docs/policy.md.
var docsDay = time.Date(2026, 11, 24, 14, 44, 0, 0, time.UTC)

// A snippet is a fenced block of a document with the text after it, up to the next block.
type snippet struct{ fence, text, after string }

func snippets(t *testing.T) []snippet {
	t.Helper()
	text, err := os.ReadFile("../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := regexp.MustCompile("(?m)^```").Split(string(text), -1)
	var all []snippet
	for i := 1; i+1 < len(parts); i += 2 {
		fence, body, _ := strings.Cut(parts[i], "\n")
		all = append(all, snippet{fence, body, parts[i+1]})
	}
	return all
}

func (s snippet) isPolicy() bool { return strings.Contains(s.text, "version: 1\n") }

var over = regexp.MustCompile(`(?m)^Result for ([a-z]+\.json): (.*)\.$`)

// TestTheDocumentSaysWhatPoliciesDecide loads every policy in docs/policy.md, alone or with one that has
// rules, and checks the result in the text.
func TestTheDocumentSaysWhatPoliciesDecide(t *testing.T) {
	results := 0
	all := snippets(t)
	for i, s := range all {
		if !s.isPolicy() {
			continue
		}
		files := []policy.File{{Name: "policy.yml", Text: []byte(s.text)}}
		if !regexp.MustCompile(`(?m)^rules:`).MatchString(s.text) {
			files = append([]policy.File{{Name: "rules.yml", Text: []byte("version: 1\nrules: [{name: all}]\n")}}, files...)
		}
		p, err := policy.Load(files, docsDay)
		switch {
		case s.fence == "yaml wrong":
			if want := all[i+1].text; err == nil || err.Error()+"\n" != want {
				t.Errorf("the document says:\n%sit is:\n%v", want, err)
			}
		case err != nil:
			t.Errorf("%v\n%s", err, s.text)
		default:
			for _, m := range over.FindAllStringSubmatch(s.after, -1) {
				results++
				if got := decided(t, p, m[1], strings.Contains(m[2], "breached")); got != m[2] {
					t.Errorf("%s\nthe document says: %s\nit is:             %s", s.text, m[2], got)
				}
			}
		}
	}
	if results < 20 {
		t.Errorf("the document has only %d results", results)
	}
}

// decided returns the result of a policy for an example, in the format of the document.
func decided(t *testing.T, p *policy.Policy, example string, breaches bool) string {
	t.Helper()
	text, err := os.ReadFile("../examples/responses/" + example)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scan.ReadSaved(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	v := p.Evaluate(context.Background(), s, nil, docsDay)
	p.Conclude([]*policy.Verdict{&v}, true)
	ids := map[policy.Disposition][]string{}
	for i := range v.Findings {
		d := v.Findings[i].Disposition
		ids[d] = append(ids[d], v.Findings[i].ID)
	}
	var breached []string
	skipped := 0
	for _, r := range v.Rules {
		skipped += r.SkippedUnknown
		if r.Breached {
			breached = append(breached, r.Name)
		}
	}
	out := string(v.Outcome)
	for _, d := range []policy.Disposition{policy.Counted, policy.Excepted} {
		if slices.Sort(ids[d]); len(ids[d]) > 0 {
			out += fmt.Sprintf("; %s %s", d, strings.Join(ids[d], ", "))
		}
	}
	if breaches {
		out += "; breached " + strings.Join(breached, ", ")
	}
	if v.Outcome == policy.Passed && skipped > 0 {
		out += fmt.Sprintf("; skipped %d", skipped)
	}
	return out
}

// TestTheDocumentShowsEveryKey checks that every key is in a policy of the document.
func TestTheDocumentShowsEveryKey(t *testing.T) {
	shown := map[string]bool{}
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		for i, c := range n.Content {
			if n.Kind == yaml.MappingNode && i%2 == 0 {
				shown[c.Value] = true
			}
			walk(c)
		}
	}
	for _, s := range snippets(t) {
		var n yaml.Node
		if s.isPolicy() && s.fence == "yaml" && yaml.Unmarshal([]byte(s.text), &n) == nil {
			walk(&n)
		}
	}
	keys := append(slices.Clone(policy.RuleKeys), "version", "rules", "exceptions", "exceptionRules", "scan", "unusedExceptions",
		"id", "package", "path", "reason", "expires", "untilFixed", "requireExpires", "maxDays", "neverExcept", "type", "maxAge", "suppressed", "accept", "status")
	for _, key := range keys {
		if !shown[key] {
			t.Errorf("docs/policy.md shows no policy with %s", key)
		}
	}
}

// TestTheExamplesLoad loads the files of examples/policies. Those that the document shows are the same.
func TestTheExamplesLoad(t *testing.T) {
	read := func(name string) policy.File {
		text, err := os.ReadFile("../examples/policies/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return policy.File{Name: name, Text: text}
	}
	for _, files := range [][]policy.File{{read("four-lines.yml")}, {read("full.yml")}, {read("organization.yml")}, {read("organization.yml"), read("exceptions.yml")}} {
		if _, err := policy.Load(files, docsDay); err != nil {
			t.Error(err)
		}
	}
	for _, s := range snippets(t) {
		name, text, _ := strings.Cut(s.text, "\n")
		for _, file := range []string{"four-lines.yml", "full.yml", "organization.yml"} {
			if name == "# "+file && !strings.HasSuffix(string(read(file).Text), text) {
				t.Errorf("examples/policies/%s is not what docs/policy.md shows", file)
			}
		}
	}
}
