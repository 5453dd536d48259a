package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ecrgate/ecrgate/internal/outfile"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/sarif"
)

// planSARIF plans the SARIF report and warns about what it leaves out. A report without runs is not written:
// it would close every alert.
func (p *publication) planSARIF() {
	switch {
	case p.files["sarif"] == "":
		return
	case isDirectory(p.files["sarif"]):
		p.planSARIFDirectory()
		return
	}
	plan, code := sarif.Plan(p.run), p.run.ExitCode
	p.noSARIF = plan.Runs == 0
	p.writeSARIF = func(w io.Writer, run report.Run) error {
		if run.ExitCode != code {
			return sarif.Write(w, run)
		}
		return plan.Write(w)
	}
	p.warnSARIF(plan.Warnings)
}

// warnSARIF prints what the SARIF report leaves out.
func (p *publication) warnSARIF(warnings []string) {
	if p.noSARIF {
		warnings = append(warnings, "no SARIF report is written: one without runs would close every alert")
	}
	p.warn(warnings)
}

// isDirectory reports whether the input sarif names a directory: it ends with a slash.
func isDirectory(file string) bool { return strings.HasSuffix(file, "/") }

// planSARIFDirectory plans the SARIF files of a directory, and warns about what they leave out.
func (p *publication) planSARIFDirectory() {
	p.logs = sarif.PlanDirectory(p.run)
	p.noSARIF = len(p.logs) == 0
	var warnings []string
	if p.noSARIF {
		warnings = sarif.Plan(p.run).Warnings
	}
	for _, l := range p.logs {
		warnings = append(warnings, l.Warnings...)
	}
	p.warnSARIF(warnings)
}

// sarifDrafts returns the files of the directory: ecrgate.sarif, ecrgate-2.sarif and so on. It marks files of
// an earlier run that this one does not replace for removal.
func (p *publication) sarifDrafts(f format) []*draft {
	dir, code := p.files["sarif"], p.run.ExitCode
	var drafts []*draft
	var names []string
	for i, l := range p.logs {
		name := filepath.Join(dir, "ecrgate.sarif")
		if i > 0 {
			name = filepath.Join(dir, fmt.Sprintf("ecrgate-%d.sarif", i+1))
		}
		f.write = func(w io.Writer, run report.Run) error {
			if run.ExitCode != code {
				return sarif.PlanDirectory(run)[i].Write(w)
			}
			return l.Write(w)
		}
		drafts, names = append(drafts, &draft{format: f, file: name}), append(names, name)
	}
	old, _ := filepath.Glob(filepath.Join(globLiteral.Replace(dir), "ecrgate*.sarif"))
	for _, name := range old {
		if !slices.Contains(names, name) {
			drafts = append(drafts, &draft{format: f, file: name, stale: true})
		}
	}
	return drafts
}

// inSARIFDirectory reports whether the SARIF files in dir could replace or remove the file.
func inSARIFDirectory(dir, file string) bool {
	same, err := filepath.Match("ecrgate*.sarif", filepath.Base(file))
	return isDirectory(dir) && same && err == nil && filepath.Dir(outfile.Path(file)) == outfile.Path(dir)
}

// globLiteral escapes a name so that, as a pattern, it matches only itself.
var globLiteral = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

// jsonArray returns a list of strings as JSON.
func jsonArray(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	text, _ := json.Marshal(list) // strings always marshal
	return string(text)
}
