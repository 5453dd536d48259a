package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// randomRuns is how many registries TestRandomRegistries generates by default; ECRGATE_RANDOM_RUNS overrides
// it, and ECRGATE_RANDOM_SEED sets the first seed.
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

// TestRandomRegistries tests the promise with random registries: whatever the fake does, the gate never exits
// with 0 if the true findings breach the policy, never exits with 1 if they do not, and never runs past its
// deadline.
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

// tryRandom generates a registry and runs the gate against it.
func tryRandom(t *testing.T, seed uint64) int {
	t.Helper()
	w := newWorld(seed)
	script, err := json.Marshal(w.script) // JSON is also YAML
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	var code int
	var took time.Duration
	var followed atomic.Bool
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse(script)
		if err != nil {
			t.Fatal(err)
		}
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, transport: redirectWatch{fakeecr.Transport(registry), &followed}}
		begun := time.Now()
		code = run(context.Background(), e, append([]string{"check", "--json", "-", "--timeout", w.timeout.String()}, w.args...))
		took = time.Since(begun)
	})
	var wrong string
	switch {
	case code == exitPass && w.breach:
		wrong = "A FALSE PASS"
	case code == exitPass && unearned(stdout.Bytes(), modeEnforce) != "":
		wrong = "AN UNEARNED PASS: " + unearned(stdout.Bytes(), modeEnforce)
	case followed.Load():
		wrong = "a redirect was followed"
	case code == exitBreach && !w.breach && !w.base: // findings of unknown origin count
		wrong = "a false breach"
	case code != exitPass && code != exitBreach && code != exitNoVerdict:
		wrong = "an exit code that no registry can bring about"
	case took > w.timeout+10*time.Second:
		wrong = "it stayed beyond its deadline"
	case w.calm && code == exitNoVerdict:
		wrong = "no verdict, although there were no faults"
	}
	if wrong != "" {
		t.Errorf("seed %d: %s: exit %d after %s\n%s\n%s\n%s\n%s", seed, wrong, code, took, w.args, script, stdout.String(), stderr.String())
	}
	return code
}

// A redirectWatch detects requests that follow a redirect: net/http sets their Response field.
type redirectWatch struct {
	http.RoundTripper
	followed *atomic.Bool
}

func (r redirectWatch) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Response != nil {
		r.followed.Store(true)
	}
	return r.RoundTripper.RoundTrip(req)
}

// A world is a registry with the true findings.
type world struct {
	*rand.Rand
	script   map[string]any
	args     []string
	enhanced bool
	ignore   bool // an exception for ignored
	baseline bool // an image :0 that has old
	one      bool // only linux/amd64 is requested
	base     bool // the policy counts only findings that do not come from the image base:1
	built    bool // the current manifest is built on it
	timeout  time.Duration
	breach   bool // by the final findings
	calm     bool // there are no faults
}

// basePolicy is a file that counts only what does not come from the base image.
const basePolicy = "testdata/random-base.yml"

// The id of a bad finding shows what can excuse it.
const (
	plainlyBad = "CVE-2024-9999"
	ignored    = "CVE-2024-9998"
	old        = "CVE-2024-9997"
)

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 0)), timeout: 10 * time.Minute}
	w.enhanced, w.ignore, w.baseline, w.one = w.maybe(2), w.maybe(3), w.maybe(4), w.maybe(5)
	w.base = w.maybe(4)
	w.ignore = w.ignore && !w.base
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
	w.script = map[string]any{"scanType": scanType, "images": w.registry(), "faults": faults}
	if w.maybe(6) {
		w.script["skew"] = []string{"1h", "10m", "-1h", "-3m"}[w.IntN(4)]
	}
	w.inputs()
	return w
}

// maybe returns true once in n times.
func (w *world) maybe(n int) bool { return w.IntN(n) == 0 }

// inputs returns the flags in addition to the references.
func (w *world) inputs() {
	if w.base {
		w.args = append(w.args, "--policy", basePolicy, "--base", "base:1")
	} else {
		w.args = append(w.args, "--fail-on", "HIGH")
	}
	if w.ignore {
		w.args = append(w.args, "--ignore", ignored)
	}
	if w.baseline {
		w.args = append(w.args, "--baseline", ":0")
	}
	if w.one {
		w.args = append(w.args, "--platform", "linux/amd64")
	}
	if w.enhanced && w.maybe(3) { // both services must have the same findings
		w.args = append(w.args, "--epss", "inspector")
	}
}

// registry generates one image to check, or several, each in its own repository.
func (w *world) registry() []any {
	var all []any
	for i := range 1 + max(0, w.IntN(5)-2) {
		repository := fmt.Sprintf("team/app%d", i)
		w.args = append(w.args, repository+":1")
		all = append(all, w.images(repository)...)
	}
	if w.base {
		all = append(all, map[string]any{"repository": "base", "name": "base", "tags": []string{"1"}, "layers": []string{"base", "more"}})
	}
	return all
}

func (w *world) images(repository string) []any {
	images := []any{map[string]any{"repository": repository, "name": repository + "decoy"}}
	image := func(name, platform string, tags []string, findings []any) {
		scan, end := w.timeline(findings)
		img := map[string]any{"repository": repository, "name": repository + name, "platform": platform, "scan": scan, "layers": []string{"other", "own"}}
		if w.built {
			img["layers"] = []string{"base", "more", "own"}
		}
		if coverage := w.coverage(repository, end); coverage != nil {
			img["coverage"] = coverage
		}
		if tags != nil {
			img["tags"] = tags
		}
		images = append(images, img)
	}
	if w.baseline {
		known := map[string]any{"id": old, "severity": "CRITICAL", "package": "q", "version": "1"}
		image("base", "linux/amd64", []string{"0"}, append(w.harmless(), known))
	}
	if w.maybe(2) {
		w.built = !w.maybe(4)
		image("", "linux/amd64", []string{"1"}, w.findings(true))
		return images
	}
	var children []string
	for i := range 1 + w.IntN(4) {
		name := fmt.Sprintf("child%d", i)
		children = append(children, repository+name)
		w.built = !w.maybe(4)
		image(name, []string{"linux/amd64", "linux/arm64", "linux/arm/v7", "windows/amd64"}[i], nil, w.findings(i == 0 || !w.one))
	}
	if w.maybe(2) {
		children = append(children, repository+"proof")
		images = append(images, map[string]any{"repository": repository, "name": repository + "proof", "kind": "attestation"})
	}
	if w.maybe(4) { // a nested index
		inner := map[string]any{"repository": repository, "name": repository + "inner", "kind": "list", "children": children}
		images, children = append(images, inner), []string{repository + "inner"}
	}
	return append(images, map[string]any{"repository": repository, "name": repository, "tags": []string{"1"}, "kind": "index", "children": children})
}

func (w *world) harmless() (list []any) {
	severities := []string{"LOW", "LOW", "MEDIUM", "INFORMATIONAL", "UNTRIAGED"}
	if !w.enhanced {
		severities[4] = "UNDEFINED"
	}
	for i := range w.IntN(20) {
		list = append(list, map[string]any{"id": fmt.Sprintf("CVE-2024-%04d", i), "severity": severities[w.IntN(len(severities))], "package": fmt.Sprintf("p%d", w.IntN(5)), "version": "1"})
	}
	return list
}

// findings generates the findings of an image; bad ones are a breach if the image counts and nothing excuses
// them.
func (w *world) findings(counts bool) []any {
	list := w.harmless()
	for n := 2; w.maybe(2); n++ {
		id := []string{plainlyBad, ignored, old}[w.IntN(3)]
		bad := map[string]any{"id": id, "severity": []string{"HIGH", "CRITICAL", "NEVER-SEEN"}[w.IntN(3)], "package": "q", "version": strconv.Itoa(n)}
		at := w.IntN(len(list) + 1)
		list = append(list[:at], append([]any{bad}, list[at:]...)...)
		bad["layer"] = []string{"base", "own", "other", "none"}[w.IntN(4)]
		excused := id == ignored && w.ignore || id == old && w.baseline || w.base && w.enhanced && w.built && bad["layer"] == "base"
		w.breach = w.breach || counts && !excused
	}
	return list
}

// timeline generates the states from no findings to all findings. An incomplete state that looks complete
// lasts for less than the settle time. end is the second from which on all findings are there.
func (w *world) timeline(findings []any) (states []any, end int) {
	at := 0
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
		last["pageSize"] = 1 + w.IntN(11)
	}
	add(last, 0)
	return states, at
}

var operations = []string{
	"*", "DescribeImageScanFindings", "DescribeImageScanFindings", "BatchGetImage", "StartImageScan", "ListCoverage", "ListCoverage",
	"GetRegistryScanningConfiguration", "ListFindings",
}

// faults generates faults. None of them hides a finding undetectably.
func (w *world) faults() []any {
	if w.maybe(4) {
		return nil
	}
	kinds := []map[string]any{
		{"throttle": true}, {"http": 500}, {"http": 503, "body": "<html>"}, {"break": "reset"}, {"break": "truncate"},
		{"break": "hang"}, {"break": "unreachable"}, {"body": `{"imageScanFindings": {"findings": [`}, {"slow": "7s"},
		{"lie": "repeatToken"}, {"lie": "dropPage"}, {"lie": "lostToken"}, {"lie": "emptyPage"},
		{"lie": "otherImage"}, {"lie": "otherStatus"}, {"lie": "otherScan"}, {"lie": "noDate"}, {"lie": "repeatPage"}, {"lie": "shiftPage"},
		{"lie": "newTokens"}, {"lie": "noImage"}, {"lie": "otherRepository"}, {"lie": "otherRegistry"}, {"break": "drip"},
		{"http": 302, "location": "https://api.ecr.example.com/"}, {"http": 307, "location": "https://api.ecr.example.com/"},
		{"http": 308, "location": "http://api.ecr.us-east-1.amazonaws.com/"}, {"http": 307, "location": "/"},
		{"lie": "twoSeverities"}, {"lie": "twinSeverity"}, {"http": 429}, {"http": 206, "body": "{}"}, {"error": "ImageNotFoundException", "message": "not now"},
		{"error": "AccessDeniedException", "message": "no"}, {"error": "ScanNotFoundException", "message": "not now"},
		{"error": "ExpiredTokenException", "message": "over"}, {"http": 407, "body": "<html>"}, {"body": "{}"},
		{"body": `{"imageScanStatus": {"status": "COMPLETE", "Status": "COMPLETE"}, "imageScanFindings": {"findings": [], "findings": []}}`},
		{"lie": "futureDate"}, {"lie": "pastDate"}, {"lie": "badDate"}, {"lie": "oneMore"}, {"lie": "oneLess"}, {"lie": "closed"},
	}
	var out []any
	for range 1 + w.IntN(4) {
		f := map[string]any{}
		for k, v := range kinds[w.IntN(len(kinds))] {
			f[k] = v
		}
		f["operation"] = operations[w.IntN(len(operations))]
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
