package policy

import (
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// A ruling is what a rule makes of a finding: it counts it, skips it for something unknown, or has
// nothing to do with it.
type ruling struct {
	truth    truth
	unknowns []string // conditions on something that ECR did not report
	skip     bool     // one of them makes the rule skip the finding
}

// asked are the conditions that a rule has.
func (r *Rule) asked() []*condition {
	var out []*condition
	for i := range conditions {
		if conditions[i].given(r) {
			out = append(out, &conditions[i])
		}
	}
	return out
}

// judge tries the conditions of a rule. One that does not hold decides, whatever is unknown.
func (r *Rule) judge(asked []*condition, f *scan.Finding, now time.Time) ruling {
	out := ruling{truth: yes}
	for _, c := range asked {
		switch c.holds(r, f, now) {
		case no:
			return ruling{truth: no}
		case unknown:
			out.truth = unknown
			out.unknowns = append(out.unknowns, c.name)
			out.skip = out.skip || r.Unknown == Skip && !(r.unknownFixCounts && c.name == "fixAvailable")
		}
	}
	return out
}
