// Package gate checks images:
//
//	resolve → await → page → evaluate
//
// It resolves references to manifests, waits for their scans, reads all findings, and evaluates the policy.
// Each image gets its own verdict: pass and fail come only from a complete, settled set of findings of a
// pinned digest, or from a scan status that the policy accepts by name; anything else is an error that says
// what happened and what to do. The package knows neither flags nor files nor exit codes.
package gate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A Config is what to check, and how.
type Config struct {
	// Images are the references to check, or Saved the saved responses.
	Images []scan.Image
	Saved  []Saved
	// Platforms, if any, are the only ones of an index to check.
	Platforms []scan.Platform
	Policy    *policy.Policy
	// Baseline is nil for none.
	Baseline *Baseline
	// Base is nil without a base image.
	Base *Base
	// NewBase is a base image to compare Base with; nil for none.
	NewBase *NewBase
	// VEX are the documents whose statements are exceptions; nil for none.
	VEX *vex.Documents
	// Exploit is added to every finding before the policy is evaluated.
	Exploit exploit.Data
	// EPSSFromInspector takes the EPSS scores from Amazon Inspector, finding by finding.
	EPSSFromInspector bool
	// Wait configures the waiting. The gate sets MaxAge, Unresolved and AcceptsStatus itself.
	Wait ecr.Options
	// Now is the time, by this machine's clock, that dates are compared with.
	Now time.Time
	// AsOf, if not zero, is a later time as of which the policy is evaluated instead of Now.
	AsOf time.Time
	// CountsOnly is set if, with more than report.Fleet images, no report lists the findings that no rule
	// counts, so that the gate can drop their details.
	CountsOnly bool
	// Notes are added to the report on every image.
	Notes []string
	// Warn receives warnings while the gate runs.
	Warn func(text string)
}

// A Gate checks the images of one run.
type Gate struct {
	Config
	client  *ecr.Client // nil if nothing is read from AWS
	claims  claims
	epss    epssDays
	counted sync.Map // numbers → *scan.Finding: findings without details
	// What the images are compared with is read once for all of them.
	targets  once[*ecr.Target]
	findings once[[]scan.Finding]
}

// New returns a gate. It does not check the configuration; call Validate first.
func New(c Config) *Gate { return &Gate{Config: c} }

// Validate checks the configuration without calling AWS.
func (g *Gate) Validate() error {
	var wrong []error
	if g.Baseline != nil {
		wrong = append(wrong, g.Baseline.validate())
	}
	if g.Base != nil {
		wrong = append(wrong, g.Base.validate())
	}
	if g.NewBase != nil {
		wrong = append(wrong, oneReference("new-base", g.NewBase.Name, g.NewBase.IsFile))
	}
	return errors.Join(wrong...)
}

// NeedsAWS reports whether the gate must be connected.
func (g *Gate) NeedsAWS() bool {
	return len(g.Images) > 0 || len(g.compared()) > 0
}

// Connect sets the client. It returns an error if a reference has no region.
func (g *Gate) Connect(client *ecr.Client) error {
	g.client = client
	for _, img := range g.Images {
		if _, err := client.Region(img); err != nil {
			return err
		}
	}
	if g.EPSSFromInspector {
		if err := client.CheckEPSS(); err != nil {
			return fmt.Errorf("epss: inspector: %w", err)
		}
	}
	if len(g.Images) > 0 { // what they are compared with can have the region of the image
		return nil
	}
	refs := g.compared()
	for _, input := range slices.Sorted(maps.Keys(refs)) {
		if _, err := client.Region(refs[input]); err != nil {
			return fmt.Errorf("%s: %w", input, err)
		}
	}
	return nil
}

// compared returns the references that the images are compared with, by input.
func (g *Gate) compared() map[string]scan.Image {
	refs := map[string]scan.Image{}
	if g.Baseline != nil && !g.Baseline.IsFile {
		refs["baseline"], _ = g.Baseline.reference("repository") // checked by Validate
	}
	if g.Base != nil && !g.Base.IsFile {
		refs["base"], _ = scan.ParseImage(g.Base.Name)
	}
	if g.NewBase != nil && !g.NewBase.IsFile {
		refs["new-base"], _ = scan.ParseImage(g.NewBase.Name)
	}
	return refs
}

// Check checks all images concurrently, each on its own, and returns them in the order of the configuration.
// References to the same image become one.
func (g *Gate) Check(ctx context.Context) []report.Image {
	if len(g.Saved) > 0 {
		return parallel.Map(g.Saved, func(s Saved) report.Image { return redacted(g.checkSaved(ctx, s)) })
	}
	return onePerImage(parallel.Map(g.Images, func(ref scan.Image) checked { return g.checkReference(ctx, ref) }))
}

// checkReference resolves a reference and checks its image, unless another reference already led to the same
// image.
func (g *Gate) checkReference(ctx context.Context, ref scan.Image) checked {
	out := report.Image{Ref: ref, Notes: slices.Clone(g.Notes)}
	if endpoint := g.client.Endpoint(); endpoint != "" {
		out.Notes = append(out.Notes, "using endpoint "+endpoint+" instead of the AWS default")
	}
	target, err := (*ecr.Target)(nil), g.exploitDataError()
	if err == nil {
		target, err = g.client.Resolve(ctx, ref, g.Platforms, g.options())
	}
	if err != nil {
		out = redacted(failed(out, err))
		ref.Digest = "" // there may be no such image
		return checked{ref, &out}
	}
	if target.Image.Digest != "" && !g.claims.claim(target.Image) {
		return checked{ref: target.Image}
	}
	out = redacted(g.checkTarget(ctx, out, target))
	return checked{out.Ref, &out}
}

// checkTarget checks the manifests of a resolved reference.
func (g *Gate) checkTarget(ctx context.Context, out report.Image, target *ecr.Target) report.Image {
	out.Ref, out.Partial = target.Image, len(target.Unwanted) > 0
	out.Notes = append(out.Notes, target.Notes...)
	if err := target.Complete(); err != nil {
		return failed(out, err)
	}
	base, err := g.baseline(ctx, target)
	if err != nil {
		return failed(out, err)
	}
	out.Notes = append(out.Notes, base.notes...)
	layers, err := g.onBase(ctx, &out, target, attributionOf)
	if err != nil {
		return failed(out, err)
	}
	var list []report.Manifest
	var newer *newFindings
	parallel.Do(func() {
		list = parallel.Map(target.Manifests, func(m ecr.Manifest) report.Manifest {
			return g.checkManifest(ctx, target.Image, m, base, layers)
		})
	}, func() { newer = g.readNewBase(ctx, target.Image, &layers, g.platformsOf(target, &layers)) })
	if behind := g.client.Behind(); behind != 0 {
		out.Notes = append(out.Notes, fmt.Sprintf("the clock of this machine is %s behind ECR's, so dates are compared with ECR's", behind))
	}
	return g.countsOnly(g.compareBases(fold(out, target.Index, list), newer, layers.layers()))
}

// options returns how to wait for the scans of the images to check.
func (g *Gate) options() ecr.Options {
	o := g.Wait
	o.MaxAge = g.Policy.Scan.MaxAge
	return o
}

// today returns the time that dates are compared with. A clock that is behind ECR's must not extend an
// exception.
func (g *Gate) today() time.Time {
	now := g.Now
	if g.client != nil {
		now = now.Add(g.client.Behind())
	}
	if g.AsOf.After(now) {
		return g.AsOf
	}
	return now
}

// failed returns an image without a verdict.
func failed(out report.Image, err error) report.Image {
	out.Err, out.Hint = err, hintOf(err)
	out.Verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	var status *scan.StatusError
	if errors.As(err, &status) {
		out.Scan.Status, out.Scan.Description = status.Status, status.Description
	}
	return out
}

// hintOf returns the hint of an error; empty if it has none.
func hintOf(err error) string {
	var failure *ecr.Error
	var status *scan.StatusError
	var incomplete *scan.IncompleteError
	switch {
	case errors.As(err, &failure):
		return failure.Hint
	case errors.As(err, &status):
		return status.Hint()
	case errors.As(err, &incomplete):
		return "save the complete response again, with all its pages (with the AWS CLI: without --max-items and --no-paginate)"
	}
	return ""
}

// redacted masks passwords of endpoint and proxy URLs in everything that a report says about an image.
func redacted(img report.Image) report.Image {
	img.Err, img.Hint, img.Verdict.Err = redact.Error(img.Err), redact.Text(img.Hint), redact.Error(img.Verdict.Err)
	for i := range img.Notes {
		img.Notes[i] = redact.Text(img.Notes[i])
	}
	for i := range img.Children {
		c := &img.Children[i]
		c.Err, c.Verdict.Err = redact.Error(c.Err), redact.Error(c.Verdict.Err)
	}
	return img
}
