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
	s := story{
		name: "fleet", command: strings.Fields("check - --timeout 1h"),
		files: []txtar.File{{Name: "registry.yaml", Data: []byte(registry.String())}, {Name: "stdin", Data: []byte(references.String())}},
	}
	out := s.play(t)
	for _, check := range want {
		if problem := out.holds(check); problem != "" {
			t.Errorf("%s: %s\n%s", check, problem, out.stderr)
		}
	}
}

// With more images than the calls in flight let through in 10 s, the time that a question to Amazon
// Inspector has, each question still gets its answer.
func TestWaitingForOtherImagesDoesNotSilenceInspector(t *testing.T) {
	checkPendingFleet(t, 100, "latency: 3s", "exit 1", "stdout 100 images: 100 FAIL")
}

// Throttling does: time decides, and the questions do not use up the time for ECR.
func TestThrottlingOfInspectorDoesNotDelayAFleet(t *testing.T) {
	checkPendingFleet(t, 200, "latency: 60ms\nfaults: [{operation: ListCoverage, throttle: true}]", "exit 0", "took 1m..3m", "stdout 200 images: 200 PASS")
}
