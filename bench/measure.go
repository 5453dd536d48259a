//go:build unix

package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A command is one of those that are compared.
type command struct {
	name  string
	args  []string
	exit  int // the code that it must end with
	stdin string
}

// A sample is one run of a command.
type sample struct {
	wall, cpu time.Duration
	peak      float64 // MiB
	calls     int
	after     time.Duration // from the end of the fake's last response to the end of the process
}

// runOnce runs a command until it exits.
func (b *bench) runOnce(c command) (sample, error) {
	before, err := b.fake.tally()
	if err != nil {
		return sample{}, err
	}
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Env = append(environment(), "AWS_ENDPOINT_URL="+b.fake.url)
	cmd.Stdin = strings.NewReader(c.stdin)
	cmd.Dir = b.dir
	for _, old := range []string{"out.sarif", "out.json"} { // a job begins on a clean checkout
		_ = os.Remove(b.path(old))
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	begun := time.Now()
	err = cmd.Run()
	ended := time.Now()
	if cmd.ProcessState == nil {
		return sample{}, err
	}
	if code := cmd.ProcessState.ExitCode(); code != c.exit {
		return sample{}, fmt.Errorf("%s: exit code %d (want %d)\n%s", strings.Join(c.args, " "), code, c.exit, &said)
	}
	after, err := b.fake.tally()
	if err != nil {
		return sample{}, err
	}
	state := cmd.ProcessState
	return sample{
		wall: ended.Sub(begun), cpu: state.UserTime() + state.SystemTime(), peak: peak(state),
		calls: after.sum() - before.sum(), after: ended.Sub(after.Answered),
	}, nil
}

// environment returns the variables of every command: fake keys, and no AWS configuration of this machine.
func environment() []string {
	env := []string{"AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=example", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_PAGER="}
	for _, e := range os.Environ() {
		if name, _, _ := strings.Cut(e, "="); !strings.HasPrefix(name, "AWS_") && !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			env = append(env, e)
		}
	}
	return env
}

// peak is the greatest resident size of a process, in MiB. A process begins with that of its
// parent, so this program must stay smaller than whatever it measures.
func peak(state *os.ProcessState) float64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	unit := float64(1 << 10)
	if runtime.GOOS == "darwin" {
		unit = 1
	}
	return float64(usage.Maxrss) * unit / (1 << 20)
}

// inTurn runs all commands once uncounted, then in turn, round by round.
func (b *bench) inTurn(rounds int, commands []command) ([][]sample, error) {
	samples := make([][]sample, len(commands))
	for round := range rounds + 1 {
		for i, c := range commands {
			s, err := b.runOnce(c)
			if err != nil {
				return nil, err
			}
			if round > 0 {
				samples[i] = append(samples[i], s)
			}
		}
	}
	return samples, nil
}

// A spread is the middle of some figures, with the least and the greatest.
type spread struct{ least, middle, most float64 }

func spreadOf(samples []sample, figure func(sample) float64) spread {
	var all []float64
	for _, s := range samples {
		all = append(all, figure(s))
	}
	return spreadOver(all)
}

func spreadOver(all []float64) spread {
	all = slices.Clone(all)
	slices.SortFunc(all, cmp.Compare)
	n := len(all)
	return spread{all[0], (all[(n-1)/2] + all[n/2]) / 2, all[n-1]}
}

// ratios are those of the wall times of two commands, round by round.
func ratios(a, b []sample) spread {
	var all []float64
	for i := range a {
		all = append(all, a[i].wall.Seconds()/b[i].wall.Seconds())
	}
	return spreadOver(all)
}

func wallMS(s sample) float64  { return float64(s.wall.Microseconds()) / 1000 }
func cpuMS(s sample) float64   { return float64(s.cpu.Microseconds()) / 1000 }
func afterMS(s sample) float64 { return float64(s.after.Microseconds()) / 1000 }
func peakMiB(s sample) float64 { return s.peak }
