package main

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/attest"
	"github.com/ecrgate/ecrgate/report/gitlab"
	"github.com/ecrgate/ecrgate/report/html"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/report/junit"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/report/sarif"
)

// A format is a report that can be written to a file.
type format struct {
	name     string // the input that names the file, and the output with its path
	demoFile string // what "ecrgate demo" calls the file
	write    report.Format
	listsAll bool // lists findings that no rule counts, even for more than report.Fleet images
}

// formats is the one table of reports, in the order of the action's outputs.
var formats = []format{
	{"sarif", "ecrgate.sarif", sarif.Write, true},
	{"json", "ecrgate.json", jsonreport.Write, true},
	{"html", "ecrgate.html", html.Write, false},
	{"junit", "junit.xml", junit.Write, false},
	{"gitlab", "gl-container-scanning-report.json", gitlab.Write, true},
	{"markdown", "ecrgate.md", markdown.Write, false},
	{"comment", "comment.md", markdown.WriteComment, false},
	{"attestation", "ecrgate.vsa.json", attest.Write, false},
}

// files returns the file of each report, by format. Each report needs its own file, and must not replace a
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
		path := canonicalPath(file)
		if other := taken[path]; other != "" {
			r.wrong("%s and %s would both be written to %q (give each report its own file)", other, f.name, file)
		}
		if inSARIFDirectory(files["sarif"], file) {
			r.wrong("%s: %q is a name that the SARIF directory uses (give the report another name)", f.name, file)
		}
		if stat, err := os.Stat(file); file != "-" && err == nil && stat.IsDir() && !(f.name == "sarif" && isDirectory(file)) {
			r.wrong("%s: %q is a directory (want the name of a file)", f.name, file)
		}
		for _, in := range inputFiles(c, e) {
			if !isStream(file) && replaces(file, in.file) || f.name == "sarif" && inSARIFDirectory(file, in.file) {
				r.wrong("%s: the report would replace %q, which this run reads (%s): give the report another name", f.name, in.file, in.what)
			}
		}
		taken[path] = f.name
		files[f.name] = file
	}
	return files
}

// An inputFile is a file that the run reads or that belongs to the runner, with the input or variable that
// names it.
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

// replaces reports whether writing the report would replace the input. A report replaces a symbolic link, not
// the file that the link points to.
func replaces(report, input string) bool {
	if canonicalPath(report) == canonicalPath(input) {
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

// canonicalPath returns one path for all names of a file: it resolves links in the directories, as far as they
// exist. The last element may be a link, which a report replaces.
func canonicalPath(file string) string {
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

// isStream reports whether a report is written to an existing stream instead of a new file: standard output,
// a device, a pipe, or another open file of the process.
func isStream(file string) bool {
	if file == "-" || isDescriptor(file) {
		return true
	}
	stat, err := os.Stat(file)
	return err == nil && !stat.Mode().IsRegular() && !stat.IsDir()
}

// isDescriptor reports whether a name, such as /dev/stdout, stands for an open file of the process.
func isDescriptor(file string) bool {
	name := filepath.Clean(file)
	for range 4 { // /dev/stdout → /proc/self/fd/1 → the file itself
		dir := filepath.Dir(name)
		if dir == "/dev/fd" || strings.HasPrefix(dir, "/proc/") && filepath.Base(dir) == "fd" {
			return true
		}
		to, err := os.Readlink(name)
		if err != nil {
			return false
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(dir, to)
		}
		name = to
	}
	return false
}
