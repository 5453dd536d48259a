package doctor

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/ecrgate/ecrgate/scan"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A covering is whether the registry's rules cover the repository.
type covering struct {
	known     bool
	frequency string
	filters   []string // that match
}

// covering uses ECR's own answer, or else matches the registry's filters.
func (f *facts) covering() covering {
	switch {
	case f.repository != nil:
		return covering{true, f.repository.Frequency, patterns(f.repository.Filters)}
	case f.registry == nil || f.foreign():
		return covering{}
	case f.registry.Type == scan.Basic && len(f.registry.Rules) == 0: // the repository's own setting decides
		return covering{}
	}
	c := covering{known: true, frequency: "MANUAL"}
	for _, rule := range f.registry.Rules {
		for _, pattern := range patterns(rule.Filters) {
			if !filterMatches(pattern, f.Image.Repository) {
				continue
			}
			c.filters = append(c.filters, pattern)
			if c.frequency != "CONTINUOUS_SCAN" {
				c.frequency = rule.Frequency
			}
		}
	}
	return c
}

// scans reports whether anything is scanned without a request.
func (c covering) scans() bool {
	return c.frequency == "SCAN_ON_PUSH" || c.frequency == "CONTINUOUS_SCAN"
}

func patterns(filters []ecr.ScanFilter) []string {
	var out []string
	for _, f := range filters {
		out = append(out, f.Filter)
	}
	return out
}

// filterMatches applies ECR's rule: without a wildcard a filter matches every name that contains it, and
// with one it matches whole names.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
func filterMatches(filter, name string) bool {
	if !strings.Contains(filter, "*") {
		return strings.Contains(name, filter)
	}
	parts := strings.Split(filter, "*")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(name)
}

// checkScanning returns the checks of how the registry scans the repository.
func (f *facts) checkScanning() []Check {
	return []Check{f.checkScanType(), f.checkFilters(), f.checkFrequency()}
}

func (f *facts) checkScanType() Check {
	c := Check{Name: "scan type", Status: OK, Message: string(f.scanType())}
	switch {
	case c.Message != "" && (f.registry == nil || f.foreign()):
		c.Message += ", as its answers show"
	case c.Message != "":
	case f.foreign():
		c.Status, c.Message = Unknown, "ECR shows the settings of a registry only to its own account"
	default:
		c.Status, c.Message, c.Permission = Unknown, needs(f.registryErr, "ecr:GetRegistryScanningConfiguration"), "ecr:GetRegistryScanningConfiguration"
	}
	return c
}

func (f *facts) checkFilters() Check {
	c := Check{Name: "filters", Status: OK}
	switch covered := f.covering(); {
	case f.foreign():
		c.Status, c.Message = Unknown, "ECR shows the filters of a registry only to its own account"
	case !covered.known:
		c.Status, c.Message, c.Permission = Unknown, needs(f.repositoryErr, "ecr:BatchGetRepositoryScanningConfiguration"), "ecr:BatchGetRepositoryScanningConfiguration"
	case len(covered.filters) > 0:
		c.Message = fmt.Sprintf("%s matches %s", strings.Join(covered.filters, ", "), f.Image.Repository)
	case covered.scans():
		c.Message = "none is needed: the repository has scan on push"
	default:
		c.Message = fmt.Sprintf("no filter of the registry matches %s%s", f.Image.Repository, f.others())
		c.Fix = f.addFilter()
		if f.scanType() == scan.Enhanced && f.missing() {
			c.Status = Problem
		}
	}
	return c
}

// others lists the filters that do not match.
func (f *facts) others() string {
	var all []string
	if f.registry != nil {
		for _, rule := range f.registry.Rules {
			all = append(all, patterns(rule.Filters)...)
		}
	}
	if len(all) == 0 {
		return " (it has no filters)"
	}
	const shown = 5
	if len(all) > shown {
		all = append(all[:shown:shown], "…")
	}
	return " (filters: " + strings.Join(all, ", ") + ")"
}

func (f *facts) checkFrequency() Check {
	c := Check{Name: "frequency", Status: OK}
	covered := f.covering()
	switch {
	case f.foreign():
		c.Status, c.Message = Unknown, "unknown, like the filters"
	case !covered.known:
		c.Status, c.Message, c.Permission = Unknown, needs(f.repositoryErr, "ecr:BatchGetRepositoryScanningConfiguration"), "ecr:BatchGetRepositoryScanningConfiguration"
	case covered.frequency == "CONTINUOUS_SCAN":
		c.Message = "at each push, and again when a new vulnerability becomes known"
	case covered.frequency == "SCAN_ON_PUSH":
		c.Message = "at each push"
	case f.scanType() == scan.Enhanced:
		c.Message = "never"
		if f.missing() {
			c.Status = Problem
		}
	case f.StartScan:
		c.Message = "only on request; ecrgate check requests a missing scan"
	default:
		c.Message = "only on request, and start-scan is never"
	}
	return c
}

// addFilter returns the command that makes the registry scan the repository. It replaces all rules, so it
// is there only when the present ones are known.
func (f *facts) addFilter() Fix {
	if f.registry == nil || f.foreign() { // the rules of the credentials' account are not those of the registry
		return Fix{
			Advice:  "Add a filter that matches the repository to the scanning configuration of the registry. This shows the present one:",
			Command: "aws ecr get-registry-scanning-configuration --region " + f.region,
		}
	}
	scanType := strings.ToUpper(string(f.registry.Type))
	rules, err := json.Marshal(withFilter(f.registry.Rules, f.registry.Type, f.Image.Repository))
	if err != nil {
		panic(err) // they are made of text
	}
	advice := "Have the registry scan the repository. This replaces all rules, so it repeats those that exist. " +
		"A filter without * matches every name that contains it."
	if f.registry.Type == scan.Enhanced {
		advice += " Then push the image again."
	}
	return Fix{
		Advice:  advice,
		Command: fmt.Sprintf("aws ecr put-registry-scanning-configuration --region %s --scan-type %s --rules %s", f.region, scanType, quote(string(rules))),
	}
}

// withFilter adds a filter to the rule of the frequency that the registry uses, or a rule if it has none:
// each frequency can have one.
func withFilter(rules []ecr.ScanRule, scanType scan.Type, filter string) []ecr.ScanRule {
	added := ecr.ScanFilter{Filter: filter, Type: "WILDCARD"}
	wanted := []string{"CONTINUOUS_SCAN", "SCAN_ON_PUSH"}
	if scanType == scan.Basic {
		wanted = wanted[1:]
	}
	for _, frequency := range wanted {
		i := slices.IndexFunc(rules, func(r ecr.ScanRule) bool { return r.Frequency == frequency })
		if i >= 0 {
			rules = slices.Clone(rules)
			rules[i].Filters = append(slices.Clone(rules[i].Filters), added)
			return rules
		}
	}
	return append(slices.Clone(rules), ecr.ScanRule{Frequency: wanted[0], Filters: []ecr.ScanFilter{added}})
}

// quote quotes a text as one word for a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// needs returns the check for a question without an answer.
func needs(err error, action string) string {
	if err != nil && ecr.Denied(err) == "" {
		return reason(err)
	}
	return "needs " + action
}
