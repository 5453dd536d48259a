package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// A fleetRun is the result of checking many basic images at once, in virtual time.
type fleetRun struct {
	code         int
	took         time.Duration
	mostInFlight int64
	calls        int
	stdout       string
	stderr       string
}

func checkFleet(t *testing.T, images int, registry string, args ...string) (out fleetRun) {
	t.Helper()
	var script, refs strings.Builder
	script.WriteString(registry + "images:\n")
	for i := range images {
		fmt.Fprintf(&script, "  - {repository: app%d, name: app%d, tags: [\"1\"], scan: [{at: 0s, status: COMPLETE, completed: -1h, findings: [{id: CVE-1, severity: LOW, package: p}]}]}\n", i, i)
		fmt.Fprintf(&refs, "app%d:1\n", i)
	}
	synctest.Test(t, func(t *testing.T) {
		fake, err := fakeecr.Parse([]byte(script.String()))
		if err != nil {
			t.Fatal(err)
		}
		var inFlight, most atomic.Int64
		counted := http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			raise(&most, inFlight.Add(1))
			defer inFlight.Add(-1)
			fake.ServeHTTP(w, req)
		})
		var stdout, stderr bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(refs.String()), stdout: &stdout, stderr: &stderr, transport: fakeecr.Transport(counted)}
		begun := time.Now()
		out.code = run(t.Context(), e, append([]string{"check", "-", "--policy", "built-in"}, args...))
		out.took, out.mostInFlight, out.calls = time.Since(begun), most.Load(), len(fake.Requests())
		out.stdout, out.stderr = stdout.String(), stderr.String()
	})
	t.Logf("%d images: exit %d after %s, %d calls, %d in flight at the most", images, out.code, out.took, out.calls, out.mostInFlight)
	return out
}

func TestThousandsOfImagesStayWithinTheCallsInFlight(t *testing.T) {
	out := checkFleet(t, 3000, "latency: 20ms\n")
	if out.code != exitPass || out.mostInFlight != ecr.MaxConcurrentCalls {
		t.Errorf("exit %d, %d calls in flight, want 0 and %d", out.code, out.mostInFlight, ecr.MaxConcurrentCalls)
	}
}

// An account that allows 20 calls per second only slows a run down: few of the calls are throttled.
func TestAThrottledAccountSlowsTheRunDown(t *testing.T) {
	const images, rate = 1000, 20
	const needed = 2 * images
	out := checkFleet(t, images, fmt.Sprintf("latency: 20ms\nrate: %d\n", rate))
	if least := needed / rate * time.Second; out.code != exitPass || out.took < least-time.Second || out.took > 2*least {
		t.Errorf("exit %d after %s, want 0 after %s to %s\n%s", out.code, out.took, least, 2*least, out.stderr)
	}
	if refused := out.calls - needed; refused > needed/4 {
		t.Errorf("%d of %d calls were refused", refused, out.calls)
	}
}

func TestAThrottledRunEndsAtItsTimeout(t *testing.T) {
	out := checkFleet(t, 1000, "latency: 20ms\nrate: 5\n", "--timeout", "1m", "--json", "-")
	if out.code != exitNoVerdict || out.took > 70*time.Second || !strings.Contains(out.stdout, "still waiting for the calls of other images") {
		t.Errorf("exit %d after %s", out.code, out.took)
	}
}

// Findings that no rule counts are dropped if no report lists them. The other reports do not change.
func TestReportsOfAFleetNeedNoDetails(t *testing.T) {
	write := func(more ...string) string {
		dir := t.TempDir()
		var text strings.Builder
		files := []string{"--html", "--markdown", "--junit", "--sarif", "--comment"}
		args := append([]string{"--sarif-findings", "counted", "--fail-on", "high"}, more...)
		for _, f := range files {
			args = append(args, f, filepath.Join(dir, "report"+f))
		}
		out := checkFleet(t, 25, "", args...)
		if out.code != exitPass {
			t.Fatalf("exit %d: %s", out.code, out.stderr)
		}
		text.WriteString(strings.ReplaceAll(out.stdout, dir, ""))
		for _, f := range files {
			content, err := os.ReadFile(filepath.Join(dir, "report"+f))
			if err != nil {
				t.Fatal(err)
			}
			text.Write(content)
		}
		return text.String()
	}
	if without, with := write(), write("--json", filepath.Join(t.TempDir(), "out.json")); without != with {
		t.Errorf("the reports differ:\n%s\nand\n%s", without, with)
	}
}

type closedPipe struct{}

func (closedPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestAListThatCannotBeWrittenIsNotAListing(t *testing.T) {
	registry, err := fakeecr.Parse([]byte(`images: [{repository: team/app, name: app, tags: ["1"]}]`))
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: closedPipe{}, stderr: &stderr, transport: fakeecr.Transport(registry)}
	if code := run(t.Context(), e, []string{"list"}); code != exitNoVerdict || !strings.Contains(stderr.String(), "broken pipe") {
		t.Errorf("exit %d:\n%s", code, &stderr)
	}
}
