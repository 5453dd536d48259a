package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// randomRuns is how many registries TestRandomRegistries makes up; ECRGATE_RANDOM_RUNS says
// otherwise, and ECRGATE_RANDOM_SEED where to begin.
func randomRuns(t *testing.T) (runs int, seed uint64) {
	t.Helper()
	runs, seed = 2000, uint64(time.Now().UnixNano())
	if raceEnabled {
		runs = 300
	}
	if text := os.Getenv("ECRGATE_RANDOM_RUNS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		runs = n
	}
	if text := os.Getenv("ECRGATE_RANDOM_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	return runs, seed
}

// TestRandomRegistries holds the promise against registries that nobody thought of: whatever the
// fake does, the gate never exits 0 when the true findings breach the policy, never exits 1 when
// they do not, and never stays beyond its deadline.
func TestRandomRegistries(t *testing.T) {
	runs, seed := randomRuns(t)
	t.Logf("%d runs, ECRGATE_RANDOM_SEED=%d", runs, seed)
	const parts = 2
	for part := range parts {
		t.Run(fmt.Sprintf("part %d", part), func(t *testing.T) {
			t.Parallel()
			codes := map[int]int{}
			for i := part; i < runs && !t.Failed(); i += parts {
				codes[tryRandom(t, seed+uint64(i))]++
			}
			t.Logf("exit codes: %v", codes)
		})
	}
}

// tryRandom makes one registry and lets the gate loose on it.
func tryRandom(t *testing.T, seed uint64) int {
	t.Helper()
	w := newWorld(seed)
	script, err := yaml.Marshal(w.script)
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	var code int
	var took time.Duration
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, transport: fakeecr.Transport(registry)}
		begun := time.Now()
		code = run(context.Background(), e, []string{"check", "--policy", "built-in", "--timeout", w.timeout.String(), "team/app:1"})
		took = time.Since(begun)
	})
	var wrong string
	switch {
	case code == exitPass && w.breach:
		wrong = "A FALSE PASS"
	case code == exitBreach && !w.breach:
		wrong = "a false breach"
	case code != exitPass && code != exitBreach && code != exitNoVerdict:
		wrong = "an exit code that no registry can bring about"
	case took > w.timeout+10*time.Second:
		wrong = "it stayed beyond its deadline"
	case w.calm && code == exitNoVerdict:
		wrong = "no verdict, although nothing stood in the way"
	}
	if wrong != "" {
		t.Errorf("seed %d: %s: exit %d after %s\n%s\n%s\n%s", seed, wrong, code, took, script, stdout.String(), stderr.String())
	}
	return code
}

// A world is a registry with the truth about it.
type world struct {
	*rand.Rand
	script   map[string]any
	enhanced bool
	timeout  time.Duration
	breach   bool // by the findings that are there in the end
	calm     bool // nothing stands in the way
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 0)), timeout: 10 * time.Minute}
	w.enhanced = w.maybe(2)
	scanType := "BASIC"
	if w.enhanced {
		scanType = "ENHANCED"
	}
	faults := w.faults()
	w.calm = len(faults) == 0
	if w.maybe(8) {
		w.timeout = time.Duration(30+w.IntN(300)) * time.Second
		w.calm = false
	}
	w.script = map[string]any{"scanType": scanType, "images": w.images(), "faults": faults}
	if w.maybe(6) {
		w.script["skew"] = []string{"1h", "-1h", "10m", "-3m"}[w.IntN(4)]
	}
	return w
}

// maybe is true once in n times.
func (w *world) maybe(n int) bool { return w.IntN(n) == 0 }

func (w *world) images() []any {
	if w.maybe(2) {
		return []any{w.image("app", "linux/amd64", []string{"1"})}
	}
	var children []string
	images := []any{}
	for i := range 1 + w.IntN(4) {
		name := fmt.Sprintf("child%d", i)
		children = append(children, name)
		images = append(images, w.image(name, []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"}[i], nil))
	}
	if w.maybe(2) {
		children = append(children, "attestation")
		images = append(images, map[string]any{"repository": "team/app", "name": "attestation", "kind": "attestation"})
	}
	return append(images, map[string]any{"repository": "team/app", "name": "app", "tags": []string{"1"}, "kind": "index", "children": children})
}

// image makes an image whose findings come as late as the settle rule allows for.
func (w *world) image(name, platform string, tags []string) map[string]any {
	findings, breach := w.findings()
	w.breach = w.breach || breach
	img := map[string]any{"repository": "team/app", "name": name, "platform": platform, "scan": w.timeline(findings)}
	if tags != nil {
		img["tags"] = tags
	}
	return img
}

func (w *world) findings() (list []any, breach bool) {
	severities := []string{"LOW", "LOW", "MEDIUM", "INFORMATIONAL", "UNTRIAGED"}
	if !w.enhanced {
		severities[4] = "UNDEFINED"
	}
	for i := range w.IntN(30) {
		list = append(list, map[string]any{"id": fmt.Sprintf("CVE-2024-%04d", i), "severity": severities[w.IntN(len(severities))], "package": fmt.Sprintf("p%d", w.IntN(5)), "version": "1"})
	}
	if w.maybe(2) {
		bad := map[string]any{"id": "CVE-2024-9999", "severity": []string{"HIGH", "CRITICAL", "NEVER-SEEN"}[w.IntN(3)], "package": "q", "version": "2"}
		at := w.IntN(len(list) + 1)
		list = append(list[:at], append([]any{bad}, list[at:]...)...)
		breach = true
	}
	return list, breach
}

// timeline leads from nothing to all findings. What says that it is complete before it is stays so
// for less than the time to settle.
func (w *world) timeline(findings []any) []any {
	at := 0
	var states []any
	add := func(state map[string]any, lasts int) {
		state["at"] = fmt.Sprintf("%ds", at)
		states = append(states, state)
		at += lasts
	}
	if w.maybe(3) {
		add(map[string]any{"error": "ScanNotFoundException"}, 1+w.IntN(120))
	}
	if w.maybe(2) {
		add(map[string]any{"status": []string{"PENDING", "IN_PROGRESS"}[w.IntN(2)]}, 1+w.IntN(120))
	}
	ended := "COMPLETE"
	if w.enhanced && w.maybe(2) {
		ended = "ACTIVE"
	}
	for range w.IntN(3) {
		lasts := 1 + w.IntN(25)
		some := []any{}
		if w.enhanced && len(findings) > 0 {
			some = findings[:w.IntN(len(findings))]
		}
		add(map[string]any{"status": ended, "completed": []string{"none", "now"}[w.IntN(2)], "findings": some}, lasts)
	}
	last := map[string]any{"status": ended, "findings": findings, "counts": "whole"}
	if w.maybe(2) {
		last["pageSize"] = 1 + w.IntN(10)
	}
	add(last, 0)
	return states
}

// faults are what stands in the way. None of them hides a finding in a way that nothing can notice.
func (w *world) faults() []any {
	if w.maybe(4) {
		return nil
	}
	kinds := []map[string]any{
		{"throttle": true}, {"http": 500}, {"http": 503, "body": "<html>"}, {"break": "reset"}, {"break": "truncate"},
		{"break": "hang"}, {"break": "unreachable"}, {"body": `{"imageScanFindings": {"findings": [`}, {"slow": "7s"},
		{"lie": "repeatToken"}, {"lie": "dropPage"}, {"lie": "lostToken"}, {"lie": "emptyPage"},
		{"lie": "otherImage"}, {"lie": "otherStatus"}, {"lie": "otherScan"}, {"lie": "noDate"},
		{"error": "AccessDeniedException", "message": "no"}, {"error": "ScanNotFoundException", "message": "not now"},
		{"error": "ExpiredTokenException", "message": "over"}, {"http": 407, "body": "<html>"}, {"body": "{}"},
	}
	if w.enhanced {
		kinds = append(kinds, map[string]any{"lie": "repeatPage"})
	}
	var out []any
	for range 1 + w.IntN(4) {
		f := map[string]any{}
		for k, v := range kinds[w.IntN(len(kinds))] {
			f[k] = v
		}
		f["operation"] = []string{"*", "DescribeImageScanFindings", "DescribeImageScanFindings", "BatchGetImage", "StartImageScan"}[w.IntN(5)]
		switch w.IntN(3) {
		case 0:
			first := 1 + w.IntN(12)
			f["calls"] = fmt.Sprintf("%d-%d", first, first+w.IntN(4))
		case 1:
			from := w.IntN(120)
			f["from"], f["to"] = fmt.Sprintf("%ds", from), fmt.Sprintf("%ds", from+1+w.IntN(90))
		default:
			f["calls"] = strconv.Itoa(1 + w.IntN(6))
		}
		out = append(out, f)
	}
	return out
}
