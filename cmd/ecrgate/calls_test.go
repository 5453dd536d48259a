package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/ecrgate/ecrgate/internal/fakeecr"
)

// pages returns the number of pages of so many findings: docs/performance.md.
func pages(findings, size int) int { return max(1, (findings+size-1)/size) }

func TestNumberOfCallsIsAsDocumented(t *testing.T) {
	const old, fresh = "-30d", "now"
	one := func(name, kind, completed string, findings int) string {
		status := map[string]string{"enhanced": "ACTIVE", "basic": "COMPLETE"}[kind]
		return fmt.Sprintf("  - {repository: app, name: %s, tags: [%s], scan: [{at: 0s, type: %s, status: %s, completed: %s, findings: [{count: %d, severity: LOW}]}]}\n",
			name, name, kind, status, completed, findings)
	}
	index := func(children, findings int) string {
		var names []string
		var text strings.Builder
		for i := range children {
			name := fmt.Sprintf("child%d", i)
			names = append(names, name)
			text.WriteString(one(name, "enhanced", old, findings))
		}
		fmt.Fprintf(&text, "  - {repository: app, name: many, tags: [many], kind: index, children: [%s]}\n", strings.Join(names, ", "))
		return text.String()
	}
	inspected := func(name, coverage string, findings int) string {
		return strings.Replace(one(name, "enhanced", fresh, findings), "scan: [", "coverage: ["+coverage+"], scan: [", 1)
	}
	const done = "{at: 0s, code: ACTIVE, reason: SUCCESSFUL, scanned: -1h}"
	for name, c := range map[string]struct {
		images                      string
		tags                        []string
		resolve, describe, coverage int
	}{
		"one enhanced finding":        {one("a", "enhanced", old, 1), []string{"a"}, 1, pages(1, 100), 1},
		"enhanced findings":           {one("a", "enhanced", old, 1234), []string{"a"}, 1, 2 * pages(1234, 100), 1},
		"a full last page":            {one("a", "enhanced", old, 300), []string{"a"}, 1, 2 * pages(300, 100), 1},
		"basic findings":              {one("a", "basic", old, 2345), []string{"a"}, 1, pages(2345, 1000), 0},
		"basic findings of this push": {one("a", "basic", fresh, 2345), []string{"a"}, 1, pages(2345, 1000), 0},
		"enhanced ones of this push":  {one("a", "enhanced", fresh, 250), []string{"a"}, 1, 3 * pages(250, 100), 2},
		"several images":              {one("a", "enhanced", old, 150) + one("b", "basic", old, 10), []string{"a", "b"}, 2, 2*pages(150, 100) + pages(10, 1000), 1},
		"an index":                    {index(3, 250), []string{"many"}, 2, 3 * 2 * pages(250, 100), 3},
		"an index of many":            {index(101, 1), []string{"many"}, 3, 101 * pages(1, 100), 101},
		"a scan that is done":         {inspected("a", done, 0), []string{"a"}, 1, 1 + 2*pages(0, 100), 2},
		"a large one that is done":    {inspected("a", done, 1234), []string{"a"}, 1, 1 + 2*pages(1234, 100), 2},
		"a scan done 20 s ago":        {inspected("a", strings.Replace(done, "-1h", "-20s", 1), 250), []string{"a"}, 1, 2 + 2*pages(250, 100), 3},
	} {
		t.Run(name, func(t *testing.T) {
			calls := callsOf(t, "images:\n"+c.images, c.tags)
			want := map[string]int{"BatchGetImage": c.resolve, "DescribeImageScanFindings": c.describe, "ListCoverage": c.coverage}
			maps.DeleteFunc(want, func(_ string, n int) bool { return n == 0 })
			if !maps.Equal(calls, want) {
				t.Errorf("calls %v, want %v", calls, want)
			}
		})
	}
}

func TestCallsForEPSSScores(t *testing.T) {
	const old = "scan: [{at: 0s, type: enhanced, status: ACTIVE, completed: -30d, findings: [{count: 250, severity: LOW}]}]"
	image := "images:\n  - {repository: app, name: amd, tags: [a], " + old + "}\n  - {repository: app, name: arm, " + old + "}\n" +
		"  - {repository: app, name: many, tags: [many], kind: index, children: [amd, arm]}\n"
	for tag, want := range map[string]int{"a": pages(250, 100), "many": 2 * pages(250, 100)} {
		if got := callsOf(t, image, []string{tag}, "--epss", "inspector")["ListFindings"]; got != want {
			t.Errorf("%s: %d calls of ListFindings, want %d", tag, got, want)
		}
	}
}

// callsOf checks images and returns the number of calls that the fake received.
func callsOf(t *testing.T, script string, tags []string, more ...string) map[string]int {
	t.Helper()
	calls := map[string]int{}
	synctest.Test(t, func(t *testing.T) {
		registry, err := fakeecr.Parse([]byte(script))
		if err != nil {
			t.Fatal(err)
		}
		args := append([]string{"check", "--fail-on", "CRITICAL"}, more...)
		for _, tag := range tags {
			args = append(args, "app:"+tag)
		}
		var stderr bytes.Buffer
		e := env{getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: &stderr, transport: fakeecr.Transport(registry)}
		if code := run(context.Background(), e, args); code != exitPass {
			t.Fatalf("exit %d\n%s", code, &stderr)
		}
		for _, r := range registry.Requests() {
			calls[r.Operation]++
		}
	})
	return calls
}

// TestTenImagesReadTheirBaseImageOnce checks that a base image is read once for all images of a registry:
// the index, and its manifests.
func TestTenImagesReadTheirBaseImageOnce(t *testing.T) {
	images := "images:\n" +
		"  - {repository: node, name: node, tags: ['20'], kind: index, children: [amd, arm]}\n" +
		"  - {repository: node, name: amd, platform: linux/amd64, layers: [debian]}\n" +
		"  - {repository: node, name: arm, platform: linux/arm64, layers: [debian-arm]}\n"
	var tags []string
	for i := range 10 {
		name := fmt.Sprintf("image%d", i)
		tags = append(tags, name)
		images += fmt.Sprintf("  - {repository: app, name: %s, tags: [%s], layers: [debian, %s], scan: [{at: 0s, status: COMPLETE, completed: -30d, findings: []}]}\n", name, name, name)
	}
	if got := callsOf(t, images, tags, "--base", "node:20")["BatchGetImage"]; got != 10+2 {
		t.Errorf("%d calls of BatchGetImage, want one for each image, and two for the base image", got)
	}
	images += "  - {repository: node, name: new, tags: ['22'], layers: [debian13], scan: [{at: 0s, status: COMPLETE, completed: -30d, findings: []}]}\n"
	calls := callsOf(t, images, tags, "--base", "node:20", "--new-base", "node:22")
	if calls["BatchGetImage"] != 10+2+1 || calls["DescribeImageScanFindings"] != 10+1 {
		t.Errorf("calls %v, want one more of BatchGetImage and one of DescribeImageScanFindings for the new base image", calls)
	}
}
