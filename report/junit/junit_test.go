package junit_test

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/report/junit"
)

func TestJUnitGolden(t *testing.T) {
	reporttest.Golden(t, "rich.xml", reporttest.Render(t, junit.Write, reporttest.Rich()))
}

// A node is an element of any name.
type node struct {
	XMLName xml.Name
	Attrs   []xml.Attr `xml:",any,attr"`
	Nodes   []node     `xml:",any"`
	Text    string     `xml:",chardata"`
}

func (n node) attr(name string) string {
	for _, a := range n.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (n node) all(name string) []node {
	var out []node
	for _, c := range n.Nodes {
		if c.XMLName.Local == name {
			out = append(out, c)
		}
		out = append(out, c.all(name)...)
	}
	return out
}

func parseJUnit(t *testing.T, r report.Run) node {
	t.Helper()
	var root node
	if err := xml.Unmarshal([]byte(reporttest.Render(t, junit.Write, r)), &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// junitShape is what an element may contain, in this order, as Jenkins and GitLab read it.
var junitShape = map[string]struct{ attrs, children []string }{
	"testsuites": {[]string{"name", "tests", "failures", "errors", "time"}, []string{"testsuite"}},
	"testsuite":  {[]string{"name", "tests", "failures", "errors", "skipped", "time", "timestamp"}, []string{"properties", "testcase", "system-out"}},
	"properties": {nil, []string{"property"}},
	"property":   {[]string{"name", "value"}, nil},
	"testcase":   {[]string{"name", "classname", "time"}, []string{"skipped", "error", "failure", "system-out"}},
	"skipped":    {[]string{"message"}, nil},
	"error":      {[]string{"message", "type"}, nil},
	"failure":    {[]string{"message", "type"}, nil},
	"system-out": {nil, nil},
}

func (n node) check(t *testing.T) {
	t.Helper()
	shape, known := junitShape[n.XMLName.Local]
	if !known {
		t.Errorf("there is no element %q in JUnit", n.XMLName.Local)
	}
	for i, a := range n.Attrs {
		if i >= len(shape.attrs) || a.Name.Local != shape.attrs[i] {
			t.Errorf("%s has the attribute %q", n.XMLName.Local, a.Name.Local)
		}
	}
	last := 0
	for _, c := range n.Nodes {
		at := slices.Index(shape.children, c.XMLName.Local)
		if at < last {
			t.Errorf("%s in %s is out of place", c.XMLName.Local, n.XMLName.Local)
		}
		last = max(last, at)
		c.check(t)
	}
	if len(shape.children) > 0 && strings.TrimSpace(n.Text) != "" {
		t.Errorf("%s has text of its own: %.60q", n.XMLName.Local, n.Text)
	}
}

func TestJUnitIsWellFormedWhateverTheText(t *testing.T) {
	runs := reporttest.Runs()
	runs["empty"], runs["nothing"] = reporttest.Usage(), report.Run{}
	for name, r := range runs {
		t.Run(name, func(t *testing.T) {
			root := parseJUnit(t, r)
			root.check(t)
			for _, n := range append(root.all("testsuite"), root) {
				cases := n.all("testcase")
				for attr, kind := range map[string]string{"failures": "failure", "errors": "error", "skipped": "skipped"} {
					if attr == "skipped" && n.XMLName.Local == "testsuites" {
						continue // the schema of Jenkins' xUnit plugin has no such attribute
					}
					if want := report.Number(len(n.all(kind)), kind); report.Number(atoi(n.attr(attr)), kind) != want {
						t.Errorf("%s says %s=%s, there are %s", n.XMLName.Local, attr, n.attr(attr), want)
					}
				}
				if atoi(n.attr("tests")) != len(cases) {
					t.Errorf("%s says %s tests, there are %d", n.XMLName.Local, n.attr("tests"), len(cases))
				}
			}
		})
	}
}

func atoi(s string) int {
	n := 0
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

func TestJUnitTellsFailuresFromErrors(t *testing.T) {
	root := parseJUnit(t, reporttest.Rich())
	suites := map[string]string{}
	for _, s := range root.all("testsuite") {
		var results []string
		for _, kind := range []string{"failure", "error", "skipped"} {
			for _, n := range s.all(kind) {
				results = append(results, kind+" "+n.attr("message"))
			}
		}
		suites[s.attr("name")] = strings.Join(results, "\n")
	}
	for name, c := range map[string]struct{ suite, want string }{
		"a breach is a failure":               {"team/app:1.2", `failure "nothing critical": 1 finding, 0 allowed`},
		"a breach that only warns is none":    {"team/web:3", ""},
		"no verdict is an error":              {"team/late@" + reporttest.Digest(3), "error no scan exists for this image"},
		"an accepted status is a skipped one": {"tools/static:9", "skipped NOT JUDGED, because the policy accepts its status: scratch images with one static binary"},
	} {
		got, _, _ := strings.Cut(suites[c.suite], "\n")
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestJUnitListsTheFindingsOfARule(t *testing.T) {
	failures := parseJUnit(t, reporttest.Large(3000)).all("failure")
	if len(failures) != 1 {
		t.Fatalf("%d failures, want 1", len(failures))
	}
	if lines := strings.Split(strings.TrimSpace(failures[0].Text), "\n"); len(lines) != 200+1 || lines[200] != "… and 950 more; see the full reports" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
	for _, c := range parseJUnit(t, reporttest.Rich()).all("testcase") {
		if out := c.all("system-out"); c.attr("classname") == "team/web:3" && c.attr("name") == "medium budget" {
			if len(out) != 1 || !strings.Contains(out[0].Text, "(warning only)\nMEDIUM 5.0 CVE-2024-7000 curl 8.0 → 8.1\n") {
				t.Errorf("the rule that warns says %+v", out)
			}
		}
	}
}

func TestJUnitHasABreachBesideAMissingVerdict(t *testing.T) {
	img := reporttest.Rich().Images[0]
	img.Err, img.Judged = reporttest.Missing().Err, false
	root := parseJUnit(t, report.Run{Verdict: policy.Failed, ExitCode: 1, Images: []report.Image{img}})
	if len(root.all("failure")) != 3 || len(root.all("error")) != 1 {
		t.Errorf("%d failures and %d errors, want 3 and 1", len(root.all("failure")), len(root.all("error")))
	}
}

// TestJUnitKeepsToTheXUnitPlugin: the schema of Jenkins' xUnit plugin has no attribute skipped on
// testsuites, at most one outcome in a case, and system-out after the outcome.
func TestJUnitKeepsToTheXUnitPlugin(t *testing.T) {
	for name, r := range reporttest.Runs() {
		root := parseJUnit(t, r)
		if root.attr("skipped") != "" {
			t.Errorf("%s: testsuites has the attribute skipped", name)
		}
		for _, c := range root.all("testcase") {
			if n := len(c.all("failure")) + len(c.all("error")) + len(c.all("skipped")); n > 1 {
				t.Errorf("%s: case %.60q has %d outcomes", name, c.attr("name"), n)
			}
		}
	}
}
