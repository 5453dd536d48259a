package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// checkPendingFleet checks images whose scans Amazon Inspector reports as pending for 10 minutes, while ECR has an
// empty result. settings are lines of the registry.
func checkPendingFleet(t *testing.T, images int, settings string, want ...string) {
	t.Helper()
	var registry, references strings.Builder
	registry.WriteString("scanType: ENHANCED\n" + settings + "\nimages:\n")
	for i := range images {
		fmt.Fprintf(&registry, `
  - repository: team/app%[1]d
    name: app%[1]d
    tags: ["1"]
    coverage:
      - {at: 0s, code: ACTIVE, reason: PENDING_INITIAL_SCAN}
      - {at: 10m, code: ACTIVE, reason: SUCCESSFUL, scanned: 10m}
    scan:
      - {at: 0s, status: ACTIVE, completed: none}
      - {at: 10m, status: ACTIVE, completed: none, findings: [{id: CVE-2026-1, severity: CRITICAL, package: openssl}]}`, i)
		fmt.Fprintf(&references, "team/app%d:1\n", i)
	}
	playFleet(t, registry.String(), references.String(), want...)
}

// playFleet checks the references against a registry, in virtual time.
func playFleet(t *testing.T, registry, references string, want ...string) {
	t.Helper()
	s := story{
		name: "fleet", command: strings.Fields("check - --timeout 1h"),
		files: []txtar.File{{Name: "registry.yaml", Data: []byte(registry)}, {Name: "stdin", Data: []byte(references)}},
	}
	out := s.play(t)
	for _, check := range want {
		if problem := out.holds(check); problem != "" {
			t.Errorf("%s: %s\n%.2000s\n%.2000s", check, problem, out.stdout, out.stderr)
		}
	}
}

// With more images than the calls in flight let through in 10 s, the time that a question to Amazon
// Inspector has, each question still gets its answer.
func TestWaitingForOtherImagesDoesNotSilenceInspector(t *testing.T) {
	checkPendingFleet(t, 100, "latency: 3s", "exit 1", "stdout 100 images: 100 FAIL")
}

// Nor does a slow moment when the first image asks.
func TestASlowFirstAnswerDoesNotSilenceInspector(t *testing.T) {
	checkPendingFleet(t, 20, "faults: [{operation: ListCoverage, to: 14s, break: hang}]", "exit 1", "stdout 20 images: 20 FAIL")
}

// An Inspector that never answers costs a fleet the time of a few questions, not of one for each image.
func TestAnUnreachableInspectorDoesNotDelayAFleet(t *testing.T) {
	checkPendingFleet(t, 200, "faults: [{operation: ListCoverage, break: hang}]", "exit 0", "took 1m..2m", "stdout 200 images: 200 PASS")
}

// checkBasicFleet checks images with empty basic results, which the registry's scan type shows.
func checkBasicFleet(t *testing.T, images int, settings string, want ...string) {
	t.Helper()
	var registry, references strings.Builder
	registry.WriteString("scanType: BASIC\n" + settings + "\nimages:\n")
	for i := range images {
		fmt.Fprintf(&registry, "  - {repository: team/app%[1]d, name: app%[1]d, tags: ['1'], scan: [{at: 0s, status: COMPLETE, completed: -1h}]}\n", i)
		fmt.Fprintf(&references, "team/app%d:1\n", i)
	}
	playFleet(t, registry.String(), references.String(), want...)
}

// Waiting for the calls of other images does not count against the question for the scan type, either.
func TestWaitingForOtherImagesDoesNotHideTheScanType(t *testing.T) {
	checkBasicFleet(t, 100, "latency: 3s", "exit 0", "stdout 100 images: 100 PASS", "no stdout settled by time alone", "calls ListCoverage 0")
}

// Without an answer to it, images do not wait 10 s each, one after the other.
func TestAnUnansweredScanTypeDoesNotDelayAFleet(t *testing.T) {
	for _, trouble := range []string{"break: hang", "throttle: true", "break: unreachable"} {
		checkBasicFleet(t, 200, "faults: [{operation: GetRegistryScanningConfiguration, "+trouble+"}]", "exit 0", "took 5s..1m", "stdout 200 images: 200 PASS")
	}
}

// Throttling does: time decides, and the questions do not use up the time for ECR.
func TestThrottlingOfInspectorDoesNotDelayAFleet(t *testing.T) {
	checkPendingFleet(t, 200, "latency: 60ms\nfaults: [{operation: ListCoverage, throttle: true}]", "exit 0", "took 1m..3m", "stdout 200 images: 200 PASS")
}
