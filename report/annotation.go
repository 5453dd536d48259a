package report

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sethvargo/go-githubactions"

	"github.com/ecrgate/ecrgate/policy"
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

// Annotations are the headline of each image that somebody has to look at, then the exceptions that
// end, then the worst counted findings: ten in all.
func Annotations(r Run) []Annotation {
	if r.Problem != "" {
		return []Annotation{{Level: "error", Title: "ecrgate: nothing was judged", Message: cutText(CleanText(r.Problem), maxAnnotation)}}
	}
	out := heads(r)
	if ending := ending(r); ending != "" {
		out = append(out, r.annotation("warning", "ecrgate: exceptions that have ended or soon will", ending))
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

// heads are the headlines, the most urgent first; where there are too many the last counts the rest.
func heads(r Run) []Annotation {
	var out []Annotation
	for _, img := range byUrgency(r) {
		if a, ok := headAnnotation(img, r); ok {
			out = append(out, a)
		}
	}
	if n := len(out) - maxAnnotations + 1; n > 1 {
		out = append(out[:maxAnnotations-1], r.annotation(out[maxAnnotations-1].Level, "ecrgate: more images", number(n, "more image")+" of this run need a look: the job summary has all of them"))
	}
	return out
}

// ending are the exceptions of all images that have ended or soon will, each once.
func ending(r Run) string {
	var all []string
	for i := range r.Images {
		for _, x := range r.Images[i].Verdict.Exceptions {
			if text := exceptionWords(x); isUrgent(x) && !slices.Contains(all, text) {
				all = append(all, text)
			}
		}
	}
	return strings.Join(all, "; ")
}

// headAnnotation is the headline of an image that somebody has to look at.
func headAnnotation(img *Image, r Run) (Annotation, bool) {
	a := r.annotation("error", "ecrgate: "+img.name(), headline(img))
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
		a.Message = sentences(a.Message, CleanLine(judgeLine(r)))
	}
	if img.Advice != "" {
		a.Message = sentences(a.Message, CleanLine(img.Advice))
	}
	return a, true
}

func findingAnnotation(img *Image, f *policy.JudgedFinding, r Run) Annotation {
	message := fmt.Sprintf("%s %s in %s: %s", severityWord(f.Finding), idOf(f.Finding), img.Ref, strings.Join(packageWords(f.Finding), ", "))
	if len(f.Rules) > 0 {
		message += " (rule " + strings.Join(f.Rules, ", ") + ")"
	}
	return r.annotation("warning", idOf(f.Finding), message)
}

func (r *Run) annotation(level, title, message string) Annotation {
	a := Annotation{Level: level, Title: term(title), Message: cutText(CleanLine(message), maxAnnotation)}
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

// sentences puts two sentences together, the first of which may have its full stop already.
func sentences(a, b string) string { return strings.TrimRight(a, ". ") + ". " + b }
