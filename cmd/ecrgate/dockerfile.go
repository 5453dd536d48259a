package main

import (
	"context"
	"fmt"
	"regexp"
	"strings"
)

// readDockerfile returns the line that SARIF results are attached to; 0 without a file.
func readDockerfile(ctx context.Context, file string) (int, error) {
	if file == "" {
		return 0, nil
	}
	text, err := readFile(ctx, file, nil)
	if err != nil {
		return 0, fmt.Errorf("dockerfile: %w (want a file of the checkout)", err)
	}
	return lastFrom(string(text)), nil
}

// lastFrom returns the line (the first is 1) of the last FROM of a Dockerfile; 1 when it has none.
func lastFrom(text string) int {
	d := dockerfile{last: 1, escape: `\`}
	for i, line := range strings.Split(text, "\n") {
		d.line(i+1, strings.TrimSpace(strings.TrimPrefix(line, "\ufeff")))
	}
	return d.last
}

// A dockerfile is one being read, as far as its stages matter.
// https://docs.docker.com/reference/dockerfile/
type dockerfile struct {
	last      int
	escape    string   // ends a line that goes on
	continued bool     // the instruction began on an earlier line
	begun     bool     // an instruction was seen: directives are over
	heredocs  []string // ends that are waited for, of texts inside an instruction
}

var (
	escapeDirective = regexp.MustCompile("(?i)^#\\s*escape\\s*=\\s*([\\\\`])")
	heredoc         = regexp.MustCompile(`<<-?\s*(?:"(\w+)"|'(\w+)'|(\w+))`)
)

// line reads a line without the blanks around it.
func (d *dockerfile) line(number int, line string) {
	switch {
	case len(d.heredocs) > 0:
		if line == d.heredocs[0] {
			d.heredocs = d.heredocs[1:]
		}
		return
	case strings.HasPrefix(line, "#") || line == "":
		if m := escapeDirective.FindStringSubmatch(line); m != nil && !d.begun {
			d.escape = m[1]
		}
		return
	}
	d.begun = true
	words := strings.Fields(line)
	if !d.continued && strings.EqualFold(words[0], "FROM") {
		d.last = number
	}
	for _, m := range heredoc.FindAllStringSubmatch(line, -1) {
		d.heredocs = append(d.heredocs, m[1]+m[2]+m[3])
	}
	d.continued = strings.HasSuffix(line, d.escape)
}
