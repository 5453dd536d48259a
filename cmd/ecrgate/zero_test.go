package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/policy"
)

// TestEveryWayToExitCodeZero tests every result that a run can have. docs/reliability.md and the comment of
// check list the ways.
func TestEveryWayToExitCodeZero(t *testing.T) {
	type way struct {
		verdict   policy.Outcome
		mode      string
		undecided bool
	}
	zero := []way{
		{policy.Passed, modeEnforce, false},
		{policy.Passed, modeReport, false},
		{policy.Failed, modeReport, false},
		{policy.Passed, modeObserve, false},
		{policy.Failed, modeObserve, false},
		{policy.Failed, modeObserve, true},
		{policy.Errored, modeObserve, true},
	}
	for _, verdict := range []policy.Outcome{policy.Passed, policy.Failed, policy.Errored} {
		for _, mode := range []string{modeEnforce, modeReport, modeObserve} {
			for _, undecided := range []bool{false, true} {
				w := way{verdict, mode, undecided}
				if verdict == policy.Passed && undecided || verdict == policy.Errored && !undecided {
					continue // worst never returns these
				}
				got, want := exitCodeOf(verdict, mode, undecided), map[policy.Outcome]int{policy.Failed: exitBreach, policy.Errored: exitNoVerdict}[verdict]
				switch {
				case slices.Contains(zero, w):
					want = exitPass
				case mode == modeReport && undecided:
					want = exitNoVerdict
				}
				if got != want {
					t.Errorf("%+v: exit %d, want %d", w, got, want)
				}
			}
		}
	}
}

func TestARunWithoutImagesDoesNotPass(t *testing.T) {
	if run := conclude(policy.BuiltIn(), modeEnforce, nil); run.ExitCode != exitNoVerdict {
		t.Errorf("a run without images: exit %d", run.ExitCode)
	}
}

// earnedRun and earnedImage are the parts of a JSON report that show whether exit code 0 was earned.
type earnedRun struct {
	Images []earnedImage `json:"images"`
}

type earnedImage struct {
	Image    string  `json:"image"`
	Digest   string  `json:"digest"`
	Verdict  string  `json:"verdict"`
	Judged   bool    `json:"judged"`
	Error    *string `json:"error"`
	Scan     struct{ Status string }
	Children []struct {
		Digest  string
		Verdict string
		Error   *string
	}
	Rules []struct {
		Breached bool
		Action   string
	}
	Notes []string
}

// unearned returns what is wrong with a JSON report of exit code 0; empty if every image passed in one of the
// ways.
func unearned(text []byte, mode string) string {
	var run earnedRun
	if err := json.Unmarshal(text, &run); err != nil {
		return "the report cannot be read: " + err.Error()
	}
	if mode == modeObserve {
		return ""
	}
	if len(run.Images) == 0 {
		return "it holds no image"
	}
	for _, img := range run.Images {
		if problem := img.unearned(mode); problem != "" {
			return img.Image + " " + problem
		}
	}
	return ""
}

func (img *earnedImage) unearned(mode string) string {
	accepted := strings.Contains(strings.Join(img.Notes, "\n"), "NOT JUDGED: the policy accepts ")
	ended := img.Scan.Status == "COMPLETE" || img.Scan.Status == "ACTIVE"
	breached := false
	for _, r := range img.Rules {
		breached = breached || r.Breached && r.Action == "fail"
	}
	switch {
	case img.Error != nil:
		return fmt.Sprintf("has the error %q", *img.Error)
	case img.Digest == "" && !accepted:
		return "has no digest"
	case img.Judged != (ended && !accepted):
		return fmt.Sprintf("has status %s and judged: %t", img.Scan.Status, img.Judged)
	case !img.Judged && !accepted:
		return "was not judged, and the policy does not accept that"
	case mode == modeEnforce && (breached || img.Verdict != "pass"):
		return "breaches the policy"
	}
	for _, c := range img.Children {
		if c.Error != nil || c.Digest == "" || c.Verdict == "error" || mode == modeEnforce && c.Verdict != "pass" {
			return fmt.Sprintf("has the child %+v", c)
		}
	}
	return ""
}
