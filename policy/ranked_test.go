package policy_test

import (
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

func TestAnUnratedFindingIsAsSevereAsItsScore(t *testing.T) {
	high := 9.8
	unscored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined}
	scored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined, Score: &high}

	if known := policy.NewBaseline([]scan.Finding{unscored}); known.Has(&scored) {
		t.Error("a finding that has got a score of 9.8 is still known")
	}
	if known := policy.NewBaseline([]scan.Finding{scored}); !known.Has(&scored) || !known.Has(&unscored) {
		t.Error("a finding of the baseline is not known")
	}

	rules := policy.ExceptionRules{Never: []policy.Rule{{MinSeverity: scan.Critical}}}
	if rules.Forbid(&scored) == "" || rules.Forbid(&unscored) != "" {
		t.Error("neverExcept.minSeverity does not compare the severity of the score")
	}
}
