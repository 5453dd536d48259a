package policy

import "github.com/ecrgate/ecrgate/scan"

// Counts adds up a verdict.
func (v *Verdict) Counts() Counts {
	c := Counts{Severities: map[scan.Severity]int{}}
	for i := range v.Findings {
		f := &v.Findings[i]
		if f.Disposition == SetAside {
			c.SetAside++
			continue
		}
		c.Total++
		c.Severities[f.Severity.Counted()]++
		if f.FixAvailable.Fixable() {
			c.Fixable++
		}
		switch f.Disposition {
		case Counted:
			c.Counted++
		case Excepted:
			c.Excepted++
		case Known:
			c.Known++
		default:
			c.Unmatched++
		}
	}
	return c
}

// Breached gives the rules that counted more than their max, those that only warn among them.
func (v *Verdict) Breached() []RuleResult {
	var out []RuleResult
	for _, r := range v.Rules {
		if r.Breached {
			out = append(out, r)
		}
	}
	return out
}
