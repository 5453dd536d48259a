package fakeecr

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// A rule is one of the registry's scanning configuration.
type rule struct {
	Frequency string   `yaml:"frequency"` // SCAN_ON_PUSH, CONTINUOUS_SCAN or MANUAL
	Filters   []string `yaml:"filters"`
}

// callerAccount is the account of the credentials.
func (r *Registry) callerAccount() string { return or(r.script.Caller, r.script.Account) }

func (r *Registry) callerARN() string {
	return "arn:aws:sts::" + r.callerAccount() + ":assumed-role/ci/run"
}

// isForeign reports whether the credentials are of another account than the registry.
func (r *Registry) isForeign() bool { return r.callerAccount() != r.script.Account }

// xmlType is the content type of AWS STS.
const xmlType = "text/xml"

// callerIdentity answers GetCallerIdentity of AWS STS, whose protocol is XML.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func (r *Registry) callerIdentity(w http.ResponseWriter) {
	fmt.Fprintf(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>`+
		`<Arn>%s</Arn><UserId>AROAEXAMPLE:run</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
		r.callerARN(), r.callerAccount())
}

// permissions are the IAM actions that a call needs. ECR asks Inspector with the caller's permissions.
func (r *Registry) permissions(call Request) []string {
	switch call.Operation {
	case "GetCallerIdentity":
		return nil
	case "ListCoverage", "ListFindings":
		return []string{"inspector2:" + call.Operation}
	case "DescribeImageScanFindings":
		if r.script.ScanType == "ENHANCED" {
			return []string{"ecr:" + call.Operation, "inspector2:ListFindings"}
		}
	}
	return []string{"ecr:" + call.Operation}
}

// denied refuses a call that the script does not allow, and enters that in the log.
func (r *Registry) denied(w http.ResponseWriter, call Request) bool {
	if r.script.Allow == nil {
		return false
	}
	for _, action := range r.permissions(call) {
		if slices.ContainsFunc(r.script.Allow, func(entry string) bool { return allows(entry, action, call.Repository) }) {
			continue
		}
		r.mu.Lock()
		r.requests[call.place-1].Denied = action
		r.mu.Unlock()
		status := http.StatusBadRequest
		if strings.HasPrefix(action, "inspector2:") && call.Operation != "DescribeImageScanFindings" {
			status = http.StatusForbidden
		}
		refuse(w, status, "AccessDeniedException", fmt.Sprintf("User: %s is not authorized to perform: %s because no identity-based policy allows the %s action", r.callerARN(), action, action))
		return true
	}
	return false
}

// allows reports whether an entry of allow, an action or an action and a repository, allows an action.
func allows(entry, action, repository string) bool {
	allowed, on, limited := strings.Cut(entry, " ")
	return allowed == action && (!limited || on == repository)
}

// registryScanning answers GetRegistryScanningConfiguration, which knows only the caller's own registry.
func (r *Registry) registryScanning(w http.ResponseWriter) {
	scanType, rules := r.script.ScanType, []any{}
	if r.isForeign() {
		scanType = "BASIC"
	} else {
		for _, rule := range r.script.Rules {
			rules = append(rules, map[string]any{"scanFrequency": rule.Frequency, "repositoryFilters": filters(rule.Filters)})
		}
	}
	reply(w, map[string]any{"registryId": r.callerAccount(), "scanningConfiguration": map[string]any{"scanType": scanType, "rules": rules}})
}

// repositoryScanning answers BatchGetRepositoryScanningConfiguration.
func (r *Registry) repositoryScanning(w http.ResponseWriter, call Request) {
	found, failures := []any{}, []any{}
	for _, name := range call.repositories {
		if r.isForeign() || !r.hasRepository(name) {
			failures = append(failures, map[string]any{"repositoryName": name, "failureCode": "REPOSITORY_NOT_FOUND", "failureReason": "The repository does not exist"})
			continue
		}
		frequency, applied := r.frequency(name)
		found = append(found, map[string]any{
			"repositoryArn":  fmt.Sprintf("arn:aws:ecr:%s:%s:repository/%s", r.script.Region, r.script.Account, name),
			"repositoryName": name, "scanOnPush": frequency == "SCAN_ON_PUSH", "scanFrequency": frequency, "appliedScanFilters": filters(applied),
		})
	}
	reply(w, map[string]any{"scanningConfigurations": found, "failures": failures})
}

// frequency is that of the rules that match a repository, of which continuous wins, and the filters that
// do. Without rules every repository is scanned on push, as one that has that setting of its own.
func (r *Registry) frequency(repository string) (string, []string) {
	if r.script.Rules == nil {
		if r.script.ScanType == "ENHANCED" {
			return "CONTINUOUS_SCAN", []string{"*"}
		}
		return "SCAN_ON_PUSH", nil
	}
	frequency, applied := "MANUAL", []string(nil)
	for _, rule := range r.script.Rules {
		for _, f := range rule.Filters {
			if !filterMatches(f, repository) {
				continue
			}
			applied = append(applied, f)
			if frequency != "CONTINUOUS_SCAN" {
				frequency = rule.Frequency
			}
		}
	}
	return frequency, applied
}

// filterMatches reports whether a filter without a wildcard is part of the name, or one with wildcards
// matches all of it. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
func filterMatches(filter, name string) bool {
	if !strings.Contains(filter, "*") {
		return strings.Contains(name, filter)
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(filter), `\*`, ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(name)
}

func filters(patterns []string) []any {
	out := []any{}
	for _, p := range patterns {
		out = append(out, map[string]string{"filter": p, "filterType": "WILDCARD"})
	}
	return out
}
