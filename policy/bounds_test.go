package policy_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/scan"
)

// A verdict over part of the findings would be a false pass.
func TestAnEvaluationThatIsCutShortIsNoVerdict(t *testing.T) {
	p := policy.BuiltIn()
	s := &scan.Scan{Image: scan.Image{Repository: "team/app"}, Type: scan.Enhanced, Status: scan.Active}
	cause := errors.New("timed out after 5s")
	ctx, cancel := context.WithCancelCause(t.Context())
	if v := p.Evaluate(ctx, s, nil, time.Now()); v.Outcome != policy.Passed {
		t.Fatalf("the outcome is %s (%v)", v.Outcome, v.Err)
	}
	cancel(cause)
	v := p.Evaluate(ctx, s, nil, time.Now())
	if v.Outcome != policy.Errored || !errors.Is(v.Err, cause) || !strings.HasPrefix(v.Err.Error(), "evaluating the policy: ") {
		t.Errorf("the outcome is %s (%v)", v.Outcome, v.Err)
	}
	if _, err := policy.Explain(ctx, p, s, nil, time.Now(), "CVE-2026-0001"); !errors.Is(err, cause) {
		t.Errorf("the explanation's error is %v", err)
	}
}
