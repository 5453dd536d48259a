package main

import (
	"os"

	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/attest"
	"github.com/ecrgate/ecrgate/report/gitlab"
	"github.com/ecrgate/ecrgate/report/html"
	"github.com/ecrgate/ecrgate/report/jsonreport"
	"github.com/ecrgate/ecrgate/report/junit"
	"github.com/ecrgate/ecrgate/report/markdown"
	"github.com/ecrgate/ecrgate/report/sarif"
	"github.com/ecrgate/ecrgate/scan"
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
		path := outfile.Path(file)
		if other := taken[path]; other != "" {
			r.wrong("%s and %s would both be written to %q (give each report its own file)", other, f.name, file)
		}
		if inSARIFDirectory(files["sarif"], file) {
			r.wrong("%s: %q is a name that the SARIF directory uses (give the report another name)", f.name, file)
		}
		if img, _ := scan.ParseImage(file); img.RegistryID != "" { // after the flag without a value, it would not be checked
			r.wrong("%s: %q is an image reference (write ./%s for a file with that name)", f.name, file, file)
		}
		if stat, err := os.Stat(file); file != "-" && err == nil && stat.IsDir() && !(f.name == "sarif" && isDirectory(file)) {
			r.wrong("%s: %q is a directory (want the name of a file)", f.name, file)
		}
		for _, in := range inputFiles(c, e) {
			if !outfile.IsStream(file) && outfile.Replaces(file, in.file) || f.name == "sarif" && inSARIFDirectory(file, in.file) {
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
