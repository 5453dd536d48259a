package github

import (
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
	"github.com/ecrgate/ecrgate/scan"
)

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

// maxAnnotation is how long a message GitHub keeps.
const maxAnnotation = 4000

// Annotations returns at most ten annotations: the headline of each image that needs attention, then the
// exceptions that expire, then the worst counted findings.
func Annotations(r report.Run) []Annotation {
	if r.Problem != "" {
		return []Annotation{{Level: "error", Title: "ecrgate: nothing was checked", Message: safe.Cut(safe.Text(r.Problem), maxAnnotation)}}
	}
	out := headlines(r)
	if text := expiring(r); text != "" {
		out = append(out, annotation(&r, "warning", "ecrgate: exceptions that have expired or soon will", text))
	}
	for i := range r.Images {
		img := &r.Images[i]
		for k := range img.Verdict.Findings {
			if len(out) >= maxAnnotations {
				return out[:maxAnnotations]
			}
			if f := &img.Verdict.Findings[k]; f.Disposition == policy.Counted {
				out = append(out, findingAnnotation(img, f, r))
			}
		}
	}
	return out[:min(len(out), maxAnnotations)]
}

// headlines returns the headlines, the most urgent first; if there are too many, the last one counts the
// rest.
func headlines(r report.Run) []Annotation {
	var out []Annotation
	for _, img := range r.ByUrgency() {
		if a, ok := headlineAnnotation(img, r); ok {
			out = append(out, a)
		}
	}
	if n := len(out) - maxAnnotations + 1; n > 1 {
		out = append(out[:maxAnnotations-1], annotation(&r, out[maxAnnotations-1].Level, "ecrgate: more images", report.Number(n, "more image")+" of this run need attention: see the job summary"))
	}
	return out
}

// expiring returns the urgent exceptions of all images, each once.
func expiring(r report.Run) string {
	var all []string
	for i := range r.Images {
		for _, x := range r.Images[i].Verdict.Exceptions {
			if text := report.ExceptionLabel(x); report.Urgent(x) && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return strings.Join(all, "; ")
}

// headlineAnnotation returns the headline of an image that needs attention.
func headlineAnnotation(img *report.Image, r report.Run) (Annotation, bool) {
	title := "ecrgate: " + img.Name()
	if day := r.AsOfDay(); day != "" {
		title += ", as of " + day
	}
	a := annotation(&r, "error", title, img.Headline())
	switch img.Status() {
	case report.StatusPass:
		a.Level = "warning"
		return a, len(img.Verdict.Breached()) > 0
	case report.StatusNotJudged:
		a.Level = "warning"
		return a, true
	}
	if r.ExitCode == 0 {
		a.Level = "warning"
		a.Message = sentences(a.Message, safe.Line(r.PolicyLine()))
	}
	if img.Hint != "" {
		a.Message = sentences(a.Message, safe.Line(img.Hint))
	}
	return a, true
}

func findingAnnotation(img *report.Image, f *policy.JudgedFinding, r report.Run) Annotation {
	message := fmt.Sprintf("%s %s in %s: %s", report.SeverityLabel(f.Finding), report.ID(f.Finding), img.Ref, strings.Join(report.PackageLabels(f.Finding), ", "))
	if len(f.Rules) > 0 {
		message += " (rule " + strings.Join(f.Rules, ", ") + ")"
	}
	if f.KnownExploited == scan.Yes {
		message += ", known exploited (KEV)"
	}
	if f.EPSS != nil {
		message += ", EPSS " + report.EPSSLabel(f.Finding)
	}
	return annotation(&r, "warning", report.ID(f.Finding), message)
}

func annotation(r *report.Run, level, title, message string) Annotation {
	a := Annotation{Level: level, Title: safe.Term(title), Message: safe.Cut(safe.Line(message), maxAnnotation)}
	if r.SARIF.Dockerfile != "" {
		a.File, a.Line = path.Clean(filepath.ToSlash(r.SARIF.Dockerfile)), max(1, r.SARIF.Line)
	}
	return a
}

// WriteAnnotations writes the annotations as commands, which the runner reads from standard output.
func WriteAnnotations(w io.Writer, r report.Run) (err error) {
	defer func() { // the library panics if it cannot write
		if p := recover(); p != nil {
			err = fmt.Errorf("writing GitHub annotations: %v", p)
		}
	}()
	action := githubactions.New(githubactions.WithWriter(w))
	for _, a := range Annotations(r) {
		a.issue(action)
	}
	return nil
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

// sentences joins two sentences; the first may already end with a period.
func sentences(a, b string) string { return strings.TrimRight(a, ". ") + ". " + b }
