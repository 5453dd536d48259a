package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/exploit"
	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// readFile reads a file or standard input until the context ends: a pipe without a writer must not block past
// a signal or the timeout. A timeout is not a usage error, because the input might have been valid.
func readFile(ctx context.Context, file string, stdin io.Reader) ([]byte, error) {
	read := func() ([]byte, error) { return os.ReadFile(file) }
	if file == "-" {
		read = func() ([]byte, error) { return io.ReadAll(bufio.NewReaderSize(stdin, 1<<20)) }
	}
	text, err := parallel.Await(ctx, read)
	if err = readError(file, err); err != nil {
		return nil, err
	}
	return text, nil
}

// readError describes an error from reading an input file.
func readError(file string, err error) error {
	name := file
	if file == "-" {
		name = "standard input"
	}
	var path *fs.PathError
	switch {
	case errors.Is(err, ecr.ErrTimeout):
		return &ecr.Error{Op: "reading " + name, Err: fmt.Errorf("no end of input: %w", err)}
	case !errors.As(err, &path):
		return err
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%q does not exist", file)
	}
	return fmt.Errorf("cannot read %q: %w", file, path.Err)
}

// readFiles reads the files of an input, each once. The error names every file that cannot be read, with
// input as the prefix.
func readFiles(ctx context.Context, input string, names []string, stdin io.Reader) ([]policy.File, error) {
	var files []policy.File
	var wrong []error
	for i, name := range names {
		if slices.Index(names, name) < i {
			wrong = append(wrong, fmt.Errorf("%s%q appears twice", input, name))
			continue
		}
		text, err := readFile(ctx, name, stdin)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s%w", input, err))
			if ctx.Err() != nil {
				break
			}
			continue
		}
		files = append(files, policy.File{Name: name, Text: text})
	}
	return files, errors.Join(wrong...)
}

// readSaved reads the files of the input findings. Only a file that cannot be read is an error; its content
// is checked later.
func readSaved(ctx context.Context, names []string, stdin io.Reader) ([]gate.Saved, error) {
	files, err := readFiles(ctx, "findings: ", names, stdin)
	saved := make([]gate.Saved, len(files))
	for i, f := range files {
		saved[i] = gate.Saved(f)
	}
	return saved, err
}

// readVEX reads the documents of the input vex; nil when there are none.
func readVEX(ctx context.Context, names []string, stdin io.Reader) (*vex.Documents, error) {
	files, err := readFiles(ctx, "vex: ", names, stdin)
	if err != nil || len(files) == 0 {
		return nil, err
	}
	return vex.Load(files)
}

// readIfFile reads a file if name is one. Otherwise, name may be an image reference.
func readIfFile(ctx context.Context, name string) (text []byte, isFile bool, err error) {
	if _, err := os.Stat(name); err != nil {
		return nil, false, nil
	}
	text, err = readFile(ctx, name, nil)
	return text, true, err
}

// readBaseline reads the baseline if it is a file. One that cannot be read is an error of the images, as
// a baseline image that cannot be read is.
func readBaseline(ctx context.Context, c *config) *gate.Baseline {
	if c.baseline == "" {
		return nil
	}
	b := &gate.Baseline{Name: c.baseline, Optional: c.baselineOptional}
	b.Text, b.IsFile, b.Err = readIfFile(ctx, b.Name)
	return b
}

// readBase reads the manifest of the base image if the input names a file; nil without the input.
func readBase(ctx context.Context, name string) (*gate.Base, error) {
	if name == "" {
		return nil, nil
	}
	text, isFile, err := readIfFile(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	return &gate.Base{Name: name, IsFile: isFile, Text: text}, nil
}

// readNewBase reads the new base image if the input names a saved response; nil without the input. One that
// cannot be read is an error of the images, as an image that cannot be read is.
func readNewBase(ctx context.Context, name string) *gate.NewBase {
	if name == "" {
		return nil
	}
	b := &gate.NewBase{Name: name}
	b.Text, b.IsFile, b.Err = readIfFile(ctx, name)
	return b
}

// exploitInputs are the files of the inputs epss and kev; empty for none. epss can be the word inspector.
type exploitInputs struct{ epss, kev string }

// fromInspector reports whether Amazon Inspector is asked for the EPSS scores.
func (in exploitInputs) fromInspector() bool { return strings.EqualFold(in.epss, gate.EPSSInspector) }

// epssFile is the file of EPSS scores; empty for none.
func (in exploitInputs) epssFile() string {
	if in.fromInspector() {
		return ""
	}
	return in.epss
}

// readExploitData reads the files of the inputs epss and kev. A malformed one is an error that names the
// input, the file and the line.
func readExploitData(ctx context.Context, in exploitInputs, stdin io.Reader) (exploit.Data, error) {
	var data exploit.Data
	var err error
	if file := in.epssFile(); file != "" {
		if data.EPSS, err = parseFile(ctx, file, stdin, exploit.ReadEPSS); err != nil {
			return data, fmt.Errorf("epss: %w", err)
		}
	}
	if in.kev != "" {
		if data.KEV, err = parseFile(ctx, in.kev, stdin, exploit.ReadKEV); err != nil {
			return data, fmt.Errorf("kev: %w", err)
		}
	}
	return data, nil
}

// parseFile parses a file or standard input while it is read, with the errors of readFile. parse bounds
// how much it reads.
func parseFile[T any](ctx context.Context, file string, stdin io.Reader, parse func(string, io.Reader) (T, error)) (T, error) {
	value, err := parallel.Await(ctx, func() (T, error) {
		if file == "-" {
			return parse("standard input", bufio.NewReader(stdin))
		}
		f, err := os.Open(file)
		if err != nil {
			var none T
			return none, err
		}
		defer func() { _ = f.Close() }()
		return parse(file, f)
	})
	return value, readError(file, err)
}

// requireData rejects a policy with a condition on data that no input provides: all of it would be unknown,
// and a rule with unknown: skip would count nothing.
func requireData(needs policy.Needs, in exploitInputs, base string) error {
	var missing []error
	if needs.EPSS && in.epss == "" {
		missing = append(missing, errors.New("policy: minEpss needs EPSS scores (set the input epss to a file of scores or to inspector)"))
	}
	if needs.KEV && in.kev == "" {
		missing = append(missing, errors.New("policy: knownExploited needs the catalog of known exploited vulnerabilities (set the input kev to its file)"))
	}
	if needs.Base && base == "" {
		missing = append(missing, errors.New("policy: inBaseImage needs the base image to compare with (set the input base)"))
	}
	return errors.Join(missing...)
}

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

// A dockerfile parses a Dockerfile as far as its stages matter. https://docs.docker.com/reference/dockerfile/
type dockerfile struct {
	last           int
	escape         string   // continues a line
	continued      bool     // the instruction began on an earlier line
	pastDirectives bool     // an instruction was seen: no more parser directives
	heredocs       []string // pending terminators of here-documents
}

var (
	escapeDirective = regexp.MustCompile("(?i)^#\\s*escape\\s*=\\s*([\\\\`])")
	heredoc         = regexp.MustCompile(`<<-?\s*(?:"(\w+)"|'(\w+)'|(\w+))`)
)

// line reads a line without the space around it.
func (d *dockerfile) line(number int, line string) {
	switch {
	case len(d.heredocs) > 0:
		if line == d.heredocs[0] {
			d.heredocs = d.heredocs[1:]
		}
		return
	case strings.HasPrefix(line, "#") || line == "":
		if m := escapeDirective.FindStringSubmatch(line); m != nil && !d.pastDirectives {
			d.escape = m[1]
		}
		return
	}
	d.pastDirectives = true
	words := strings.Fields(line)
	if !d.continued && strings.EqualFold(words[0], "FROM") {
		d.last = number
	}
	for _, m := range heredoc.FindAllStringSubmatch(line, -1) {
		d.heredocs = append(d.heredocs, m[1]+m[2]+m[3])
	}
	d.continued = strings.HasSuffix(line, d.escape)
}
