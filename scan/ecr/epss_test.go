package ecr

import (
	"context"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/scan"
)

func TestFindingsOfBothServices(t *testing.T) {
	of := func(arns string) *scan.Scan {
		s := &scan.Scan{}
		for _, arn := range strings.Fields(arns) {
			arn, status, _ := strings.Cut(arn, ":")
			s.Findings = append(s.Findings, scan.Finding{ARN: arn, Status: status})
		}
		return s
	}
	for name, c := range map[string]struct{ ecr, inspector, want string }{
		"none":                             {"", "", ""},
		"the same in another order":        {"b a", "a b", ""},
		"one less in Inspector":            {"c b a", "a", "Amazon Inspector does not list finding b as ACTIVE (active findings: 3 in ECR, 1 in Amazon Inspector)"},
		"one more in Inspector":            {"a", "a c b", "ECR does not list finding b as ACTIVE (active findings: 1 in ECR, 3 in Amazon Inspector)"},
		"as many, but another":             {"a b", "a c", "Amazon Inspector does not list finding b as ACTIVE (active findings: 2 in ECR, 2 in Amazon Inspector)"},
		"ECR has suppressed one":           {"a b:SUPPRESSED c:CLOSED", "a", ""},
		"ECR alone has suppressed it":      {"a b:SUPPRESSED", "a b", "ECR does not list finding b as ACTIVE (active findings: 1 in ECR, 2 in Amazon Inspector)"},
		"a status that is not in the docs": {"a b:SNOOZED", "a", "Amazon Inspector does not list finding b as ACTIVE (active findings: 2 in ECR, 1 in Amazon Inspector)"},
		"only ECR has any":                 {"a", "", "Amazon Inspector does not list finding a as ACTIVE (active findings: 1 in ECR, 0 in Amazon Inspector)"},
		"only Inspector has any":           {"", "a", "ECR does not list finding a as ACTIVE (active findings: 0 in ECR, 1 in Amazon Inspector)"},
	} {
		listed := map[string]*float64{}
		for _, arn := range strings.Fields(c.inspector) {
			listed[arn] = nil
		}
		if got := differ(of(c.ecr), listed); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	unnamed := &scan.Scan{Findings: []scan.Finding{{ID: "CVE-1"}}}
	if got := differ(unnamed, map[string]*float64{}); !strings.Contains(got, "without an ARN") {
		t.Errorf("a finding without an ARN: %q", got)
	}
}

func TestEPSSNeedsAnEndpointOfInspector(t *testing.T) {
	for name, c := range map[string]struct {
		set map[string]string
		ok  bool
	}{
		"AWS itself":     {nil, true},
		"for ECR alone":  {map[string]string{"AWS_ENDPOINT_URL_ECR": "http://127.0.0.1:1"}, false},
		"for both":       {map[string]string{"AWS_ENDPOINT_URL_ECR": "http://127.0.0.1:1", "AWS_ENDPOINT_URL_INSPECTOR2": "http://127.0.0.1:2"}, true},
		"for everything": {map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, true},
		"for Inspector":  {map[string]string{"AWS_ENDPOINT_URL_INSPECTOR2": "http://127.0.0.1:2"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			alone(t, c.set)
			client, err := Open(context.Background(), Config{Region: "us-east-1"})
			if err != nil {
				t.Fatal(err)
			}
			if err := client.CheckEPSS(); (err == nil) != c.ok {
				t.Errorf("%v, want ok: %t", err, c.ok)
			}
		})
	}
}
