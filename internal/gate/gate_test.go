package gate

import (
	"testing"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
)

func TestAnIndexWithoutChildrenHasNoVerdict(t *testing.T) {
	if img := fold(report.Image{}, true, nil); img.Verdict.Outcome != policy.Errored || img.Err == nil {
		t.Errorf("an index without children: %+v", img)
	}
}
