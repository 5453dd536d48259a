package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A child is one manifest with what became of it.
type child struct {
	report.Child
	verdict  policy.Verdict
	accepted string // why a manifest that was not judged passes
	unseen   bool   // its manifest could not be had: it may be an index
	digest   string
	notes    []string
}

// judgeManifest awaits, reads and judges one manifest.
func (g *gate) judgeManifest(ctx context.Context, img scan.Image, m ecr.Manifest, known known) child {
	c := child{Child: report.Child{Platform: m.Platform, Digest: m.Digest}, unseen: m.Unresolved}
	img.Digest = m.Digest
	options := g.options()
	options.Unresolved = m.Unresolved
	result, err := g.client.Read(ctx, img, m.Platform, options)
	if err != nil {
		return g.unread(c, img, err)
	}
	c.notes, c.digest = result.Notes, result.Scan.Image.Digest
	if err := known.excludes(c.digest); err != nil { // the digest may have been unknown until now
		return g.unread(c, img, fmt.Errorf("baseline: %w", err))
	}
	if err := g.tellType(ctx, img, result.Scan); err != nil {
		return g.unread(c, img, err)
	}
	return g.judge(ctx, c, result.Scan, known)
}

// judge gives a verdict over a complete, settled scan.
func (g *gate) judge(ctx context.Context, c child, s *scan.Scan, known known) child {
	c.Scan = report.Scan{Type: s.Type, Status: s.Status, Description: s.Description, CompletedAt: s.CompletedAt}
	ctx, cancel := g.evaluating(ctx)
	defer cancel()
	c.verdict = g.policy.Evaluate(ctx, s, known.findings, g.today())
	c.Verdict, c.Err, c.Judged = c.verdict.Outcome, c.verdict.Err, c.verdict.Outcome != policy.Errored
	return c
}

// evaluating bounds the evaluation by the timeout. A result that arrived with the last look at the
// deadline still has a moment.
func (g *gate) evaluating(ctx context.Context) (context.Context, context.CancelFunc) {
	end := g.deadline
	if moment := time.Now().Add(evaluationMoment); end.Before(moment) {
		end = moment
	}
	return context.WithDeadlineCause(ctx, end, ecr.Timeout(g.settings.timeout))
}

// evaluationMoment is longer than any policy needs for 25,000 findings, except one made to be slow.
const evaluationMoment = 5 * time.Second

// unread takes a manifest without findings: no verdict, unless the policy accepts its status.
func (g *gate) unread(c child, img scan.Image, err error) child {
	var none *scan.StatusError
	if errors.As(err, &none) {
		c.Scan.Status, c.Scan.Description = none.Status, none.Description
		a, ok := g.policy.Accepts(img, none.Status, none.Description, g.today())
		switch {
		case ok && c.unseen:
			err = perhapsIndex(none)
		case ok:
			return accepted(c, a)
		}
		if a, ok := g.policy.ExpiredAcceptance(img, none.Status, none.Description, g.today()); ok {
			c.notes = append(c.notes, fmt.Sprintf("the policy accepted %s until %s: %s", a.Status, a.Expires.Format(time.DateOnly), a.Reason))
		}
	}
	c.Err, c.Verdict = err, policy.Errored
	c.verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	return c
}

// perhapsIndex is the error for a status that the policy accepts, of what may be an index: it would
// say nothing about the children, who carry the findings.
func perhapsIndex(none *scan.StatusError) error {
	return &ecr.Error{
		Op:   "accepting a status",
		Err:  fmt.Errorf("%w; the policy accepts that, but the manifest could not be looked up, and of an index no status is accepted", none),
		Hint: "allow ecr:BatchGetImage to this role, so that an image can be told from an index",
	}
}

// accepted passes a manifest that was not judged, by the policy's own word.
func accepted(c child, a policy.Accept) child {
	c.accepted, c.Verdict = a.Reason, policy.Passed
	c.verdict = policy.Verdict{Outcome: policy.Passed}
	text := fmt.Sprintf("NOT JUDGED: the policy accepts %s: %s", a.Status, a.Reason)
	if c.Scan.Description != "" {
		text += "; the answer was: " + c.Scan.Description
	}
	c.notes = append(c.notes, text)
	return c
}

// tellType asks the registry for the kind of scan where the policy demands one and the result does
// not tell.
func (g *gate) tellType(ctx context.Context, img scan.Image, s *scan.Scan) error {
	if g.policy.Scan.Type == "" || s.Type != "" {
		return nil
	}
	t, err := g.client.ScanType(ctx, img, g.options())
	if err != nil {
		return fmt.Errorf("the policy demands a scan of type %s, and the result does not tell its type: %w", g.policy.Scan.Type, err)
	}
	s.Type = t
	return nil
}

// single makes an image of its one manifest.
func single(out report.Image, c child) report.Image {
	if out.Ref.Digest == "" {
		out.Ref.Digest = c.digest
	}
	out.Scan, out.Judged, out.Accepted, out.Verdict = c.Scan, c.Judged, c.accepted, c.verdict
	out.Complete = c.Judged
	out.Notes = append(out.Notes, c.notes...)
	if c.Err != nil {
		out.Err, out.Advice = c.Err, adviceOf(c.Err)
	}
	return out
}

// index makes an image of the children of an index.
func index(out report.Image, children []child) report.Image {
	if len(children) == 0 {
		return failed(out, errors.New("the index holds nothing that can be judged"))
	}
	out.Judged, out.Complete = true, true
	var verdicts []policy.PlatformVerdict
	var errs, reasons []string
	for _, c := range children {
		out.Children = append(out.Children, c.Child)
		out.Platforms = append(out.Platforms, c.Platform)
		out.Judged, out.Complete = out.Judged && c.Judged, out.Complete && c.Judged
		for _, n := range c.notes {
			out.Notes = append(out.Notes, place(c)+": "+n)
		}
		if c.accepted != "" {
			reasons = append(reasons, place(c)+": "+c.accepted)
		}
		if c.Err != nil {
			errs = append(errs, place(c)+": "+c.Err.Error())
			out.Advice = adviceOf(c.Err)
		}
		verdicts = append(verdicts, policy.PlatformVerdict{Platform: c.Platform, Verdict: c.verdict})
	}
	out.Scan, out.Verdict = head(children), policy.Merge(verdicts)
	out.Accepted = strings.Join(reasons, "; ")
	if len(errs) > 0 {
		out.Err = errors.New(strings.Join(errs, "; "))
	}
	return out
}

func place(c child) string {
	if c.Platform == (scan.Platform{}) {
		return c.Digest
	}
	return c.Platform.String()
}

// head sums up the scans of an index: the worst status, the oldest completion, the common type.
func head(children []child) report.Scan {
	h := children[0].Scan
	for _, c := range children[1:] {
		if c.Scan.Type != h.Type {
			h.Type = ""
		}
		if h.CompletedAt == nil || c.Scan.CompletedAt != nil && c.Scan.CompletedAt.Before(*h.CompletedAt) {
			h.CompletedAt = c.Scan.CompletedAt
		}
		if h.Status.Ended() && !c.Scan.Status.Ended() {
			h.Status, h.Description = c.Scan.Status, c.Scan.Description
		}
	}
	return h
}
