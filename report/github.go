package report

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"html"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// WriteOutputs adds the outputs of the action to the runner's file (GITHUB_OUTPUT), or nothing. Paths
// are the files that were written, by format.
func WriteOutputs(getenv func(string) string, r Run, paths map[string]string) error {
	file := getenv("GITHUB_OUTPUT")
	if file == "" {
		return nil
	}
	var b bytes.Buffer
	if err := writeOutputs(&b, Outputs(r, paths), randomDelimiter); err != nil {
		return fmt.Errorf("writing the outputs: %w", err)
	}
	if err := appendFile(file, b.Bytes()); err != nil {
		return fmt.Errorf("writing GitHub's outputs: %w", err)
	}
	return nil
}

// Annotate writes at most ten annotations, as workflow commands, to w, which the runner reads.
func Annotate(getenv func(string) string, w io.Writer, r Run) (err error) {
	defer func() { // the library panics when it cannot write
		if p := recover(); p != nil {
			err = fmt.Errorf("writing GitHub's annotations: %v", p)
		}
	}()
	action := githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(getenv))
	for _, a := range Annotations(r) {
		a.issue(action)
	}
	return nil
}

// writeOutputs writes outputs as the runner reads them: each value between two lines with a delimiter
// of its own. A value that contains its delimiter could set other outputs, and is refused.
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
func randomDelimiter() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return "ecrgate_" + hex.EncodeToString(b[:])
}

// AppendSummary adds the job summary to the runner's file (GITHUB_STEP_SUMMARY), or nothing: a summary
// that is cut in the middle would say something else.
func AppendSummary(getenv func(string) string, r Run) error {
	file := getenv("GITHUB_STEP_SUMMARY")
	if file == "" {
		return nil
	}
	var b bytes.Buffer
	if r.Problem != "" {
		fmt.Fprintf(&b, "## ecrgate: nothing was judged\n\n<pre>%s</pre>\n", html.EscapeString(CleanText(r.Problem)))
	} else if err := Summary(&b, r); err != nil {
		return err
	}
	if err := appendFile(file, b.Bytes()); err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	return nil
}

func appendFile(file string, text []byte) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return cmp.Or(err, f.Close())
}

// An Output is an output of the action.
type Output struct{ Name, Value string }

// Outputs are the outputs of the action, in the order of action.yml: numbers, names and paths,
// never findings.
func Outputs(r Run, paths map[string]string) []Output {
	verdict := r.Verdict
	if verdict == "" {
		verdict = policy.Errored
	}
	out := []Output{{"verdict", string(verdict)}, {"exit-code", strconv.Itoa(r.ExitCode)}}
	var one Image
	if len(r.Images) == 1 {
		one = r.Images[0]
	}
	out = append(out, Output{"digest", value(one.Ref.Digest)}, Output{"scan-status", value(string(one.Scan.Status))}, Output{"scan-type", value(string(one.Scan.Type))})
	c := sum(r)
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
	for _, format := range []string{"sarif", "json", "html", "junit", "gitlab", "markdown"} {
		out = append(out, Output{format, value(paths[format])})
	}
	return out
}

func sum(r Run) policy.Counts {
	total := policy.Counts{Severities: map[scan.Severity]int{}}
	for i := range r.Images {
		c := r.Images[i].Verdict.Counts()
		for s, n := range c.Severities {
			total.Severities[s] += n
		}
		total.Total += c.Total
		total.Fixable += c.Fixable
		total.Counted += c.Counted
		total.Excepted += c.Excepted
		total.Known += c.Known
	}
	return total
}

func breachedRules(r Run) []string {
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

// digests are the pinned images of the run; passed ones have a verdict of their own that is pass.
func digests(r Run, passed bool) []string {
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

// value makes text from strangers safe as a line of an output.
func value(s string) string { return CleanLine(s) }

// lines puts a list into one output, a line each.
func lines(list []string) string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = value(s)
	}
	return strings.Join(clean, "\n")
}
