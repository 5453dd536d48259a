// Package report tells what a run of the gate found, in one notation a file: text for people,
// JSON for programs, SARIF for code scanning, and so on. A Format writes a Run to a writer and
// does nothing else; which reports are written, and where to, is the command's business.
package report

import (
	"io"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A Format writes a run in one notation. The same run gives the same bytes.
type Format func(io.Writer, Run) error

// A Run is everything that one call of the gate has to tell. It is read by several formats at the
// same time and changed by none.
type Run struct {
	// Version of ecrgate.
	Version string
	// Policy is the judge: source and hash are told in every report.
	Policy *policy.Policy
	// Mode is enforce, report or observe.
	Mode string
	// Verdict is the worst of the images'; ExitCode is the code that the process gives.
	Verdict  policy.Outcome
	ExitCode int
	// Started and Ended frame the run, for formats that want times.
	Started time.Time
	Ended   time.Time
	Images  []Image
	// Problem says, in a run that judged nothing (ExitCode 2), what was wrong with it; else empty.
	Problem string
	// SARIF holds the choices of the sarif-* and dockerfile inputs.
	SARIF SARIFOptions
}

// SARIFOptions are choices of the user for the SARIF report.
type SARIFOptions struct {
	// Category is automationDetails.id; empty: ecrgate/<repository>/.
	Category string
	// CountedOnly leaves out findings that no rule counted.
	CountedOnly bool
	// Dockerfile is a file of the checkout to hang results on, Line its last FROM line (1 is the
	// first). Empty: results are hung on <repository>/<package>.
	Dockerfile string
	Line       int
	// Warn, when not nil, is told a sentence for everything that the report has no room for.
	Warn func(string)
}

// An Image is one image reference that was asked for: a single manifest, or an index with children.
type Image struct {
	// Ref is the image asked for; its Digest is that of the index when it is one, and empty when the
	// image could not be resolved.
	Ref scan.Image
	// Saved is the file (- is standard input) of a saved response that names no repository; Ref is then
	// made of the file's name, and reports for people say the file's instead. Else it is empty.
	Saved string
	// Platforms and Children are empty outside an index.
	Platforms []scan.Platform
	Children  []Child
	// Partial is set when platforms of the index were left out by the input platform: only its
	// children passed, not the index.
	Partial bool
	// Judged is false for an image that passes by an accepted status, and for one without a verdict.
	Judged bool
	// Complete is true when the findings of every platform asked for were read to the end.
	Complete bool
	// Accepted says why an image that was not judged passes: the reason of the policy; else empty.
	Accepted string
	// Err says why there is no verdict, or no full one; nil otherwise. Advice is what to do about it.
	Err    error
	Advice string
	Scan   Scan
	// Verdict is the image's, merged over its platforms.
	Verdict policy.Verdict
	Notes   []string
}

// A Scan is the head of a scan. Of an index it is the worst child's status, the oldest CompletedAt,
// and an empty Type when the children differ.
type Scan struct {
	Type        scan.Type
	Status      scan.Status
	Description string
	CompletedAt *time.Time
}

// A Child is one manifest of an index that was to be judged.
type Child struct {
	Platform scan.Platform
	Digest   string
	Scan     Scan
	Verdict  policy.Outcome
	Judged   bool
	Err      error
}
