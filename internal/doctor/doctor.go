// Package doctor finds out why an image has no scan, or why it cannot be checked, and what to change.
//
// The gate waits, because a scan may still come. The doctor does not: it makes each call once and judges the
// result. It gathers all facts first (gather.go) and then judges them without more calls, so that a later
// response can explain an earlier one: the registry's filters, or Amazon Inspector, explain a missing scan.
package doctor

import (
	"context"

	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Config is what to diagnose.
type Config struct {
	Image scan.Image
	// Platforms, if any, are the only ones of an index that matter.
	Platforms []scan.Platform
	// StartScan is set if the gate may request a scan.
	StartScan bool
	// NoInspector is set if the gate does not ask Amazon Inspector whether its scan is done.
	NoInspector bool
}

// A Status is the result of a check.
type Status string

// The statuses. Unknown alone does not keep an image from being checked.
const (
	OK      Status = "ok"
	Problem Status = "problem"
	Unknown Status = "unknown"
)

// A Check is one thing that was examined.
type Check struct {
	// Name is credentials, account, region, connection, clock, repository, image, skipped, scan type, filters,
	// frequency, scan, inspector or permission.
	Name string
	// Platform is the platform of a manifest in an index; else empty.
	Platform string
	Status   Status
	// Message is a phrase in lower case, without a period.
	Message string
	// Permission is the IAM action that the check is about or would have needed; empty for none.
	Permission string
	Fix
	// cause replaces the message in the answer; empty to use the message.
	cause string
}

// A Fix is what to change. Any field can be empty.
type Fix struct {
	// Advice is a sentence.
	Advice string
	// Command can be pasted into a shell.
	Command string
	// Statement belongs in an IAM policy; nil for none.
	Statement *Statement
}

// An Outcome is whether the gate can check the image.
type Outcome string

// The outcomes.
const (
	Ready   Outcome = "ready"   // it can
	Blocked Outcome = "blocked" // there is a problem
	Unclear Outcome = "unclear" // no diagnosis was possible
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

// Examine diagnoses an image. An error means that the image has no region or that the context ended.
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
