package report

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// GitHub tells a GitHub Actions workflow of a run: outputs, the job summary and at most ten
// annotations, each where the runner gave a place for it. Commands go to w, which the runner reads.
// Paths are the files that were written, by format.
func GitHub(getenv func(string) string, w io.Writer, r Run, paths map[string]string) (err error) {
	defer func() { // the library panics when it cannot write
		if p := recover(); p != nil {
			err = fmt.Errorf("telling GitHub Actions: %v", p)
		}
	}()
	action := githubactions.New(githubactions.WithWriter(w), githubactions.WithGetenv(getenv))
	if getenv("GITHUB_OUTPUT") != "" {
		for _, o := range Outputs(r, paths) {
			action.SetOutput(o.Name, o.Value)
		}
	}
	if file := getenv("GITHUB_STEP_SUMMARY"); file != "" {
		if err := appendSummary(file, r); err != nil {
			return err
		}
	}
	for _, a := range Annotations(r) {
		a.issue(action)
	}
	return nil
}

// appendSummary adds the job summary to the runner's file, or nothing: a summary that is cut in the
// middle would say something else.
func appendSummary(file string, r Run) error {
	var b bytes.Buffer
	if r.Problem != "" {
		fmt.Fprintf(&b, "## ecrgate: nothing was judged\n\n<pre>%s</pre>\n", html.EscapeString(CleanText(r.Problem)))
	} else if err := Summary(&b, r); err != nil {
		return err
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("writing the job summary: %w", err)
	}
	_, err = f.Write(b.Bytes())
	if e := f.Close(); err == nil {
		err = e
	}
	return err
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
	out = append(out, Output{"digest", one.Ref.Digest}, Output{"scan-status", CleanLine(string(one.Scan.Status))}, Output{"scan-type", string(one.Scan.Type)})
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
		out = append(out, Output{format, CleanLine(paths[format])})
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
		if img.Ref.Digest != "" && (!passed || img.Verdict.Outcome == policy.Passed) {
			out = append(out, img.Ref.Pinned())
		}
	}
	return out
}

// outputDelimiter ends a value in the runner's file of outputs: the library always takes this one,
// so that no line of a value may be it.
const outputDelimiter = "_GitHubActionsFileCommandDelimeter_"

// lines puts a list into one value, a line each.
func lines(list []string) string {
	clean := make([]string, len(list))
	for i, s := range list {
		clean[i] = strings.ReplaceAll(CleanLine(s), outputDelimiter, "_")
	}
	return strings.Join(clean, "\n")
}

// An Annotation is a line that GitHub shows beside the job and the changed files.
type Annotation struct {
	// Level is error, warning or notice.
	Level   string
	Title   string
	Message string
	// File and Line are set when the dockerfile input names a file.
	File string
	Line int
}

// maxAnnotations is how many of a level GitHub keeps of a step.
// https://docs.github.com/en/rest/checks/runs
const maxAnnotations = 10

// Annotations are the headline of each image, then its worst counted findings, ten in all.
func Annotations(r Run) []Annotation {
	if r.Problem != "" {
		return []Annotation{{Level: "error", Title: "ecrgate: nothing was judged", Message: CleanText(r.Problem)}}
	}
	var out []Annotation
	for i := range r.Images {
		if a, ok := headAnnotation(&r.Images[i], r); ok && len(out) < maxAnnotations {
			out = append(out, a)
		}
	}
	for i := range r.Images {
		img := &r.Images[i]
		for k := range img.Verdict.Findings {
			if f := &img.Verdict.Findings[k]; f.Disposition == policy.Counted && len(out) < maxAnnotations {
				out = append(out, findingAnnotation(img, f, r))
			}
		}
	}
	return out
}

// headAnnotation is the headline of an image that somebody has to look at.
func headAnnotation(img *Image, r Run) (Annotation, bool) {
	a := r.annotation("error", "ecrgate: "+img.Ref.String(), headline(img))
	switch standing(img) {
	case "PASS":
		a.Level = "warning"
		return a, len(img.Verdict.Breached()) > 0
	case "NOT JUDGED":
		a.Level = "warning"
		return a, true
	}
	if r.ExitCode == 0 {
		a.Level = "warning"
		a.Message += ". " + CleanLine(judgeLine(r))
	}
	if img.Advice != "" {
		a.Message += ". " + CleanLine(img.Advice)
	}
	return a, true
}

func findingAnnotation(img *Image, f *policy.Judged, r Run) Annotation {
	message := fmt.Sprintf("%s %s in %s: %s", severityWord(f.Finding), idOf(f.Finding), img.Ref, strings.Join(packageWords(f.Finding), ", "))
	if len(f.Rules) > 0 {
		message += " (rule " + strings.Join(f.Rules, ", ") + ")"
	}
	return r.annotation("warning", idOf(f.Finding), message)
}

func (r *Run) annotation(level, title, message string) Annotation {
	a := Annotation{Level: level, Title: CleanLine(title), Message: CleanLine(message)}
	if r.SARIF.Dockerfile != "" {
		a.File, a.Line = path.Clean(filepath.ToSlash(r.SARIF.Dockerfile)), max(1, r.SARIF.Line)
	}
	return a
}

// issue prints the command; go-githubactions escapes its parts.
func (a Annotation) issue(action *githubactions.Action) {
	fields := map[string]string{"title": a.Title}
	if a.File != "" {
		fields["file"], fields["line"] = a.File, strconv.Itoa(a.Line)
	}
	action = action.WithFieldsMap(fields)
	switch a.Level {
	case "error":
		action.Errorf("%s", a.Message)
	case "warning":
		action.Warningf("%s", a.Message)
	default:
		action.Noticef("%s", a.Message)
	}
}
