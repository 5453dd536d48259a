package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/gate"
	"github.com/ecrgate/ecrgate/internal/parallel"
	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/policy/vex"
	"github.com/ecrgate/ecrgate/scan/ecr"
)

// readFile reads a file or standard input, until the context ends: a pipe without a writer must not
// outlast a signal or the timeout. Running out of time is not a usage error, since there might have been
// input.
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

// readError puts an error of reading an input file into words.
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

// readSaved reads the files of the input findings. Only a file that cannot be read is an error; what is
// in it is checked later.
func readSaved(ctx context.Context, files []string, stdin io.Reader) ([]gate.Saved, error) {
	var saved []gate.Saved
	seen := map[string]bool{}
	for _, file := range files {
		if seen[file] {
			return nil, fmt.Errorf("findings: %q appears twice", file)
		}
		seen[file] = true
		text, err := readFile(ctx, file, stdin)
		if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		saved = append(saved, gate.Saved{Name: file, Text: text})
	}
	return saved, nil
}

// readVEX reads the documents of the input vex; nil when there are none.
func readVEX(ctx context.Context, names []string, stdin io.Reader) (*vex.Documents, error) {
	if len(names) == 0 {
		return nil, nil
	}
	var files []policy.File
	for i, name := range names {
		if slices.Index(names, name) < i {
			return nil, fmt.Errorf("vex: %q appears twice", name)
		}
		text, err := readFile(ctx, name, stdin)
		if err != nil {
			return nil, fmt.Errorf("vex: %w", err)
		}
		files = append(files, policy.File{Name: name, Text: text})
	}
	return vex.Load(files)
}

// readBaseline reads the baseline if it is a file. One that cannot be read is an error of the images, as
// a baseline image that cannot be read is.
func readBaseline(ctx context.Context, c *config) *gate.Baseline {
	if c.baseline == "" {
		return nil
	}
	b := &gate.Baseline{Name: c.baseline, Optional: c.baselineOptional}
	if _, err := os.Stat(c.baseline); err == nil {
		b.IsFile = true
		b.Text, b.Err = readFile(ctx, c.baseline, nil)
	}
	return b
}

// readBase reads the manifest of the base image if the input names a file; nil without the input.
func readBase(ctx context.Context, name string) (*gate.Base, error) {
	if name == "" {
		return nil, nil
	}
	b := &gate.Base{Name: name}
	if _, err := os.Stat(name); err != nil {
		return b, nil // a reference, if it is one
	}
	var err error
	b.IsFile = true
	if b.Text, err = readFile(ctx, name, nil); err != nil {
		return nil, fmt.Errorf("base: %w", err)
	}
	return b, nil
}

// readNewBase reads the new base image if the input names a saved response; nil without the input. One that
// cannot be read is an error of the images, as an image that cannot be read is.
func readNewBase(ctx context.Context, name string) *gate.NewBase {
	if name == "" {
		return nil
	}
	b := &gate.NewBase{Name: name}
	if _, err := os.Stat(name); err == nil {
		b.IsFile = true
		b.Text, b.Err = readFile(ctx, name, nil)
	}
	return b
}

// files reads where reports go, by format. Each report needs a file of its own, and must not replace a
// file that the run reads.
func (r *reader) files(c *config, e env) map[string]string {
	files := map[string]string{}
	taken := map[string]string{}
	for _, f := range formats {
		file := r.text[f.name]
		if file == "" && f.name == "sarif" && inActions(e) {
			file = "ecrgate.sarif"
		}
		if file == "" {
			continue
		}
		place := placeOf(file)
		if other := taken[place]; other != "" {
			r.wrong("%s and %s would both be written to %q (give each report its own file)", other, f.name, file)
		}
		if inSARIFDirectory(files["sarif"], file) {
			r.wrong("%s: %q is a name of the files in the directory of sarif (give the report another name)", f.name, file)
		}
		if stat, err := os.Stat(file); file != "-" && err == nil && stat.IsDir() && !(f.name == "sarif" && isDirectory(file)) {
			r.wrong("%s: %q is a directory (want the name of a file)", f.name, file)
		}
		for _, in := range inputFiles(c, e) {
			if !isStream(file) && replaces(file, in.file) || f.name == "sarif" && inSARIFDirectory(file, in.file) {
				r.wrong("%s: the report would replace %q, which this run reads (%s): give the report another name", f.name, in.file, in.what)
			}
		}
		taken[place] = f.name
		files[f.name] = file
	}
	return files
}

// An inputFile is a file that the run reads, or one of the runner's own, and what it is.
type inputFile struct{ what, file string }

func inputFiles(c *config, e env) []inputFile {
	var in []inputFile
	add := func(what string, files ...string) {
		for _, file := range files {
			if file != "" && file != "-" {
				in = append(in, inputFile{what, file})
			}
		}
	}
	add("findings", c.findings...)
	add("policy", c.policy.files...)
	if len(c.policy.files) == 0 {
		add("policy", searched...)
	}
	add("baseline", c.baseline)
	add("base", c.base)
	add("new-base", c.newBase)
	add("vex", c.vex...)
	add("epss", c.exploit.epssFile())
	add("kev", c.exploit.kev)
	add("dockerfile", c.sarif.Dockerfile)
	add("ca-bundle", c.aws.CABundle, e.getenv("AWS_CA_BUNDLE"))
	if inActions(e) {
		add("GITHUB_OUTPUT", e.getenv("GITHUB_OUTPUT"))
		add("GITHUB_STEP_SUMMARY", e.getenv("GITHUB_STEP_SUMMARY"))
	}
	return in
}

// replaces reports whether a report in place of one name changes what another name leads to. A report
// takes the place of a link, not of the file that the link leads to.
func replaces(report, input string) bool {
	if placeOf(report) == placeOf(input) {
		_, err := os.Lstat(input)
		return err == nil
	}
	target, err := os.Lstat(report)
	if err != nil {
		return false
	}
	for _, stat := range []func(string) (os.FileInfo, error){os.Lstat, os.Stat} {
		if in, err := stat(input); err == nil && os.SameFile(target, in) {
			return true
		}
	}
	return false
}

// placeOf is one name for all names of a place: links among its folders are followed, as far as the
// folders exist. The last element may be a link, which a report replaces.
func placeOf(file string) string {
	if file == "-" {
		return file
	}
	whole, err := filepath.Abs(file)
	if err != nil {
		return file
	}
	dir, rest := filepath.Dir(whole), filepath.Base(whole)
	for {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			return filepath.Join(real, rest)
		}
		if parent := filepath.Dir(dir); parent != dir && !strings.HasSuffix(dir, string(filepath.Separator)) {
			dir, rest = parent, filepath.Join(filepath.Base(dir), rest)
			continue
		}
		return whole
	}
}
