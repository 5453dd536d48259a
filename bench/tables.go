//go:build unix

package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strings"
)

// ours returns the command for this ecrgate and, with -before, for the older one.
func (b *bench) ours(args ...string) []command {
	commands := []command{{name: "ecrgate", args: append([]string{b.path("ecrgate")}, args...)}}
	if b.before != "" {
		commands = append(commands, command{name: "ecrgate before", args: append([]string{b.path("before")}, args...)})
	}
	return commands
}

// check is the gate with SARIF and JSON written. In mode report a verdict is 0 and nothing else is,
// so that a failure cannot be taken for a breach.
func (b *bench) check(refs ...string) []command {
	args := append([]string{"check"}, refs...)
	return b.ours(append(args, "--mode", "report", "--sarif", b.path("out.sarif"), "--json", b.path("out.json"))...)
}

func (b *bench) raw(repository string, findings int) command {
	return command{name: "download", args: []string{b.path("raw"), b.fake.url, repository, fmt.Sprint(findings)}}
}

// findings: how the cost grows with the number of enhanced findings.
func (b *bench) findings() error { return b.growth("enhanced", enhancedSizes) }

// basic is the same for basic findings, 1,000 a page.
func (b *bench) basic() error { return b.growth("basic", basicSizes) }

func (b *bench) growth(repository string, sizes []int) error {
	b.heading("`check` of "+repository+" findings, SARIF and JSON written", "findings", "command", "ms", "of the download", "processor ms", "peak MiB", "calls", "ms after the last response")
	var grown []growth
	for _, n := range sizes {
		commands := append([]command{b.raw(repository, n)}, b.check(fmt.Sprintf("%s:%d", repository, n))...)
		samples, err := b.inTurn(b.roundsFor(n), commands)
		if err != nil {
			return err
		}
		for i, c := range commands {
			s := samples[i]
			b.row(fmt.Sprint(n), c.name, figures(spreadOf(s, wallMS), 0), figures(ratios(s, samples[0]), 2), figures(spreadOf(s, cpuMS), 0),
				figures(spreadOf(s, peakMiB), 0), fmt.Sprint(s[0].calls), figures(spreadOf(s, afterMS), 0))
			grown = grow(grown, i, c.name, spreadOf(s, wallMS).middle)
		}
	}
	for _, g := range grown {
		fmt.Fprintf(b.out, "\n%s: one more finding costs %s.\n", g.name, margins(g.ms, sizes))
	}
	return nil
}

// A growth is how long a command took for each size.
type growth struct {
	name string
	ms   []float64
}

func grow(all []growth, i int, name string, ms float64) []growth {
	if i == len(all) {
		all = append(all, growth{name: name})
	}
	all[i].ms = append(all[i].ms, ms)
	return all
}

// margins are the times that one more finding takes, between neighboring sizes.
func margins(ms []float64, sizes []int) string {
	var parts []string
	for i := 1; i < len(sizes); i++ {
		if a, b := sizes[i-1], sizes[i]; a >= 1000 {
			parts = append(parts, fmt.Sprintf("%.1f µs between %d and %d", (ms[i]-ms[i-1])*1000/float64(b-a), a, b))
		}
	}
	return strings.Join(parts, ", ")
}

func (b *bench) roundsFor(findings int) int {
	if findings >= 100_000 {
		return max(1, b.rounds/2)
	}
	return b.rounds
}

// images: how the cost grows with the number of images.
func (b *bench) images() error {
	b.heading(fmt.Sprintf("`check` of several images of %d enhanced findings, SARIF and JSON written", perImage), "images", "command", "ms", "processor ms", "peak MiB", "calls", "ms after the last response")
	for _, n := range imageCounts {
		var refs []string
		for i := range n {
			refs = append(refs, fmt.Sprintf("fleet:image-%d", i))
		}
		commands := b.check(refs...)
		samples, err := b.inTurn(b.rounds, commands)
		if err != nil {
			return err
		}
		for i, c := range commands {
			s := samples[i]
			b.row(fmt.Sprint(n), c.name, figures(spreadOf(s, wallMS), 0), figures(spreadOf(s, cpuMS), 0), figures(spreadOf(s, peakMiB), 0),
				fmt.Sprint(s[0].calls), figures(spreadOf(s, afterMS), 0))
		}
	}
	return nil
}

// fleet: how the cost grows with many images of one repository each, all reports of a fleet written.
func (b *bench) fleet() error {
	b.heading(fmt.Sprintf("`check -` of a fleet, %d enhanced findings in each image, %s a call, JSON, SARIF and HTML written", perFleetImage, fleetLatency),
		"images", "command", "s", "ms per image", "processor ms per image", "peak MiB", "calls", "s after the last response")
	whole := b.fake
	defer func() { b.fake = whole }()
	for _, n := range fleetSizes {
		var err error
		if b.fake, err = startFake(b.path("fakeecr"), b.path("fleet.yaml"), fleetScript(n)); err != nil {
			return err
		}
		err = b.fleetOf(n)
		b.fake.stop()
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) fleetOf(n int) error {
	var refs strings.Builder
	for i := range n {
		fmt.Fprintf(&refs, "team/app-%04d:1\n", i)
	}
	commands := b.ours("check", "-", "--inspector", "never", "--mode", "report", "--sarif", b.path("sarif")+"/", "--json", b.path("out.json"), "--html", b.path("out.html"))
	for i := range commands {
		commands[i].stdin = refs.String()
	}
	samples, err := b.inTurn(max(1, b.rounds/2), commands)
	if err != nil {
		return err
	}
	perImage := func(figure func(sample) float64) func(sample) float64 {
		return func(s sample) float64 { return figure(s) / float64(n) }
	}
	seconds := func(figure func(sample) float64) func(sample) float64 {
		return func(s sample) float64 { return figure(s) / 1000 }
	}
	for i, c := range commands {
		s := samples[i]
		b.row(fmt.Sprint(n), c.name, figures(spreadOf(s, seconds(wallMS)), 1), figures(spreadOf(s, perImage(wallMS)), 1), figures(spreadOf(s, perImage(cpuMS)), 1),
			figures(spreadOf(s, peakMiB), 0), fmt.Sprint(s[0].calls), figures(spreadOf(s, seconds(afterMS)), 1))
	}
	return nil
}

// cli: the drop-in beside the AWS CLI itself.
func (b *bench) cli() error {
	b.heading("`describe-image-scan-findings`, JSON", "findings", "command", "ms", "times ecrgate", "processor ms", "peak MiB", "calls")
	for _, n := range []int{1_000, 5_000} {
		args := []string{"describe-image-scan-findings", "--repository-name", "enhanced", "--image-id", fmt.Sprintf("imageTag=%d", n), "--output", "json"}
		commands := b.ours(args...)[:1]
		if b.aws != "" {
			commands = append(commands, command{name: "aws ecr", args: append([]string{b.aws, "ecr"}, args...)})
		}
		samples, err := b.inTurn(b.rounds, commands)
		if err != nil {
			return err
		}
		for i, c := range commands {
			s := samples[i]
			b.row(fmt.Sprint(n), c.name, figures(spreadOf(s, wallMS), 0), figures(ratios(s, samples[0]), 1), figures(spreadOf(s, cpuMS), 0),
				figures(spreadOf(s, peakMiB), 0), fmt.Sprint(s[0].calls))
		}
	}
	return nil
}

// start: what a process costs that does almost nothing.
func (b *bench) start() error {
	b.heading("`version`", "command", "ms", "processor ms", "peak MiB")
	commands := b.ours("version")
	samples, err := b.inTurn(3*b.rounds, commands)
	if err != nil {
		return err
	}
	for i, c := range commands {
		b.row(c.name, figures(spreadOf(samples[i], wallMS), 1), figures(spreadOf(samples[i], cpuMS), 1), figures(spreadOf(samples[i], peakMiB), 0))
	}
	return nil
}

// size: the static binary, as it is and compressed as an image layer is.
func (b *bench) size() error {
	b.heading("size", "binary", "MiB", "MiB compressed")
	for _, c := range b.ours() {
		plain, packed, err := sizes(c.args[0])
		if err != nil {
			return err
		}
		b.row(c.name, fmt.Sprintf("%.1f", plain), fmt.Sprintf("%.1f", packed))
	}
	return nil
}

// sizes are in MiB.
func sizes(file string) (plain, packed float64, err error) {
	f, err := os.Open(file)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	var size counter
	z := gzip.NewWriter(&size)
	n, err := io.Copy(z, f)
	if err != nil {
		return 0, 0, err
	}
	err = z.Close()
	return float64(n) / (1 << 20), float64(size) / (1 << 20), err
}

type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// heading begins a table in markdown.
func (b *bench) heading(title string, columns ...string) {
	fmt.Fprintf(b.out, "\n**%s**\n\n", title)
	b.row(columns...)
	b.row(strings.Split(strings.Repeat("---,", len(columns)-1)+"---", ",")...)
}

func (b *bench) row(cells ...string) { fmt.Fprintf(b.out, "| %s |\n", strings.Join(cells, " | ")) }

// figures writes a spread.
func figures(s spread, digits int) string {
	return fmt.Sprintf("%.*f (%.*f–%.*f)", digits, s.middle, digits, s.least, digits, s.most)
}
