package main

import (
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
	name     string // of the input that names the file, and of the output with its path
	demoFile string // what "ecrgate demo" calls the file
	write    report.Format
}

// formats is the one table of reports, in the order of the action's outputs.
var formats = []format{
	{"sarif", "ecrgate.sarif", sarif.Write},
	{"json", "ecrgate.json", jsonreport.Write},
	{"html", "ecrgate.html", html.Write},
	{"junit", "junit.xml", junit.Write},
	{"gitlab", "gl-container-scanning-report.json", gitlab.Write},
	{"markdown", "ecrgate.md", markdown.Write},
	{"comment", "comment.md", markdown.WriteComment},
	{"attestation", "ecrgate.vsa.json", attest.Write},
}
