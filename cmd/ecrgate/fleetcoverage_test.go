package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestAQueueOfCallsIsNoTroubleWithInspector checks more images than the calls in flight let through in the
// time that a question to Amazon Inspector has. Each question still gets its answer: the scans are pending,
// and the results that ECR has by then are empty.
func TestAQueueOfCallsIsNoTroubleWithInspector(t *testing.T) {
	var registry, references strings.Builder
	registry.WriteString("scanType: ENHANCED\nlatency: 3s\nimages:\n")
	for i := range 100 {
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
	for _, want := range []string{"exit 1", "stdout 100 images: 100 FAIL", "no stdout settled by time alone"} {
		if problem := out.holds(want); problem != "" {
			t.Errorf("%s: %s\n%s", want, problem, out.stderr)
		}
	}
}
