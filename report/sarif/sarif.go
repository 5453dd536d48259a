// Package sarif writes the report for GitHub code scanning, SARIF 2.1.0.
//
// A vulnerability is a rule; a vulnerability in one package at one path is a result; a repository is a
// run. Rules, locations and fingerprints hold nothing that changes between builds, so that an alert
// stays the same alert. A repository with an image that was not judged, or not completely, has no run:
// a run without its findings would close their alerts.
package sarif

import (
	"io"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/jsonw"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

const schema = "https://json.schemastore.org/sarif-2.1.0.json"

// Limits of GitHub code scanning, which rejects a whole file over one of them.
// https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads
const (
	maxRuns     = 20
	maxResults  = 25_000 // of a run
	keptResults = 5_000  // of a run: code scanning accepts the rest and drops it
	maxGzip     = 10_000_000
	maxText     = 1024
)

// A Log is what the SARIF file of a run holds ("log file" is the standard's word for it).
type Log struct {
	// Runs is the number of runs. A file without runs must not be uploaded: it closes every alert.
	Runs int
	// Warnings are sentences on what the log leaves out: repositories without a run, and results that
	// do not fit into GitHub's limits.
	Warnings []string

	runs []*run
	from report.Run
}

// Plan decides what the log holds.
func Plan(r report.Run) *Log {
	runs, holes := planRuns(r)
	return newLog(r, worstRuns(runs), holes)
}

// PlanDirectory decides what the logs of a directory hold, each of which is uploaded by itself: 20
// repositories at most, in the order of the images. It returns none when there is no run.
func PlanDirectory(r report.Run) []*Log {
	runs, holes := planRuns(r)
	var logs []*Log
	for part := range slices.Chunk(runs, maxRuns) {
		logs = append(logs, newLog(r, part, holes))
		holes = nil
	}
	return logs
}

// newLog returns a log of the runs that stays within the limits.
func newLog(r report.Run, runs []*run, warnings []string) *Log {
	l := &Log{Runs: len(runs), Warnings: warnings, runs: runs, from: r}
	for _, s := range runs {
		s.limit()
	}
	l.fit(maxGzip)
	for _, s := range runs {
		l.Warnings = append(l.Warnings, s.cuts...)
	}
	return l
}

// Write plans and writes the log of a run.
func Write(out io.Writer, r report.Run) error { return Plan(r).Write(out) }

// Write writes the log, one element at a time.
func (l *Log) Write(out io.Writer) error {
	w := jsonw.New(out)
	w.Token(jsontext.BeginObject)
	w.Member("version", "2.1.0")
	w.Member("$schema", schema)
	w.Name("runs")
	w.Token(jsontext.BeginArray)
	for _, s := range l.runs {
		s.write(w, l.from)
	}
	w.Token(jsontext.EndArray)
	w.Token(jsontext.EndObject)
	return w.Err()
}

func (s *run) write(w *jsonw.Writer, r report.Run) {
	w.Token(jsontext.BeginObject)
	w.Name("tool")
	w.Token(jsontext.BeginObject)
	w.Name("driver")
	w.Token(jsontext.BeginObject)
	w.Member("name", "ecrgate")
	w.Member("informationUri", report.ToolURI)
	w.Member("version", safe.Term(r.Version))
	if semantic.MatchString(r.Version) {
		w.Member("semanticVersion", r.Version)
	}
	w.Name("rules")
	w.Token(jsontext.BeginArray)
	for _, rule := range s.rules {
		w.Value(rule.descriptor(s))
	}
	w.Token(jsontext.EndArray)
	w.Token(jsontext.EndObject)
	w.Token(jsontext.EndObject)
	w.Member("automationDetails", sarif.NewRunAutomationDetails().WithID(s.category))
	w.Member("columnKind", "utf16CodeUnits")
	w.Member("invocations", []*sarif.Invocation{s.invocation()})
	w.Name("results")
	w.Token(jsontext.BeginArray)
	for i := range s.results {
		w.Value(s.results[i].value(s, r.SARIF))
	}
	w.Token(jsontext.EndArray)
	w.Member("properties", s.properties(r))
	w.Token(jsontext.EndObject)
}

// https://semver.org
var semantic = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$`)

// invocation returns the notifications on what was cut.
func (s *run) invocation() *sarif.Invocation {
	inv := sarif.NewInvocation().WithExecutionSuccess(true)
	for _, text := range s.cuts {
		inv.ToolExecutionNotifications = append(inv.ToolExecutionNotifications,
			&sarif.Notification{Level: "warning", Message: sarif.NewTextMessage(text)})
	}
	return inv
}

// properties say what the run is about, for readers of the file.
func (s *run) properties(r report.Run) sarif.Properties {
	digests := []string{}
	var notes, bases []string
	for _, img := range s.images {
		digests = append(digests, safe.Line(img.Ref.Pinned()))
		for _, note := range img.AllNotes() {
			notes = append(notes, safe.Cut(safe.Line(img.Ref.String()+": "+note), maxText))
		}
		if line := img.BaseLine(); line != "" {
			bases = append(bases, safe.Cut(safe.Line(img.Ref.String()+": "+line), maxText))
		}
	}
	p := sarif.Properties{"images": digests, "verdict": string(r.Verdict), "mode": r.Mode}
	if r.Policy != nil {
		p["policy"] = safe.Cut(safe.Line(r.Policy.Source), maxText) + " sha256:" + r.Policy.SHA256[:min(12, len(r.Policy.SHA256))]
	}
	if len(bases) > 0 {
		p["baseImages"] = bases
	}
	if len(notes) > 0 {
		p["notes"] = notes
	}
	if data := r.DataLine(); data != "" {
		p["data"] = safe.Line(data)
	}
	return p
}
