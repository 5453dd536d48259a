package attest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/attest"
	"github.com/ecrgate/ecrgate/report/internal/reporttest"
	"github.com/ecrgate/ecrgate/scan"
)

var digest = "sha256:" + strings.Repeat("ab", 32)

// checked returns a complete run over one image with this outcome.
func checked(outcome policy.Outcome) report.Run {
	return report.Run{
		Version: "1.2.3", Mode: "enforce", Verdict: outcome,
		Policy: reporttest.MustLoad("version: 1\nrules: [{name: all}]\n"),
		Ended:  time.Date(2026, 6, 1, 12, 30, 0, 999, time.FixedZone("", 7200)),
		Images: []report.Image{{
			Ref:    scan.Image{RegistryID: "123456789012", Region: "eu-west-1", Repository: "team/app", Tag: "1.2", Digest: digest},
			Judged: true, Verdict: policy.Verdict{Outcome: outcome},
		}},
	}
}

// The rules of the specification, independent of the writer: required fields, their types, the two results,
// and no extension field without a URI as its name. https://slsa.dev/spec/v1.1/verification_summary#schema
func valid(t *testing.T, text string) map[string]any {
	t.Helper()
	var p map[string]any
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	at := func(path string) any {
		var v any = p
		for _, key := range strings.Split(path, ".") {
			m, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = m[key]
		}
		return v
	}
	for _, path := range []string{"verifier.id", "resourceUri", "policy.uri"} {
		text, _ := at(path).(string)
		u, err := url.Parse(text)
		if err != nil || text == "" || strings.ContainsAny(text, " \\\"<>") || path != "policy.uri" && !u.IsAbs() {
			t.Errorf("%s is %q: not a URI", path, text)
		}
	}
	stamp, _ := at("timeVerified").(string)
	if _, err := time.Parse(time.RFC3339, stamp); err != nil || !strings.HasSuffix(stamp, "Z") {
		t.Errorf("timeVerified is %q", stamp)
	}
	if hash, _ := at("policy.digest.sha256").(string); !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(hash) {
		t.Errorf("policy.digest.sha256 is %q", hash)
	}
	result, _ := at("verificationResult").(string)
	levels, _ := at("verifiedLevels").([]any)
	if result != "PASSED" && result != "FAILED" || len(levels) == 0 {
		t.Errorf("verificationResult is %q, verifiedLevels %v", result, levels)
	}
	for _, level := range levels {
		name, _ := level.(string)
		if name == "" || strings.HasPrefix(name, "SLSA_") || (name == "FAILED") != (result == "FAILED") {
			t.Errorf("level %q beside result %s", name, result)
		}
	}
	specified := []string{"verifier", "timeVerified", "resourceUri", "policy", "inputAttestations", "verificationResult", "verifiedLevels", "dependencyLevels", "slsaVersion"}
	for key := range p {
		if !slices.Contains(specified, key) {
			t.Errorf("the specification has no field %q", key)
		}
	}
	return p
}

func write(t *testing.T, r report.Run) string {
	t.Helper()
	var b bytes.Buffer
	if err := attest.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestSummariesFollowTheSpecification(t *testing.T) {
	for outcome, want := range map[policy.Outcome]string{policy.Passed: "PASSED", policy.Failed: "FAILED"} {
		r := checked(outcome)
		r.Mode = "report"
		r.Policy.Source = `rules.yml exceptions & more.yml a\b:c`
		p := valid(t, write(t, r))
		if p["verificationResult"] != want || p["timeVerified"] != "2026-06-01T10:30:00Z" ||
			p["resourceUri"] != "pkg:oci/app@"+digest+"?repository_url=123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app" {
			t.Errorf("%s: %v", outcome, p)
		}
	}
}

// A PASSED summary needs a complete verdict over exactly one image, whose name is known.
func TestRunsThatHaveNoSummary(t *testing.T) {
	for name, change := range map[string]func(*report.Run){
		"two images":            func(r *report.Run) { r.Images = append(r.Images, r.Images[0]) },
		"no image":              func(r *report.Run) { r.Images = nil },
		"a usage error":         func(r *report.Run) { r.Problem = "x" },
		"no verdict":            func(r *report.Run) { r.Verdict, r.Images[0].Verdict.Outcome = policy.Errored, policy.Errored },
		"verdicts that differ":  func(r *report.Run) { r.Images[0].Verdict.Outcome = policy.Failed },
		"not judged":            func(r *report.Run) { r.Images[0].Judged = false },
		"an error on the way":   func(r *report.Run) { r.Images[0].Err = errors.New("x") },
		"some platforms":        func(r *report.Run) { r.Images[0].Partial = true },
		"a report not written":  func(r *report.Run) { r.ExitCode = 3 },
		"no digest":             func(r *report.Run) { r.Images[0].Ref.Digest = "" },
		"no account":            func(r *report.Run) { r.Images[0].Ref.RegistryID = "" },
		"no region":             func(r *report.Run) { r.Images[0].Ref.Region = "" },
		"a response of no name": func(r *report.Run) { r.Images[0].Saved = "a.json" },
	} {
		t.Run(name, func(t *testing.T) {
			r := checked(policy.Passed)
			change(&r)
			var b bytes.Buffer
			if err := attest.Write(&b, r); err == nil || b.Len() > 0 || attest.Withheld(r) == "" {
				t.Errorf("%v, withheld %q, written %s", err, attest.Withheld(r), &b)
			}
		})
	}
}

// In all runs of the other reports' tests, a summary with PASSED is for an image that passed.
func TestOnlyPassedRunsSayPassed(t *testing.T) {
	for name, r := range reporttest.Runs() {
		if attest.Withheld(r) != "" {
			continue
		}
		if p := valid(t, write(t, r)); (p["verificationResult"] == "PASSED") != (r.Verdict == policy.Passed && r.Images[0].Judged) {
			t.Errorf("%s: %v", name, p)
		}
	}
}
