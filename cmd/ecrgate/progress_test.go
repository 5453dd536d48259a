package main

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// waiting returns the output on stderr during the wait for an image.
func waiting(t *testing.T, terminal bool, script string, args ...string) string {
	t.Helper()
	var stderr bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse([]byte(script))
		if err != nil {
			t.Fatal(err)
		}
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, terminal: terminal, transport: fakeecr.Transport(registry)}
		if code := run(context.Background(), e, append([]string{"check"}, args...)); code != exitBreach {
			t.Fatalf("exit %d:\n%s", code, stderr.String())
		}
	})
	return stderr.String()
}

const lateRegistry = `
images:
  - repository: team/app
    name: app
    tags: ["1"]
    scan:
      - {at: 0s, status: PENDING}
      - {at: 40s, status: IN_PROGRESS}
      - {at: 100s, status: COMPLETE, type: basic, completed: 100s, findings: [{id: CVE-1, severity: CRITICAL}]}
`

func TestALogHasALinePerChangeAndEvery30Seconds(t *testing.T) {
	text := waiting(t, false, lateRegistry, "team/app:1")
	if strings.ContainsAny(text, "\r\x1b") {
		t.Errorf("a log gets what only a terminal understands: %q", text)
	}
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		if strings.HasPrefix(line, "ecrgate: [") {
			got = append(got, regexp.MustCompile(`\[.*?\] `).ReplaceAllString(strings.TrimPrefix(line, "ecrgate: "), ""))
		}
	}
	want := []string{"team/app:1: PENDING", "still waiting: team/app:1: PENDING", "team/app:1: IN_PROGRESS", "still waiting: team/app:1: IN_PROGRESS", "still waiting: team/app:1: IN_PROGRESS"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log says\n%s\nwant\n%s\nof\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"), text)
	}
	if !strings.Contains(text, "ecrgate: [30s] still waiting") || !strings.Contains(text, "ecrgate: [1m30s] still waiting") {
		t.Errorf("the time spent is not reported:\n%s", text)
	}
}

func TestATerminalHasOneLiveLine(t *testing.T) {
	long := strings.ReplaceAll(lateRegistry, "team/app", "team/"+strings.Repeat("very-long-name-", 8)+"app")
	for name, c := range map[string]struct{ script, image string }{
		"a short name":            {lateRegistry, "team/app:1"},
		"a name that is too long": {long, "team/" + strings.Repeat("very-long-name-", 8) + "app:1"},
	} {
		text := waiting(t, true, c.script, c.image)
		const erase = "\r\x1b[2K"
		parts := strings.Split(text, erase)
		if n := len(parts) - 1; n < 90 || n > 130 {
			t.Errorf("%s: the line moved %d times in 100 s", name, n)
		}
		for i, part := range parts {
			live := part[strings.LastIndex(part, "\n")+1:]
			if utf8.RuneCountInString(live) > 79 || strings.Contains(live, "\x1b") {
				t.Errorf("%s: a live line that a terminal breaks: %q", name, live)
			}
			if i < len(parts)-1 && live == "" {
				t.Errorf("%s: an empty line is erased after %q", name, part)
			}
		}
		if last := parts[len(parts)-1]; last != "" && !strings.HasSuffix(last, "\n") {
			t.Errorf("%s: the live line stays: %q", name, last)
		}
		if !strings.Contains(text, "ecrgate: [42s] still waiting: ") {
			t.Errorf("%s: the time does not move:\n%q", name, text)
		}
	}
}
