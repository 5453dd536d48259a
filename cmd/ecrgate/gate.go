package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/internal/redact"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A gate judges the images of one run.
type gate struct {
	settings *settings
	policy   *policy.Policy
	client   *ecr.Client // nil when only saved responses are judged
	saved    saved
	now      time.Time
	deadline time.Time
	progress *progress

	baselineText func() ([]byte, error) // of a baseline that is a file: it is read once, for all images
}

func newGate(ctx context.Context, e env, s *settings, p *policy.Policy, files saved, now time.Time) (*gate, error) {
	g := &gate{settings: s, policy: p, saved: files, now: now, deadline: now.Add(s.timeout), progress: newProgress(e, now)}
	g.baselineText = sync.OnceValues(func() ([]byte, error) { return g.readBaseline(ctx) })
	for _, w := range s.warnings {
		g.progress.warn(w)
	}
	if err := g.unambiguousBaseline(); err != nil {
		return nil, err
	}
	if len(s.images) == 0 && !g.baselineIsImage() {
		return g, nil
	}
	var err error
	if g.client, err = connect(ctx, e, s, g.progress); err != nil {
		return nil, err
	}
	for _, img := range s.images {
		if _, err := g.client.Region(img); err != nil {
			return nil, err
		}
	}
	if g.baselineIsImage() {
		return g, g.checkBaseline()
	}
	return g, nil
}

// connect opens AWS as it is configured, or the transport that stands for it.
func connect(ctx context.Context, e env, s *settings, p *progress) (*ecr.Client, error) {
	if e.transport != nil {
		return ecr.New(e.transport, s.regionOr("us-east-1")), nil
	}
	c := ecr.Config{Region: s.region, Profile: s.profile, EndpointURL: s.endpoint, CABundle: s.caBundle}
	if s.debug {
		c.Debug = p.debug
	}
	ctx, cancel := s.reading(ctx, p.started)
	defer cancel()
	return parallel.Await(ctx, func() (*ecr.Client, error) { return ecr.Open(ctx, c) }) // which reads files
}

func (s *settings) regionOr(def string) string {
	if s.region != "" {
		return s.region
	}
	return def
}

// options say how to wait.
func (g *gate) options() ecr.Options {
	return ecr.Options{
		Deadline:     g.deadline,
		Timeout:      g.settings.timeout,
		MissingAfter: g.settings.missingAfter,
		Settle:       g.settings.settle,
		PollInterval: g.settings.pollInterval,
		StartScan:    g.settings.startScan,
		MaxAge:       g.policy.Scan.MaxAge,
		Progress:     g.progress.hear,
	}
}

// judgeAll judges every image side by side, each on its own; the order is that of the inputs.
func (g *gate) judgeAll(ctx context.Context) []report.Image {
	if len(g.settings.findings) > 0 {
		return parallel.Map(g.settings.findings, func(file string) report.Image { return redacted(g.judgeSaved(ctx, file)) })
	}
	var c claims
	return onePerImage(parallel.Map(g.settings.images, func(ref scan.Image) checked { return g.judgeReference(ctx, ref, &c) }))
}

// redacted masks passwords of endpoint and proxy URLs in everything that a report says of an image.
func redacted(img report.Image) report.Image {
	img.Err, img.Advice, img.Verdict.Err = redact.Error(img.Err), redact.Text(img.Advice), redact.Error(img.Verdict.Err)
	for i := range img.Notes {
		img.Notes[i] = redact.Text(img.Notes[i])
	}
	for i := range img.Children {
		img.Children[i].Err = redact.Error(img.Children[i].Err)
	}
	return img
}

// judgeReference resolves a reference and judges what it stands for, unless another reference has led
// to the same image.
func (g *gate) judgeReference(ctx context.Context, ref scan.Image, c *claims) checked {
	out := report.Image{Ref: ref, Notes: slices.Clone(g.settings.notes)}
	if endpoint := g.client.Endpoint(); endpoint != "" {
		out.Notes = append(out.Notes, "using endpoint "+endpoint+" instead of the AWS default")
	}
	target, err := g.client.Resolve(ctx, ref, g.settings.platforms, g.options())
	if err != nil {
		out = redacted(failed(out, err))
		ref.Digest = "" // it may not exist
		return checked{ref, &out}
	}
	if target.Image.Digest != "" && !c.claim(target.Image) {
		return checked{ref: target.Image}
	}
	out = redacted(g.judgeImage(ctx, out, target))
	return checked{target.Image, &out}
}

// judgeImage judges what a reference stands for.
func (g *gate) judgeImage(ctx context.Context, out report.Image, target *ecr.Target) report.Image {
	out.Ref, out.Partial = target.Image, target.Partial
	out.Notes = append(out.Notes, target.Notes...)
	if err := target.Complete(); err != nil {
		return failed(out, err)
	}
	known, err := g.baseline(ctx, target)
	if err != nil {
		return failed(out, err)
	}
	out.Notes = append(out.Notes, known.notes...)
	judged := parallel.Map(target.Manifests, func(m ecr.Manifest) child { return g.judgeManifest(ctx, target.Image, m, known) })
	out.Notes = append(out.Notes, g.clock()...)
	if !target.Index {
		return single(out, judged[0])
	}
	return index(out, judged)
}

// today is the time that dates are judged by: of a clock that is behind ECR's nobody should profit.
func (g *gate) today() time.Time {
	if g.client == nil {
		return g.now
	}
	return g.now.Add(g.client.Behind())
}

// clock is a note on a clock that is wrong.
func (g *gate) clock() []string {
	behind := g.client.Behind()
	if behind == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the clock of this machine is %s behind ECR's, by which dates were judged", behind)}
}

// failed is an image without a verdict.
func failed(out report.Image, err error) report.Image {
	out.Err, out.Advice = err, adviceOf(err)
	out.Verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	var none *scan.StatusError
	if errors.As(err, &none) {
		out.Scan.Status, out.Scan.Description = none.Status, none.Description
	}
	return out
}

// adviceOf finds the line on what to do, if an error has one.
func adviceOf(err error) string {
	var f *ecr.Error
	var none *scan.StatusError
	var moved *scan.IncompleteError
	switch {
	case errors.As(err, &f):
		return f.Hint
	case errors.As(err, &none):
		return none.Hint()
	case errors.As(err, &moved):
		return "the saved response is not complete: save it again, with all its pages (the AWS CLI gives them without --max-items and --no-paginate)"
	}
	return ""
}
