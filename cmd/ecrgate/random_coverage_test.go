package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// seconds formats a time for a script.
func seconds(n int) string { return fmt.Sprintf("%ds", n) }

// coverage returns what Amazon Inspector lists for an image whose findings are complete from second end on.
// It may be late, early or wrong, but a scan that it reports as done ended less than a settle time before.
func (w *world) coverage(repository string, end int) []any {
	if !w.enhanced || w.maybe(4) {
		return nil
	}
	scanned := end - 50 + w.IntN(110)
	done := max(scanned, 0) + w.IntN(30)
	honest := map[string]any{"at": seconds(done), "code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": seconds(scanned)}
	if w.maybe(2) {
		honest["code"], honest["reason"] = "INACTIVE", "SCAN_FREQUENCY_SCAN_ON_PUSH"
	}
	var states []any
	if done > 0 {
		pending := []string{"PENDING_INITIAL_SCAN", "SCAN_IN_PROGRESS", "PENDING_REVIVAL_SCAN", "INTERNAL_ERROR"}[w.IntN(4)]
		states = append(states, map[string]any{"at": seconds(w.IntN(done)), "code": "ACTIVE", "reason": pending})
	}
	states = append(states, honest)
	if w.maybe(4) { // another scan, without new findings
		again := map[string]any{"at": seconds(done + 5), "code": honest["code"], "reason": honest["reason"], "scanned": seconds(done + w.IntN(5))}
		states = append(states, again)
	}
	if w.maybe(3) {
		return w.lies(repository, end, states)
	}
	return states
}

// lies replaces some of the states with ones that prove nothing.
func (w *world) lies(repository string, end int, states []any) []any {
	w.calm = false
	wrong := []map[string]any{
		{"code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": "-1h", "rows": 2},
		{"code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": "-1h", "of": repository + "decoy"},
		{"code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": "2h"},
		{"code": "ACTIVE", "reason": "SUCCESSFUL"},
		{"code": "INACTIVE", "reason": "SUCCESSFUL", "scanned": "-1h"},
		{"code": "ACTIVE", "reason": "SCAN_FREQUENCY_SCAN_ON_PUSH", "scanned": "-1h"},
		{"code": "ACTIVE", "reason": "RESOURCE_STOPPED", "scanned": "-1h"},
		{"code": "ACTIVE", "reason": "SCAN_IN_PROGRESS", "scanned": "-1h"},
		{"code": "INACTIVE", "reason": "UNSUPPORTED_OS", "scanned": "-1h"},
		{"code": "INACTIVE", "reason": "SCAN_FREQUENCY_MANUAL"},
		{"code": "ACTIVE", "reason": "PENDING_INITIAL_SCAN"},
	}
	if w.maybe(6) { // a scan time that differs in every response
		var moving []any
		for at := 0; at < end; at += 4 {
			moving = append(moving, map[string]any{"at": seconds(at), "code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": seconds(at - 3600)})
		}
		return append(moving, map[string]any{"at": seconds(end), "code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": seconds(end)})
	}
	lie := wrong[w.IntN(len(wrong))]
	if w.maybe(2) {
		lie["at"] = "0s"
		return []any{lie}
	}
	lie["at"] = states[len(states)-1].(map[string]any)["at"]
	return append(states[:len(states)-1], lie)
}

// TestCoverageAloneNeverTurnsNoVerdictIntoAPass compares registries without a result, or with one and no
// faults, with and without coverage by Amazon Inspector.
func TestCoverageAloneNeverTurnsNoVerdictIntoAPass(t *testing.T) {
	runs, seed := randomRuns(t)
	runs /= 4
	t.Logf("%d runs, ECRGATE_RANDOM_SEED=%d", runs, seed)
	accepting := filepath.Join(t.TempDir(), "accepting.yml")
	if err := os.WriteFile(accepting, []byte(`version: 1
rules: [{name: nothing high, minSeverity: HIGH}]
scan: {accept: [{status: NOT_FOUND, reason: a test}, {status: UNSUPPORTED_IMAGE, reason: a test}]}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	pairs := map[string]int{}
	for i := range runs {
		w := newWorld(seed + uint64(i))
		w.withoutResult()
		args := []string{"check", "--timeout", "10m", "--fail-on", "HIGH"}
		if w.maybe(3) {
			args = []string{"check", "--timeout", "10m", "--policy", accepting}
		}
		for _, arg := range w.args {
			if strings.HasPrefix(arg, "team/") {
				args = append(args, arg)
			}
		}
		with := playScript(t, w.script, args)
		for _, img := range w.script["images"].([]any) {
			delete(img.(map[string]any), "coverage")
		}
		without := playScript(t, w.script, args)
		if with == exitPass && without != exitPass {
			script, _ := json.Marshal(w.script)
			t.Fatalf("seed %d: exit %d without coverage, %d with it\n%s\n%s", seed+uint64(i), without, with, args, script)
		}
		pairs[fmt.Sprintf("%d to %d", without, with)]++
	}
	t.Logf("exit codes without and with coverage: %v", pairs)
}

// withoutResult removes the result of most images, and all faults except permanent ones of ECR, which do not
// depend on the number of calls.
func (w *world) withoutResult() {
	w.script["faults"] = []any{}
	if w.maybe(4) {
		fault := []map[string]any{
			{"error": "AccessDeniedException"}, {"throttle": true}, {"lie": "lostToken"}, {"lie": "otherImage"}, {"break": "truncate"},
		}[w.IntN(5)]
		fault["operation"] = "DescribeImageScanFindings"
		w.script["faults"] = []any{fault}
	}
	for _, img := range w.script["images"].([]any) {
		img := img.(map[string]any)
		if img["scan"] == nil || w.maybe(4) {
			continue
		}
		only := func(state map[string]any) []any { state["at"] = "0s"; return []any{state} }
		switch w.IntN(4) {
		case 0:
			img["scan"] = only(map[string]any{"error": "ScanNotFoundException"})
		case 1:
			img["scan"] = only(map[string]any{"status": "PENDING"})
		case 2:
			statuses := []string{"FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "FINDINGS_UNAVAILABLE", "NEWS_TO_ME"}
			img["scan"] = only(map[string]any{"status": statuses[w.IntN(len(statuses))]})
		default:
			raw := fmt.Sprintf(`{"imageId": {"imageDigest": %q}, "imageScanStatus": {"status": "ACTIVE"}}`, fakeecr.Digest(img["name"].(string)))
			img["scan"] = only(map[string]any{"raw": raw})
		}
		if w.maybe(2) {
			img["coverage"] = []any{map[string]any{"at": "0s", "code": "ACTIVE", "reason": "SUCCESSFUL", "scanned": "-1h"}}
		}
	}
}

// playScript runs the gate against a registry and returns its exit code.
func playScript(t *testing.T, script map[string]any, args []string) (code int) {
	t.Helper()
	text, err := json.Marshal(script)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &out, stderr: &out, transport: fakeecr.Transport(registry)}
		code = run(context.Background(), e, slices.Clone(args))
	})
	return code
}
