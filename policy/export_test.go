package policy

import "github.com/ecrgate/ecrgate/scan"

// RuleKeys are the keys of a rule.
var RuleKeys = ruleKeys

// Has reports whether a finding is known.
func (b Baseline) Has(f *scan.Finding) bool { return b.has(f) }
