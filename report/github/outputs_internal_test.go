package github

import (
	"strings"
	"testing"
)

func TestAValueThatHoldsItsDelimiterIsRefused(t *testing.T) {
	var b strings.Builder
	err := writeOutputs(&b, []Output{{"breached-rules", "x\nEND\nverdict<<E\npass\nE"}}, func() string { return "END" })
	if err == nil || !strings.Contains(err.Error(), "breached-rules") || b.Len() > 0 {
		t.Errorf("%v, and %q is written", err, b.String())
	}
}
