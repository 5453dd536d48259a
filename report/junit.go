package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
)

// junitFindings is how many findings the text of a failed test case lists; the rest is counted.
const junitFindings = 200

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out,omitempty"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string       `xml:"name,attr"`
	Class   string       `xml:"classname,attr"`
	Time    string       `xml:"time,attr"`
	Skipped *junitReason `xml:"skipped"`
	Error   *junitReason `xml:"error"`
	Failure *junitReason `xml:"failure"`
	Out     string       `xml:"system-out,omitempty"`
}

type junitReason struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// JUnit is the report for CI systems that show tests: a suite for each image, a case for each rule.
// A breached rule is a failure with the counted findings in its text, one that only warns passes
// with the same text as its output. An image without a verdict is an error, one that was not judged
// a skipped case.
func JUnit(w io.Writer, r Run) error {
	seconds := fmt.Sprintf("%.3f", max(0, r.Ended.Sub(r.Started)).Seconds())
	all := junitSuites{Name: "ecrgate", Time: seconds}
	for i := range r.Images {
		s := junitSuiteOf(&r.Images[i], r)
		s.Time = seconds
		all.Tests, all.Failures = all.Tests+s.Tests, all.Failures+s.Failures
		all.Errors, all.Skipped = all.Errors+s.Errors, all.Skipped+s.Skipped
		all.Suites = append(all.Suites, s)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitSuiteOf(img *Image, r Run) junitSuite {
	name := CleanLine(img.Ref.String())
	s := junitSuite{Name: name, Timestamp: r.Started.UTC().Format("2006-01-02T15:04:05"), Out: CleanText(strings.Join(append([]string{judgeLine(r)}, img.notes()...), "\n"))}
	for _, p := range []junitProperty{{"digest", img.Ref.Digest}, {"scan status", string(img.Scan.Status)}, {"scan type", string(img.Scan.Type)}, {"platforms", platformWords(img.Platforms)}} {
		if p.Value != "" {
			s.Properties = append(s.Properties, junitProperty{p.Name, CleanLine(p.Value)})
		}
	}
	for _, rule := range img.Verdict.Rules {
		s.Cases = append(s.Cases, junitRule(img, rule, name))
	}
	if c, ok := junitVerdict(img, name); ok {
		s.Cases = append(s.Cases, c)
	}
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
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

// junitVerdict is the case of an image that has no verdict, or no full one, or was not judged.
func junitVerdict(img *Image, suite string) (junitCase, bool) {
	c := junitCase{Name: "verdict", Class: suite, Time: "0"}
	switch {
	case img.reason() != nil:
		c.Error = &junitReason{Message: CleanLine(img.reason().Error()), Type: "NoVerdict", Text: CleanLine(img.Advice)}
	case standing(img) == "NOT JUDGED" || img.Accepted != "":
		c.Skipped = &junitReason{Message: CleanLine("NOT JUDGED, a status that the policy accepts: " + img.Accepted)}
	default:
		return c, false
	}
	return c, true
}

func junitRule(img *Image, rule policy.RuleResult, suite string) junitCase {
	c := junitCase{Name: CleanLine(rule.Name), Class: suite, Time: "0"}
	if !rule.Breached {
		return c
	}
	text := junitText(&img.Verdict, rule)
	if rule.Action == policy.Warn {
		c.Out = CleanLine(breach(rule)) + "\n" + text
	} else {
		c.Failure = &junitReason{Message: CleanLine(breach(rule)), Type: "Breach", Text: text}
	}
	return c
}

// junitText lists the findings that a rule counted.
func junitText(v *policy.Verdict, rule policy.RuleResult) string {
	var b strings.Builder
	n := 0
	for i := range v.Findings {
		f := &v.Findings[i]
		if !contains(f.Rules, rule.Name) {
			continue
		}
		if n++; n <= junitFindings {
			fmt.Fprintf(&b, "%s %s %s: %s\n", CleanLine(severityWord(f.Finding)), scoreWord(f.Finding), CleanLine(idOf(f.Finding)), CleanLine(packagesWord(f.Finding)))
		}
	}
	if n > junitFindings {
		fmt.Fprintf(&b, "… and %d more\n", n-junitFindings)
	}
	return b.String()
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
