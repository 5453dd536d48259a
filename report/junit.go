package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// junitFindings is how many findings the text of a case lists; the rest is counted. Test views show
// the text as it is, and become slow with long ones.
const junitFindings = 200

// A junitCase is one line of a test view.
type junitCase struct {
	name string
	// result is failure, error or skipped, and empty when the case passes.
	result, kind, message, text string
	// out is shown with a case that passes, too.
	out string
}

// JUnit is the report for CI systems that show tests: a suite for each image, a case for each rule.
// A breached rule is a failure with the counted findings in its text; one that only warns passes
// with the same text as its output. An image without a verdict is an error, one that was NOT JUDGED
// a skipped case.
//
// There is no standard; the file keeps to what Jenkins and GitLab read.
// https://github.com/testmoapp/junitxml
func JUnit(w io.Writer, r Run) error {
	j := junit{stream{out: newBuffer(w)}}
	j.run(r)
	if j.err != nil {
		return j.err
	}
	return j.out.Flush()
}

// junit writes XML.
type junit struct{ stream }

// A junitSuite is an image with its cases; a run that judged nothing has one without an image.
type junitSuite struct {
	name  string
	img   *Image
	cases []junitCase
}

func junitSuites(r Run) []junitSuite {
	var suites []junitSuite
	for i := range r.Images {
		img := &r.Images[i]
		suites = append(suites, junitSuite{img.Ref.String(), img, junitCases(img)})
	}
	if r.Problem != "" {
		usage := junitCase{name: "usage", result: "error", kind: "Usage", message: r.Problem}
		suites = append(suites, junitSuite{"ecrgate", &Image{}, []junitCase{usage}})
	}
	return suites
}

func (j *junit) run(r Run) {
	suites := junitSuites(r)
	var all []junitCase
	for _, s := range suites {
		all = append(all, s.cases...)
	}
	seconds := fmt.Sprintf("%.3f", max(0, r.Ended.Sub(r.Started)).Seconds())
	j.text(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	j.text("<testsuites" + attrs("name", "ecrgate") + junitCounts(all) + attrs("time", seconds) + ">\n")
	for _, s := range suites {
		j.text("  <testsuite" + attrs("name", s.name) + junitCounts(s.cases))
		j.text(attrs("time", seconds, "timestamp", r.Started.UTC().Format("2006-01-02T15:04:05")) + ">\n")
		j.properties(s.img, r)
		for _, c := range s.cases {
			j.testcase(s.name, c)
		}
		j.element("    ", "system-out", "", strings.Join(junitOut(s.img, r), "\n"))
		j.text("  </testsuite>\n")
	}
	j.text("</testsuites>\n")
}

// attrs writes attributes, of names and values in turn.
func attrs(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		fmt.Fprintf(&b, ` %s="%s"`, pairs[i], xmlText(CleanLine(pairs[i+1])))
	}
	return b.String()
}

// element writes an element with text, or nothing when there is none.
func (j *junit) element(indent, name, attributes, text string) {
	switch {
	case text != "":
		j.text(indent + "<" + name + attributes + ">" + xmlText(text) + "</" + name + ">\n")
	case attributes != "":
		j.text(indent + "<" + name + attributes + "/>\n")
	}
}

func junitCounts(cases []junitCase) string {
	n := map[string]int{}
	for _, c := range cases {
		n[c.result]++
	}
	return fmt.Sprintf(` tests="%d" failures="%d" errors="%d" skipped="%d"`, len(cases), n["failure"], n["error"], n["skipped"])
}

// properties name what was judged.
func (j *junit) properties(img *Image, r Run) {
	j.text("    <properties>\n")
	for _, p := range [][2]string{
		{"ecrgate", r.Version}, {"mode", r.Mode}, {"exit code", fmt.Sprint(r.ExitCode)}, {"digest", img.Ref.Digest},
		{"scan type", string(img.Scan.Type)}, {"scan status", string(img.Scan.Status)}, {"scan description", img.Scan.Description}, {"scan completed", timeWord(img.Scan.CompletedAt)},
		{"platforms", platformWords(img.Platforms)},
	} {
		if p[1] != "" {
			j.element("      ", "property", attrs("name", p[0], "value", p[1]), "")
		}
	}
	j.text("    </properties>\n")
}

func timeWord(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// junitOut is what a reader of the suite must know besides its cases.
func junitOut(img *Image, r Run) []string {
	lines := []string{judgeLine(r)}
	if r.Problem != "" {
		return append(lines, r.Problem)
	}
	lines = append(lines, headline(img))
	for _, c := range img.Children {
		lines = append(lines, "platform "+childWords(c))
	}
	for _, n := range img.notes() {
		lines = append(lines, "note: "+n)
	}
	for _, t := range todo(img) {
		lines = append(lines, "to do: "+t)
	}
	return lines
}

// junitCases are those of an image: its rules, and the verdict itself where there is none.
func junitCases(img *Image) []junitCase {
	var cases []junitCase
	for _, rule := range img.Verdict.Rules {
		cases = append(cases, junitRule(img, rule))
	}
	switch err := img.reason(); {
	case err != nil:
		cases = append(cases, junitCase{name: "verdict", result: "error", kind: "NoVerdict", message: err.Error(), text: img.Advice})
	case img.Accepted != "":
		cases = append(cases, junitCase{name: "verdict", result: "skipped", message: "NOT JUDGED, by a status that the policy accepts: " + img.Accepted})
	}
	return cases
}

func junitRule(img *Image, rule policy.RuleResult) junitCase {
	c := junitCase{name: rule.Name}
	if rule.SkippedUnknown > 0 {
		c.out = number(rule.SkippedUnknown, "finding") + " skipped, for which ECR did not report what the rule asks for\n"
	}
	switch {
	case !rule.Breached:
	case rule.Action == policy.Warn:
		c.out += breach(rule) + "\n" + junitText(img, rule)
	default:
		c.result, c.kind, c.message, c.text = "failure", "Breach", breach(rule), junitText(img, rule)
	}
	return c
}

// junitText lists the findings that a rule counted, and which of an index's platforms have them.
func junitText(img *Image, rule policy.RuleResult) string {
	var b strings.Builder
	n := 0
	for i := range img.Verdict.Findings {
		f := &img.Verdict.Findings[i]
		if !slices.Contains(f.Rules, rule.Name) {
			continue
		}
		if n++; n <= junitFindings {
			b.WriteString(CleanLine(junitFinding(f, rule.Name)) + "\n")
		}
	}
	if n > junitFindings {
		fmt.Fprintf(&b, "… and %d more: the other reports have all of them\n", n-junitFindings)
	}
	return b.String()
}

// junitFinding is a finding as the rule sees it: with what ECR did not report to that rule.
func junitFinding(f *policy.JudgedFinding, rule string) string {
	words := []string{severityWord(f.Finding)}
	for _, w := range []string{scoreWord(f.Finding), idOf(f.Finding), packagesWord(f.Finding)} {
		if w != "" {
			words = append(words, w)
		}
	}
	text := strings.Join(words, " ")
	if f.ExploitAvailable == scan.Yes {
		text += ", exploit known"
	}
	for _, u := range f.Unknown {
		if what, ok := strings.CutPrefix(u, rule+": "); ok {
			text += ", " + what
		}
	}
	return text
}

// testcase writes a case; its class is the image, for views that have no suites.
func (j *junit) testcase(class string, c junitCase) {
	head := "    <testcase" + attrs("name", c.name, "classname", class, "time", "0")
	if c.result == "" && c.out == "" {
		j.text(head + "/>\n")
		return
	}
	j.text(head + ">\n")
	if c.result != "" {
		attributes := attrs("message", c.message)
		if c.kind != "" {
			attributes += attrs("type", c.kind)
		}
		j.element("      ", c.result, attributes, c.text)
	}
	j.element("      ", "system-out", "", c.out)
	j.text("    </testcase>\n")
}
