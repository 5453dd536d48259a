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
		if problem := out.problem(check); problem != "" {
			t.Errorf("%s: %s\n%.2000s\n%.2000s", check, problem, out.stdout, out.stderr)
		}
	}
}

// With more images than the calls in flight can serve in 10 s, the time limit of a call to Amazon Inspector,
// each call still gets its response.
func TestWaitingForOtherImagesDoesNotSilenceInspector(t *testing.T) {
	checkPendingFleet(t, 100, "latency: 3s", "exit 1", "stdout 100 images: 100 FAIL")
}

// The same holds if the first call is slow.
func TestASlowFirstAnswerDoesNotSilenceInspector(t *testing.T) {
	checkPendingFleet(t, 20, "faults: [{operation: ListCoverage, to: 14s, break: hang}]", "exit 1", "stdout 20 images: 20 FAIL")
}

// If Inspector never answers, a fleet waits for a few calls, not for one per image.
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

// Waiting for the calls of other images does not count toward the time limit of the call for the scan type,
// either.
func TestWaitingForOtherImagesDoesNotHideTheScanType(t *testing.T) {
	checkBasicFleet(t, 100, "latency: 3s", "exit 0", "stdout 100 images: 100 PASS", "no stdout settled by time alone", "calls ListCoverage 0")
}

// Without a response to that call, images do not wait 10 s each, one after another.
func TestAnUnansweredScanTypeDoesNotDelayAFleet(t *testing.T) {
	for _, trouble := range []string{"break: hang", "throttle: true", "break: unreachable"} {
		checkBasicFleet(t, 200, "faults: [{operation: GetRegistryScanningConfiguration, "+trouble+"}]", "exit 0", "took 5s..1m", "stdout 200 images: 200 PASS")
	}
}

// Throttling does count: then time decides, and the calls to Inspector do not use up the time for ECR.
func TestThrottlingOfInspectorDoesNotDelayAFleet(t *testing.T) {
	checkPendingFleet(t, 200, "latency: 60ms\nfaults: [{operation: ListCoverage, throttle: true}]", "exit 0", "took 1m..3m", "stdout 200 images: 200 PASS")
}
