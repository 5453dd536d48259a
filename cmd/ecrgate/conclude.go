package main

import (
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
		SARIF:   report.SARIFOptions{Category: s.sarifCategory, CountedOnly: s.sarifCounted, Dockerfile: s.dockerfile},
	}
	run.SARIF.Line, _ = lastFrom(s.dockerfile)
	run.ExitCode = exitCodeOf(run.Verdict, s.mode)
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

func exitCodeOf(verdict policy.Outcome, mode string) int {
	switch {
	case verdict == policy.Passed, mode == observe, verdict == policy.Failed && mode == reports:
		return exitPass
	case verdict == policy.Failed:
		return exitBreach
	}
	return exitNoVerdict
}
