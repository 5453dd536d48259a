// Package report defines the results of one run of the gate, and their wording. Each format is a package
// below this one, with a function Write that writes a Run in one notation: text for people, JSON for
// programs, SARIF for code scanning, and so on. A format opens no files: the command decides which reports
// are written, and where.
package report

import (
	"io"
	"time"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/scan"
)

// A Format writes a run in one notation. Equal runs produce equal bytes.
type Format func(io.Writer, Run) error

// A Run is everything to report about one call of the gate. Several formats read it concurrently; none
// changes it.
type Run struct {
	// Version of ecrgate.
	Version string
	// Policy decided the verdicts; every report names its source and hash.
	Policy *policy.Policy
	// Mode is enforce, report or observe.
	Mode string
	// Verdict is the worst of the images' verdicts, ExitCode the process's exit code.
	Verdict  policy.Outcome
	ExitCode int
	// Started and Ended are when the run began and ended.
	Started time.Time
	Ended   time.Time
	Images  []Image
	// VEX is the effect of each statement of the VEX documents; empty without documents.
	VEX []vex.Use
	// ExploitData are the files behind the findings' EPSS and KnownExploited; empty without such data.
	ExploitData []exploit.File
	// AsOf is the end of the UTC day as of which the policy was evaluated; zero for the day of the run.
	AsOf time.Time
	// Problem is the usage error if no image was checked (ExitCode 2); else empty.
	Problem string
	// SARIF has the values of the sarif-* and dockerfile inputs.
	SARIF SARIFOptions
}

// SARIFOptions are the user's choices for the SARIF report.
type SARIFOptions struct {
	// Category is automationDetails.id; empty means ecrgate/<repository>/.
	Category string
	// CountedOnly leaves out findings that no rule counted.
	CountedOnly bool
	// Dockerfile is a file of the checkout to attach results and annotations to, at Line, its last
	// FROM line (the first line is 1). When it is empty, results point to <repository>/<package>.
	Dockerfile string
	Line       int
}

// An Image is one image of the run: a single manifest, or an index with children.
type Image struct {
	// Ref is the requested image. For an index, its Digest is that of the index; it is empty if the image
	// could not be resolved.
	Ref scan.Image
	// Saved is the file (- for standard input) of a saved response that names no repository. Ref is then
	// made from the file's name, and reports for people name the file instead. Else it is empty.
	Saved string
	// Platforms and Children are empty outside an index.
	Platforms []scan.Platform
	Children  []Manifest
	// Partial is set if the input platform left out platforms of the index: its children may pass, but not
	// the index.
	Partial bool
	// Judged means that every finding of every requested platform was read and evaluated. It is false for an
	// image that passes by an accepted status, and for one without a verdict.
	Judged bool
	// Accepted is the policy's reason for letting an unjudged image pass; else empty.
	Accepted string
	// Err is why there is no verdict, or not for every platform; else nil. Hint is what to do about it.
	Err  error
	Hint string
	Scan Scan
	// Verdict is merged over the image's platforms.
	Verdict policy.Verdict
	// VEX is the effect of each statement on the image; empty without documents or a verdict.
	VEX   []vex.Use
	Notes []string
	// Base is nil without a base image.
	Base *Base
}

// A Scan is the state of a scan. For an index it is the worst child's status, the oldest CompletedAt
// and LastScannedAt, and an empty Type or SettledBy when the children differ.
type Scan struct {
	Type        scan.Type
	Status      scan.Status
	Description string
	CompletedAt *time.Time
	// SettledBy is the evidence that all findings have arrived: basic, age, inspector, or time; empty
	// without a result and for a saved response.
	SettledBy string
	// LastScannedAt is the time of Amazon Inspector's last scan; nil if it was not asked or reports none.
	LastScannedAt *time.Time
}

// A Manifest is one manifest of an image, with its result.
type Manifest struct {
	// Platform is zero for a manifest outside an index.
	Platform scan.Platform
	Digest   string
	Scan     Scan
	Verdict  policy.Verdict
	// Accepted is the policy's reason for letting an unjudged manifest pass; else empty.
	Accepted string
	// Err is why there is no verdict; else nil. Hint is what to do about it.
	Err   error
	Hint  string
	VEX   []vex.Use
	Notes []string
}

// Judged reports whether the findings of the manifest were read and evaluated. It is false for a manifest
// that passes by an accepted status, and for one without a verdict.
func (m *Manifest) Judged() bool { return m.Verdict.Outcome != policy.Errored && m.Accepted == "" }
