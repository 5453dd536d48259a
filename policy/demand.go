package policy

import (
	"errors"
	"fmt"
	"time"
)

// Names of the demands on the scan, which stand among the rules of a verdict.
const (
	nameScanType   = "scan.type"
	nameScanMaxAge = "scan.maxAge"
	nameUnused     = "unusedExceptions"
)

// unknownType is an error when the policy demands a kind of scan and the result does not tell its.
func (j *judge) unknownType() error {
	if j.policy.Scan.Type != "" && j.scan.Type == "" {
		return errors.New("the policy demands scan.type " + string(j.policy.Scan.Type) + ", and the result does not tell how the image was scanned")
	}
	return nil
}

// demands are the breaches of what the policy demands of the scan itself.
func (j *judge) demands() []RuleResult {
	var out []RuleResult
	if want := j.policy.Scan.Type; want != "" {
		detail := ""
		if j.scan.Type != want {
			detail = fmt.Sprintf("the scan is %s, the policy demands %s", j.scan.Type, want)
		}
		out = append(out, demand(nameScanType, detail))
	}
	if most := j.policy.Scan.MaxAge; most > 0 {
		detail := ""
		switch at := j.scan.CompletedAt; {
		case at == nil:
			detail = "ECR does not say when the scan completed"
		case j.now.Sub(*at) > most:
			detail = fmt.Sprintf("the scan completed %s, more than %s ago", at.UTC().Format(time.RFC3339), days(most))
		}
		out = append(out, demand(nameScanMaxAge, detail))
	}
	return out
}

func demand(name, detail string) RuleResult {
	r := RuleResult{Name: name, Action: Fail, Breached: detail != "", Detail: detail}
	if r.Breached {
		r.Count = 1
	}
	return r
}
