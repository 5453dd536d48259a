// Package junit writes the report for CI systems that show tests: a suite for each image, a case for
// each rule.
//
// A breached rule is a failure with the counted findings in its text; one that only warns passes, with
// the same text as its output. An image without a verdict is an error, one that was NOT JUDGED a
// skipped case.
//
// JUnit XML has no standard. The file contains only what Jenkins and GitLab read, and follows the schema of
// Jenkins' xUnit plugin, the strictest one in use.
// https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

type suites struct {
	XMLName  xml.Name `xml:"testsuites"`
	Name     string   `xml:"name,attr"`
	Tests    int      `xml:"tests,attr"`
	Failures int      `xml:"failures,attr"`
	Errors   int      `xml:"errors,attr"`
	Time     string   `xml:"time,attr"`
	Suites   []suite  `xml:"testsuite"`
}

type suite struct {
	Name       string     `xml:"name,attr"`
	Tests      int        `xml:"tests,attr"`
	Failures   int        `xml:"failures,attr"`
	Errors     int        `xml:"errors,attr"`
	Skipped    int        `xml:"skipped,attr"`
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
	Out        *text      `xml:"system-out"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// A testcase has at most one of Skipped, Error and Failure. Its class is the image, for views that have
// no suites.
type testcase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    string   `xml:"time,attr"`
	Skipped *outcome `xml:"skipped"`
	Error   *outcome `xml:"error"`
	Failure *outcome `xml:"failure"`
	Out     *text    `xml:"system-out"`
}

type outcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",cdata"`
}

type text struct {
	Text string `xml:",cdata"`
}

// textOf returns text of several lines; nil if there is none.
func textOf(lines ...string) *text {
	s := safe.Text(strings.Join(lines, "\n"))
	if s == "" {
		return nil
	}
	return &text{s}
}

// Write writes the report.
func Write(out io.Writer, r report.Run) error {
	if _, err := io.WriteString(out, xml.Header); err != nil {
		return err
	}
	enc := xml.NewEncoder(out)
	enc.Indent("", "  ")
	if err := enc.Encode(suitesOf(r)); err != nil {
		return err
	}
	_, err := io.WriteString(out, "\n")
	return err
}

func suitesOf(r report.Run) suites {
	all := suites{Name: "ecrgate", Time: seconds(r)}
	for i := range r.Images {
		all.add(imageSuite(&r.Images[i], r))
	}
	if r.Problem != "" {
		problem := testcase{Name: "usage", Class: "ecrgate", Time: "0", Error: &outcome{Message: safe.Line(r.Problem), Type: "Usage"}}
		all.add(newSuite("ecrgate", r, []property{}, []testcase{problem}, []string{r.PolicyLine(), r.Problem}))
	}
	return all
}

func (all *suites) add(s suite) {
	all.Suites = append(all.Suites, s)
	all.Tests += s.Tests
	all.Failures += s.Failures
	all.Errors += s.Errors
}

func newSuite(name string, r report.Run, properties []property, cases []testcase, out []string) suite {
	s := suite{
		Name: safe.Line(name), Tests: len(cases), Time: seconds(r),
		Timestamp:  r.Started.UTC().Format("2006-01-02T15:04:05"),
		Properties: append(runProperties(r), properties...), Cases: cases, Out: textOf(out...),
	}
	for _, c := range cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	return s
}

func seconds(r report.Run) string {
	return fmt.Sprintf("%.3f", max(0, r.Ended.Sub(r.Started)).Seconds())
}

func imageSuite(img *report.Image, r report.Run) suite {
	return newSuite(img.Ref.String(), r, properties(
		"digest", img.Ref.Digest,
		"scan type", string(img.Scan.Type),
		"scan status", string(img.Scan.Status),
		"scan description", img.Scan.Description,
		"scan completed", timeText(img.Scan.CompletedAt),
		"platforms", report.PlatformList(img.Platforms),
	), casesOf(img), output(img, r))
}

func runProperties(r report.Run) []property {
	return properties("ecrgate", r.Version, "mode", r.Mode, "exit code", fmt.Sprint(r.ExitCode))
}

// properties returns properties from alternating names and values, without those whose value is empty.
func properties(pairs ...string) []property {
	var out []property
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, property{pairs[i], safe.Line(pairs[i+1])})
		}
	}
	return out
}

func timeText(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// output returns what a reader of the suite must know besides its cases.
func output(img *report.Image, r report.Run) []string {
	lines := []string{r.PolicyLine(), img.Headline()}
	if data := r.DataLine(); data != "" {
		lines = append(lines, data)
	}
	if base := img.BaseLine(); base != "" {
		lines = append(lines, base)
	}
	for _, c := range img.Children {
		lines = append(lines, "platform "+c.Describe())
	}
	for _, n := range img.AllNotes() {
		lines = append(lines, "note: "+n)
	}
	for _, s := range img.NextSteps() {
		lines = append(lines, "to do: "+s)
	}
	for i, line := range lines {
		lines[i] = safe.Line(line)
	}
	return lines
}
