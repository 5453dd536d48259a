package main

import (
	"slices"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

// conclude reaches one verdict and one exit code over all images. Nothing else decides the exit code of
// a run, except that a report that cannot be written turns 0 into 3.
func conclude(p *policy.Policy, mode string, images []report.Image) report.Run {
	verdicts := make([]*policy.Verdict, len(images))
	complete := true
	for i := range images {
		verdicts[i] = &images[i].Verdict
		complete = complete && images[i].Complete
	}
	p.Conclude(verdicts, complete)
	run := report.Run{Version: version, Policy: p, Mode: mode, Verdict: worst(verdicts), Images: images}
	undecided := slices.ContainsFunc(images, func(img report.Image) bool { return img.Err != nil })
	run.ExitCode = exitCodeOf(run.Verdict, mode, undecided)
	return run
}

// worst is the verdict of the run. A breach stands even where another image has no verdict: more
// findings would only add to it.
func worst(verdicts []*policy.Verdict) policy.Outcome {
	outcome := policy.Passed
	for _, v := range verdicts {
		switch {
		case v.Outcome == policy.Failed:
			return policy.Failed
		case v.Outcome != policy.Passed:
			outcome = policy.Errored
		}
	}
	if len(verdicts) == 0 {
		return policy.Errored
	}
	return outcome
}

// exitCodeOf returns the code of a run. Mode report forgives a breach and nothing else: where an image,
// or a platform of it, is undecided beside the breach, there is no verdict.
func exitCodeOf(verdict policy.Outcome, mode string, undecided bool) int {
	switch {
	case verdict == policy.Passed, mode == observe:
		return exitPass
	case verdict == policy.Failed && mode == reports && !undecided:
		return exitPass
	case verdict == policy.Failed && mode != reports:
		return exitBreach
	}
	return exitNoVerdict
}
