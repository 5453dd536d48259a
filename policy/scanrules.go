package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/scan"
)

// Names of the scan requirements among the rules of a verdict.
const (
	nameScanType   = "scan.type"
	nameScanMaxAge = "scan.maxAge"
	nameUnused     = "unusedExceptions"
)

// unknownType returns an error if the policy requires a scan type and the result does not show it.
func (j *judge) unknownType() error {
	if j.policy.Scan.Type != "" && j.scan.Type == "" {
		return errors.New("the policy requires scan.type " + string(j.policy.Scan.Type) + ", and the result does not show how the image was scanned")
	}
	return nil
}

// demands returns the results of the scan requirements, one for each that is not met.
func (j *judge) demands() []RuleResult {
	var out []RuleResult
	if want := j.policy.Scan.Type; want != "" {
		detail := ""
		if j.scan.Type != want {
			detail = fmt.Sprintf("the scan is %s, but the policy requires %s", j.scan.Type, want)
		}
		out = append(out, demand(nameScanType, detail))
	}
	if most := j.policy.Scan.MaxAge; most > 0 {
		detail := ""
		switch at := j.scan.CompletedAt; {
		case at == nil:
			detail = "ECR does not report when the scan completed"
		case at.Sub(j.now) > day: // a scan can complete while the gate waits for it, but not days later
			detail = fmt.Sprintf("the scan completed at %s, which is in the future: check the clock of this machine", at.UTC().Format(time.RFC3339))
		case j.now.Sub(*at) > most:
			detail = fmt.Sprintf("the scan completed at %s, more than %s ago", at.UTC().Format(time.RFC3339), days(most))
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

// Accepts returns the entry of scan.accept that lets an image with a status pass without a check. FAILED
// with UnsupportedImageError also matches UNSUPPORTED_IMAGE.
func (p *Policy) Accepts(img scan.Image, status scan.Status, description string, now time.Time) (Accept, bool) {
	takes := func(a Accept) bool { return a.applies(img, status, description) && !expired(a.Expires, now) }
	for _, list := range p.Scan.narrowed {
		if !slices.ContainsFunc(list, takes) {
			return Accept{}, false
		}
	}
	if i := slices.IndexFunc(p.Scan.Accept, takes); i >= 0 {
		return p.Scan.Accept[i], true
	}
	return Accept{}, false
}

// ExpiredAcceptance returns an expired entry of scan.accept that matches an image with a status.
func (p *Policy) ExpiredAcceptance(img scan.Image, status scan.Status, description string, now time.Time) (Accept, bool) {
	for _, list := range append([][]Accept{p.Scan.Accept}, p.Scan.narrowed...) {
		for _, a := range list {
			if a.applies(img, status, description) && expired(a.Expires, now) {
				return a, true
			}
		}
	}
	return Accept{}, false
}

func (a Accept) applies(img scan.Image, status scan.Status, description string) bool {
	unsupported := status == scan.Failed && strings.HasPrefix(description, "UnsupportedImageError")
	same := a.Status == status || unsupported && a.Status == scan.UnsupportedImage
	return same && appliesTo(a.Images, img.Repository)
}

// CheckExploitData returns why data about exploitation must not decide: exploitData.maxAge is set, and the
// data is older, has no date (the zero time), or has a date in the future. name is for the error.
//
// The data is dated by the day, so its age is counted in whole UTC days: yesterday's data is one day old
// all day long.
func (p *Policy) CheckExploitData(name string, date, now time.Time) error {
	if p.ExploitMaxAge == 0 {
		return nil
	}
	limit := fmt.Sprintf("the policy allows %s (exploitData.maxAge)", days(p.ExploitMaxAge))
	day := date.Format(time.DateOnly)
	switch age := utcDay(now).Sub(date); {
	case date.IsZero():
		return fmt.Errorf("%s has no date, but %s", name, limit)
	case age < 0:
		return fmt.Errorf("%s is dated %s, in the future, but %s", name, day, limit)
	case age > p.ExploitMaxAge:
		return fmt.Errorf("%s is from %s, %s old, but %s", name, day, days(age), limit)
	}
	return nil
}
