// Package html writes the report for people as one file that loads nothing else. Its style and script are
// inline, and its content security policy allows no others. Without scripts, everything is readable; with
// them, findings can be searched, filtered and sorted.
package html

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/ecrgate/ecrgate/policy"
	"github.com/ecrgate/ecrgate/report"
	"github.com/ecrgate/ecrgate/report/internal/safe"
)

//go:embed style.css
var style string

//go:embed script.js
var script string

//go:embed page.html
var pageText string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"line":         func(s any) string { return safe.Line(textOf(s)) },
		"table":        newTable,
		"warns":        func(r policy.RuleResult) bool { return r.Action == policy.Warn },
		"ruleclass":    ruleClass,
		"dispositions": dispositions,
		"statuses":     statuses,
	}).Parse(pageText))
})

// Write writes the page.
func Write(out io.Writer, r report.Run) error {
	w := bufio.NewWriterSize(out, 1<<16)
	if err := pageTemplate().Execute(w, newPage(&r)); err != nil {
		return err
	}
	return w.Flush()
}

// A page is the data of page.html.
type page struct {
	Run            *report.Run
	SecurityPolicy string
	Style          template.CSS
	Script         template.JS
	Class          string
	Problem        list
	Overview       []list
	Images         []image
	Fleet          bool // findings that no rule counts are left out
	ToolURI        string
	Ended          string
}

func newPage(r *report.Run) page {
	p := page{
		Run: r, ToolURI: report.ToolURI, Ended: r.Ended.UTC().Format(time.RFC3339),
		SecurityPolicy: "default-src 'none'; style-src " + integrity(style) + "; script-src " + integrity(script) + "; base-uri 'none'; form-action 'none'",
		Style:          template.CSS(style), Script: template.JS(script), Class: "fail",
	}
	images := r.ByUrgency()
	if len(images) > 0 {
		p.Class = statusClass[images[0].Status()]
	}
	if len(images) > 1 {
		o := report.NewOverview(r)
		p.Overview = []list{{"Vulnerabilities in most images", o.VulnerabilityLines(), ""}, {"Upgrades that fix most", o.UpgradeLines(), "box"}}
	}
	if r.Problem != "" {
		p.Problem = list{"What was wrong", strings.Split(r.Problem, "\n"), ""}
	}
	p.Fleet = len(images) > report.Fleet
	for i, img := range images {
		p.Images = append(p.Images, image{Image: img, Number: i + 1, run: r, fleet: p.Fleet})
	}
	return p
}

// integrity returns the hash of the only style or script that the page may use.
// https://www.w3.org/TR/CSP3/#grammardef-hash-source
func integrity(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

var statusClass = map[report.Status]string{
	report.StatusFail: "fail", report.StatusNoVerdict: "fail", report.StatusNotJudged: "warn", report.StatusPass: "pass",
}

// A list is a heading with lines; without lines it is not shown.
type list struct {
	Heading string
	Lines   []string
	Class   string
}

// A table is the head of a table. A table that is wider than the window scrolls, also with the keyboard.
type table struct {
	Class, Caption string
	Columns        []column
}

type column struct{ Name, Class string }

// newTable returns a table; the name of a column of numbers begins with #, that of a column of bars with =.
func newTable(class, caption string, names ...string) table {
	t := table{Class: class, Caption: caption}
	for _, name := range names {
		class := map[byte]string{'#': "n", '=': "bar"}[name[0]]
		t.Columns = append(t.Columns, column{strings.TrimLeft(name, "#="), class})
	}
	return t
}

func ruleClass(r policy.RuleResult) string {
	switch {
	case r.Breached && r.Action == policy.Warn:
		return "warn"
	case r.Breached:
		return "fail"
	}
	return "pass"
}

type disposition struct{ Value, Label string }

// dispositions returns the choices of the filter.
func dispositions() []disposition {
	var out []disposition
	for _, d := range []policy.Disposition{policy.Counted, policy.Unmatched, policy.Excepted, policy.Known, policy.SetAside} {
		out = append(out, disposition{string(d), report.DispositionLabels[d]})
	}
	return out
}

// statuses returns the statuses that images have, worst first.
func statuses(images []image) []string {
	var out []string
	for _, img := range images {
		out = append(out, string(img.Status()))
	}
	return report.Distinct(out)
}
