package policy

import (
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

func TestAnUnratedFindingIsAsSevereAsItsScore(t *testing.T) {
	high := 9.8
	unscored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined}
	scored := scan.Finding{ID: "CVE-1", Severity: scan.Undefined, Score: &high}

	if known := NewBaseline([]scan.Finding{unscored}); known.has(&scored) {
		t.Error("a finding that has got a score of 9.8 is still known")
	}
	if known := NewBaseline([]scan.Finding{scored}); !known.has(&scored) || !known.has(&unscored) {
		t.Error("a finding of the baseline is not known")
	}

	rules := ExceptionRules{Never: []Rule{{MinSeverity: scan.Critical}}}
	if rules.Forbid(&scored) == "" || rules.Forbid(&unscored) != "" {
		t.Error("neverExcept.minSeverity does not compare the severity of the score")
	}
}
