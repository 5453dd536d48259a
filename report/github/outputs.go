// Package github writes what a GitHub Actions workflow shows for a run: the outputs, the job summary and at
// most ten annotations. It opens no files: the command passes the writers.
package github

import (
	"cmp"
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/scan"
)

// WriteSummary writes the job summary.
func WriteSummary(w io.Writer, r report.Run) error {
	if r.Problem != "" {
		_, err := fmt.Fprintf(w, "## ecrgate: nothing was checked\n\n<pre>%s</pre>\n", html.EscapeString(safe.Text(r.Problem)))
		return err
	}
	return markdown.WriteSummary(w, r)
}

// WriteOutputs writes the outputs in the format of the runner's file. Paths are the files of the reports that
// were written, by format.
func WriteOutputs(w io.Writer, r report.Run, paths map[string]string) error {
	return writeOutputs(w, Outputs(r, paths), randomDelimiter)
}

// writeOutputs writes outputs as the runner reads them: each value between two lines with its own delimiter.
// A value that contains its delimiter could set other outputs, so it is an error.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
func writeOutputs(w io.Writer, outputs []Output, delimiter func() string) error {
	for _, o := range outputs {
		mark := delimiter()
		if strings.Contains(o.Value, mark) {
			return fmt.Errorf("the value of output %s contains the delimiter of the file", o.Name)
		}
		if _, err := fmt.Fprintf(w, "%s<<%s\n%s\n%s\n", o.Name, mark, o.Value, mark); err != nil {
			return err
		}
	}
	return nil
}

// randomDelimiter returns a delimiter that the author of a value cannot guess.
func randomDelimiter() string { return "ecrgate_" + rand.Text() }

// An Output is an output of the action.
type Output struct{ Name, Value string }

// Outputs returns the outputs of the action, in the order of action.yml: numbers, names and paths, never
// findings.
func Outputs(r report.Run, paths map[string]string) []Output {
	out := []Output{{"verdict", string(cmp.Or(r.Verdict, policy.Errored))}, {"exit-code", strconv.Itoa(r.ExitCode)}}
	var one report.Image
	if len(r.Images) == 1 {
		one = r.Images[0]
	}
	out = append(out, Output{"digest", safe.Line(one.Ref.Digest)}, Output{"scan-status", safe.Line(string(one.Scan.Status))}, Output{"scan-type", safe.Line(string(one.Scan.Type))})
	c := r.Counts()
	for _, s := range scan.Severities {
		out = append(out, Output{strings.ToLower(string(s)), strconv.Itoa(c.Severities[s])})
	}
	for _, n := range []struct {
		name string
		n    int
	}{{"total", c.Total}, {"fixable", c.Fixable}, {"counted", c.Counted}, {"excepted", c.Excepted}, {"known", c.Known}} {
		out = append(out, Output{n.name, strconv.Itoa(n.n)})
	}
	out = append(out, Output{"breached-rules", lines(breachedRules(r))}, Output{"digests", lines(digests(r, false))}, Output{"passed-digests", lines(digests(r, true))})
	next, soon := r.NextDue()
	out = append(out, Output{"due-soon", strconv.Itoa(soon)}, Output{"next-due", next})
	out = append(out, Output{"sarif", safe.Line(paths["sarif"])}, Output{"sarif-files", cmp.Or(safe.Line(paths["sarif-files"]), "[]")})
	for _, format := range []string{"json", "html", "junit", "gitlab", "markdown", "comment", "attestation"} {
		out = append(out, Output{format, safe.Line(paths[format])})
	}
	return out
}

func breachedRules(r report.Run) []string {
	var names []string
	for i := range r.Images {
		for _, rule := range r.Images[i].Verdict.Breached() {
			if !slices.Contains(names, rule.Name) {
				names = append(names, rule.Name)
			}
		}
	}
	return names
}

// digests returns the pinned images of the run; with passed, only those whose own verdict is pass.
func digests(r report.Run, passed bool) []string {
	var out []string
	for i := range r.Images {
		img := &r.Images[i]
		switch {
		case img.Ref.Digest == "" || passed && img.Verdict.Outcome != policy.Passed:
		case passed && img.Partial:
			for _, c := range img.Children {
				out = append(out, img.Ref.Repository+"@"+c.Digest)
			}
		default:
			out = append(out, img.Ref.Pinned())
		}
	}
	return out
}

// lines formats a list as one output, one entry per line.
func lines(list []string) string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = safe.Line(s)
	}
	return strings.Join(clean, "\n")
}
