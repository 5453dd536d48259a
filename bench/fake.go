//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// What the fake holds. Every scan completed long ago, so that no time to settle is in any figure.
var (
	enhancedSizes = []int{1, 100, 1_000, 5_000, 25_000, 100_000}
	basicSizes    = []int{1_000, 5_000, 25_000}
	imageCounts   = []int{1, 2, 5, 10, 20, 50}
)

// perImage is how many findings each of several images has.
const perImage = 500

// A fleet has one image in each of many repositories, and calls take longer.
var fleetSizes = []int{100, 200, 500, 1_000, 2_000}

const (
	perFleetImage = 250
	fleetLatency  = 20 * time.Millisecond
)

// fleetScript writes the registry of a fleet, of images like those of script.
func fleetScript(images int) string {
	var s strings.Builder
	fmt.Fprintf(&s, "scanType: ENHANCED\nlatency: %s\nimages:\n", fleetLatency)
	for i := range images {
		addImage(&s, fmt.Sprintf("team/app-%04d", i), "1", "enhanced", "ACTIVE", perFleetImage)
	}
	return s.String()
}

// script writes the registry: repositories enhanced and basic with a tag for each number of findings,
// and many images in the repository fleet. One finding in eight is HIGH or worse, so that the
// built-in policy has something to count.
func script(latency time.Duration) string {
	var s strings.Builder
	fmt.Fprintf(&s, "scanType: ENHANCED\nlatency: %s\nimages:\n", latency)
	image := func(repository, tag, kind, status string, findings int) {
		addImage(&s, repository, tag, kind, status, findings)
	}
	for _, n := range enhancedSizes {
		image("enhanced", fmt.Sprint(n), "enhanced", "ACTIVE", n)
	}
	for _, n := range basicSizes {
		image("basic", fmt.Sprint(n), "basic", "COMPLETE", n)
	}
	for i := range imageCounts[len(imageCounts)-1] {
		image("fleet", fmt.Sprintf("image-%d", i), "enhanced", "ACTIVE", perImage)
	}
	return s.String()
}

func addImage(s *strings.Builder, repository, tag, kind, status string, findings int) {
	fmt.Fprintf(s, "  - {repository: %s, name: %s-%s, tags: [%q], scan: [{at: 0s, type: %s, status: %s, completed: -30d, findings: ["+
		"{count: %d, severities: [MEDIUM, LOW, MEDIUM, HIGH, LOW, MEDIUM, INFORMATIONAL, MEDIUM]}]}]}\n",
		repository, repository, tag, tag, kind, status, findings)
}

// A fake is the fake ECR in a process of its own.
type fake struct {
	process *exec.Cmd
	url     string
}

func startFake(binary, file, script string) (*fake, error) {
	if err := os.WriteFile(file, []byte(script), 0o644); err != nil {
		return nil, err
	}
	f := &fake{process: exec.Command(binary, file)}
	f.process.Stderr = os.Stderr
	out, err := f.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := f.process.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	f.url = strings.TrimSpace(line)
	return f, err
}

// A tally is the calls to the fake so far.
type tally struct {
	Calls    map[string]int
	Answered time.Time // the end of the last response
}

func (t tally) sum() int {
	sum := 0
	for _, n := range t.Calls {
		sum += n
	}
	return sum
}

func (f *fake) tally() (tally, error) {
	var t tally
	resp, err := http.Get(f.url + "/calls")
	if err != nil {
		return t, err
	}
	defer resp.Body.Close()
	return t, json.NewDecoder(resp.Body).Decode(&t)
}

// stop ends the fake and returns the number of calls and the processor time that they took.
func (f *fake) stop() (int, time.Duration) {
	t, _ := f.tally()
	_ = f.process.Process.Kill()
	_ = f.process.Wait()
	state := f.process.ProcessState
	return t.sum(), state.UserTime() + state.SystemTime()
}
