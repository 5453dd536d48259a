// Package doctor finds out why an image has no scan, or why it cannot be checked, and what to change.
//
// The gate waits, because a scan may still come. The doctor does not: it asks AWS each question once and
// judges what is there. First it gathers everything that it can learn (gather.go), then it judges that
// without asking more, so that a later answer can explain an earlier one: a missing scan is explained by
// the registry's filters, or by Amazon Inspector.
package doctor

import (
	"context"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Config says what to diagnose.
type Config struct {
	Image scan.Image
	// Platforms, if any, are the only ones of an index that matter.
	Platforms []scan.Platform
	// StartScan is set when the gate may request a scan.
	StartScan bool
	// NoInspector is set when the gate does not ask Amazon Inspector whether its scan is done.
	NoInspector bool
}

// A Status is what a check found.
type Status string

// The statuses. Unknown alone does not keep an image from being checked.
const (
	OK      Status = "ok"
	Problem Status = "problem"
	Unknown Status = "unknown"
)

// A Check is one thing that was looked at.
type Check struct {
	// Name is credentials, account, region, connection, clock, repository, image, skipped, scan type, filters,
	// frequency, scan, inspector or permission.
	Name string
	// Platform is that of a manifest of an index; empty for everything else.
	Platform string
	Status   Status
	// Message is a phrase in lower case, without a period.
	Message string
	// Permission is the IAM action that the check is about, or that it would have needed; empty for none.
	Permission string
	Fix
	// cause takes the place of the message in the answer; empty for the message.
	cause string
}

// A Fix is what to change. All of it can be empty.
type Fix struct {
	// Advice is a sentence.
	Advice string
	// Command can be pasted into a shell.
	Command string
	// Statement belongs in an IAM policy; nil for none.
	Statement *Statement
}

// An Outcome says whether the gate can check the image.
type Outcome string

// The outcomes.
const (
	Ready   Outcome = "ready"   // it can
	Blocked Outcome = "blocked" // there is a problem
	Unclear Outcome = "unclear" // not even that could be found out
)

// A Diagnosis is the result.
type Diagnosis struct {
	// Image is pinned to its digest, if that was found.
	Image   scan.Image
	Outcome Outcome
	// Answer is one sentence, without a period.
	Answer string
	Checks []Check
}

// Examine diagnoses an image. An error means that the image has no region, or is that of the context.
func Examine(ctx context.Context, client *ecr.Client, c Config) (*Diagnosis, error) {
	f, err := gather(ctx, client, c)
	if err != nil {
		return nil, err
	}
	d := f.judge()
	d.Rewrite(redact.Text) // errors can quote endpoint and proxy URLs, with passwords
	return d, nil
}

// Rewrite applies f to every text of the diagnosis.
func (d *Diagnosis) Rewrite(f func(string) string) {
	d.Answer = f(d.Answer)
	for i := range d.Checks {
		c := &d.Checks[i]
		for _, text := range []*string{&c.Message, &c.Permission, &c.Advice, &c.Command} {
			*text = f(*text)
		}
	}
}
