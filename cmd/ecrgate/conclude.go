package main

import (
	"slices"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

// conclude makes one verdict and one exit code of all images. It is the only place where an exit
// code of a run comes from.
func conclude(s *settings, p *policy.Policy, images []report.Image) report.Run {
	verdicts := make([]*policy.Verdict, len(images))
	complete := true
	for i := range images {
		verdicts[i] = &images[i].Verdict
		complete = complete && images[i].Complete
	}
	p.Conclude(verdicts, complete)
	run := report.Run{
		Version: version,
		Policy:  p,
		Mode:    s.mode,
		Verdict: worst(verdicts),
		Images:  images,
		SARIF:   report.SARIFOptions{Category: s.sarifCategory, CountedOnly: s.sarifCounted, Dockerfile: s.dockerfile, Line: s.dockerfileLine},
	}
	undecided := slices.ContainsFunc(images, func(img report.Image) bool { return img.Err != nil })
	run.ExitCode = exitCodeOf(run.Verdict, s.mode, undecided)
	return run
}

// worst gives the verdict of the run. A breach stands even where another image has no verdict:
// more findings would only make more of it.
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

// exitCodeOf gives the code of a run. Mode report forgives a breach, and no more: where an image,
// or a platform of it, is undecided beside the breach, that is what is left.
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
