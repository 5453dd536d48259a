package main

import (
	"os"
	"path/filepath"
	"strings"
)

// files reads where reports go. Each report needs a file of its own, which is none of the run's inputs.
func (r *reader) files(s *settings, e env) {
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
			r.wrong("%s and %s are both to be written to %q (give each report its own file)", other, f.name, file)
		}
		if stat, err := os.Stat(file); file != "-" && err == nil && stat.IsDir() {
			r.wrong("%s: %q is a directory (want the name of a file)", f.name, file)
		}
		for _, in := range inputFiles(s, e) {
			if !isStream(file) && replaces(file, in.file) {
				r.wrong("%s: the report would replace %q, which this run reads (%s): give the report another name", f.name, in.file, in.what)
			}
		}
		taken[place] = f.name
		s.files[f.name] = file
	}
}

// An inputFile is a file that the run reads or the runner has made, and what it is.
type inputFile struct{ what, file string }

func inputFiles(s *settings, e env) []inputFile {
	var in []inputFile
	add := func(what string, files ...string) {
		for _, file := range files {
			if file != "" && file != "-" {
				in = append(in, inputFile{what, file})
			}
		}
	}
	add("findings", s.findings...)
	add("policy", s.policy...)
	if len(s.policy) == 0 {
		add("policy", searched...)
	}
	add("baseline", s.baseline)
	add("dockerfile", s.dockerfile)
	add("ca-bundle", s.caBundle, e.getenv("AWS_CA_BUNDLE"))
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
