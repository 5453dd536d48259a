package gate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// checkManifest waits for the scan of one manifest, reads its findings, and evaluates the policy.
func (g *Gate) checkManifest(ctx context.Context, img scan.Image, m ecr.Manifest, base baseline, layers attribution) report.Manifest {
	out := report.Manifest{Platform: m.Platform, Digest: m.Digest}
	target := vex.Target{Image: img, Index: img.Digest, Platform: m.Platform}
	img.Digest = m.Digest
	options := g.options()
	options.Unresolved, options.AcceptsStatus = m.Unresolved, g.acceptsStatus(img)
	result, err := g.read(ctx, img, m.Platform, options)
	if err != nil {
		return g.unread(out, img, err, m.Unresolved)
	}
	out.Digest, out.Notes = result.Scan.Image.Digest, result.Notes
	if err := base.excludes(out.Digest); err != nil { // the digest may have been unknown until now
		return g.unread(out, img, fmt.Errorf("baseline: %w", err), m.Unresolved)
	}
	if err := g.fillType(ctx, img, result.Scan); err != nil {
		return g.unread(out, img, err, m.Unresolved)
	}
	out.Scan.SettledBy, out.Scan.LastScannedAt, target.Image.Digest = string(result.SettledBy), result.LastScannedAt, out.Digest
	layers.attribute(result.Scan.Findings, m.Digest)
	return g.evaluate(ctx, out, result.Scan, base, target)
}

// acceptsStatus reports whether the policy accepts any status of an image.
func (g *Gate) acceptsStatus(img scan.Image) bool {
	return slices.ContainsFunc(scan.Acceptable, func(s scan.Status) bool {
		_, ok := g.Policy.Accepts(img, s, "", g.today())
		return ok
	})
}

// evaluate reaches the verdict over a complete, settled scan. target has the names by which VEX statements
// may refer to its image.
func (g *Gate) evaluate(ctx context.Context, out report.Manifest, s *scan.Scan, base baseline, target vex.Target) report.Manifest {
	out.Scan.Type, out.Scan.Status, out.Scan.Description, out.Scan.CompletedAt = s.Type, s.Status, s.Description, s.CompletedAt
	ctx, cancel := g.evaluating(ctx)
	defer cancel()
	if err := g.exploitDataError(); err != nil { // by now, ECR's clock may show that the data is older
		return g.unread(out, s.Image, err, false)
	}
	g.Exploit.AddTo(s)
	statements := g.VEX.Match(s, target, &g.Policy.ExceptionRules)
	out.VEX = statements.Uses
	today := g.today()
	out.Verdict = g.Policy.Evaluate(ctx, s, base.findings, today, statements.Exceptions...)
	if err := g.Policy.MarkDue(ctx, &out.Verdict, s, base.findings, today); err != nil {
		out.Notes = append(out.Notes, fmt.Sprintf("findings that are due soon are not listed: %v", err))
	}
	out.Err = out.Verdict.Err
	out.Hint = hintOf(out.Err)
	return out
}

// minEvaluation is longer than any policy needs for 25,000 findings, except one made to be slow.
const minEvaluation = 5 * time.Second

// evaluating bounds the evaluation by the timeout. A result from the last poll at the deadline still gets
// minEvaluation.
func (g *Gate) evaluating(ctx context.Context) (context.Context, context.CancelFunc) {
	end := g.Wait.Deadline
	if least := time.Now().Add(minEvaluation); end.Before(least) {
		end = least
	}
	return context.WithDeadlineCause(ctx, end, ecr.Timeout(g.Wait.Timeout))
}

// unread returns a manifest without findings: it has no verdict, unless the policy accepts its status. An
// unresolved one may be an index.
func (g *Gate) unread(out report.Manifest, img scan.Image, err error, unresolved bool) report.Manifest {
	var status *scan.StatusError
	if errors.As(err, &status) {
		out.Scan.Status, out.Scan.Description = status.Status, status.Description
		a, ok := g.Policy.Accepts(img, status.Status, status.Description, g.today())
		switch {
		case ok && unresolved:
			err = perhapsIndex(status)
		case ok:
			return accepted(out, a)
		}
		if a, ok := g.Policy.ExpiredAcceptance(img, status.Status, status.Description, g.today()); ok {
			out.Notes = append(out.Notes, fmt.Sprintf("the policy accepted %s until %s: %s", a.Status, a.Expires.Format(time.DateOnly), a.Reason))
		}
	}
	out.Err, out.Hint = err, hintOf(err)
	out.Verdict = policy.Verdict{Outcome: policy.Errored, Err: err}
	return out
}

// perhapsIndex returns the error for an accepted status of a possible index: the status would not cover the
// children, which have the findings.
func perhapsIndex(status *scan.StatusError) error {
	return &ecr.Error{
		Op:   "accepting a status",
		Err:  fmt.Errorf("%w; the policy accepts that, but an accepted status never applies to an index, and the manifest could not be read", status),
		Hint: "allow ecr:BatchGetImage to this role, so that an index can be recognized",
	}
}

// accepted returns a manifest that passes unchecked, because the policy accepts its status.
func accepted(out report.Manifest, a policy.Accept) report.Manifest {
	out.Accepted = a.Reason
	out.Verdict = policy.Verdict{Outcome: policy.Passed}
	text := fmt.Sprintf("NOT JUDGED: the policy accepts %s: %s", a.Status, a.Reason)
	if out.Scan.Description != "" {
		text += "; ECR's description: " + out.Scan.Description
	}
	out.Notes = append(out.Notes, text)
	return out
}

// fillType asks the registry for the scan type if the policy requires one and the result does not show it.
func (g *Gate) fillType(ctx context.Context, img scan.Image, s *scan.Scan) error {
	if g.Policy.Scan.Type == "" || s.Type != "" {
		return nil
	}
	t, err := g.client.ScanType(ctx, img, g.options())
	if err != nil {
		return fmt.Errorf("the policy requires a scan of type %s, and the result does not show its type: %w", g.Policy.Scan.Type, err)
	}
	s.Type = t
	return nil
}

// fold merges manifests, one or the children of an index, into an image.
func fold(out report.Image, index bool, list []report.Manifest) report.Image {
	if len(list) == 0 {
		return failed(out, errors.New("the index has no manifest that can be checked"))
	}
	out.Judged = true
	var errs, reasons []string
	for _, m := range list {
		label := ""
		if index {
			label = labelOf(m.Platform, m.Digest) + ": "
		}
		out.Judged = out.Judged && m.Judged()
		out.VEX = vex.MergeUses(out.VEX, m.VEX)
		for _, n := range m.Notes {
			out.Notes = append(out.Notes, label+n)
		}
		if m.Accepted != "" {
			reasons = append(reasons, label+m.Accepted)
		}
		if m.Err != nil {
			errs = append(errs, label+m.Err.Error())
			out.Hint = m.Hint
		}
	}
	out.Scan, out.Accepted = head(list), strings.Join(reasons, "; ")
	if len(errs) > 0 {
		out.Err = errors.New(strings.Join(errs, "; "))
	}
	if !index {
		out.Verdict = list[0].Verdict
		if out.Ref.Digest == "" {
			out.Ref.Digest = list[0].Digest
		}
		return out
	}
	out.Children = list
	var verdicts []policy.PlatformVerdict
	for _, m := range list {
		out.Platforms = append(out.Platforms, m.Platform)
		verdicts = append(verdicts, policy.PlatformVerdict{Platform: m.Platform, Verdict: m.Verdict})
	}
	out.Verdict = policy.Merge(verdicts)
	return out
}

// MergeVEX returns the effect of each statement over all images. If no image was evaluated, none had an
// effect.
func MergeVEX(d *vex.Documents, images []report.Image) []vex.Use {
	uses := d.Uses("no image was evaluated")
	for i := range images {
		uses = vex.MergeUses(uses, images[i].VEX)
	}
	return uses
}

// labelOf returns a label for a manifest of an index: its platform, or its digest if it has none.
func labelOf(p scan.Platform, digest string) string { return cmp.Or(p.String(), digest) }

// head returns a summary of the scans of an image's manifests: the worst status, the oldest times, the common
// type and evidence.
func head(list []report.Manifest) report.Scan {
	h := list[0].Scan
	for _, m := range list[1:] {
		if m.Scan.Type != h.Type {
			h.Type = ""
		}
		if m.Scan.SettledBy != h.SettledBy {
			h.SettledBy = ""
		}
		h.LastScannedAt = older(h.LastScannedAt, m.Scan.LastScannedAt)
		h.CompletedAt = older(h.CompletedAt, m.Scan.CompletedAt)
		if h.Status.Ended() && !m.Scan.Status.Ended() {
			h.Status, h.Description = m.Scan.Status, m.Scan.Description
		}
	}
	return h
}

// older returns the earlier of two times, or the one that is not nil.
func older(a, b *time.Time) *time.Time {
	if a == nil || b != nil && b.Before(*a) {
		return b
	}
	return a
}
