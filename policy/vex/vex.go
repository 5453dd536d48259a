// Package vex reads OpenVEX documents and turns their statements into exceptions for the findings of
// one scan.
//
// A VEX (Vulnerability Exploitability eXchange) statement states whether a product is affected by a
// vulnerability. Statements with the status not_affected or fixed can excuse a finding; affected and
// under_investigation never do, and withdraw an older statement that did. Because a statement removes a
// finding from the gate, everything about it is matched exactly: the product must name the image by digest or
// its repository by repository_url, a subcomponent must be the vulnerable package, and an ambiguous document
// is rejected. For a statement that excuses nothing, Use has the reason.
//
// Signatures are not checked here: anyone who can pass a document to the gate can excuse findings, like
// anyone who can change the policy file.
//
// The format: https://github.com/openvex/spec/blob/main/OPENVEX-SPEC.md (0.2.0)
package vex

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ecrgate/ecrgate/policy"
)

// A Status is how a product relates to a vulnerability, according to a statement.
type Status string

// The four statuses of OpenVEX. Only NotAffected and Fixed can excuse a finding.
const (
	NotAffected        Status = "not_affected"
	Affected           Status = "affected"
	Fixed              Status = "fixed"
	UnderInvestigation Status = "under_investigation"
)

func (s Status) excuses() bool { return s == NotAffected || s == Fixed }

// Documents are the VEX documents of one run. They are safe for concurrent use.
type Documents struct {
	claims []claim
	byID   map[string][]int // claims by vulnerability id in upper case
}

// A claim is one statement about one product.
type claim struct {
	*statement
	product *product
}

// A statement is one statement of a document, about one vulnerability.
type statement struct {
	file, author  string
	place         string // statements[3]
	id            string // the vulnerability's name
	ids           []string
	status        Status
	justification string
	at            time.Time
	exception     *policy.Exception // nil unless the status excuses
}

// maxErrors is how many mistakes are listed; a generated document may have the same one everywhere.
const maxErrors = 20

// Load reads OpenVEX documents, one per file. A document that does not follow OpenVEX 0.2.0 exactly is an
// error that names the file and the position in it, e.g. "app.json: statements[3].status: …".
func Load(files []policy.File) (*Documents, error) {
	d := &Documents{byID: map[string][]int{}}
	var errs []error
	seen := map[string]string{}
	for _, f := range files {
		doc, wrong := read(f)
		if other, duplicate := seen[doc.ID]; duplicate && doc.ID != "" {
			wrong = append(wrong, fmt.Errorf("%s: @id: %q is also the @id of %s (pass only the newest version of a document)", f.Name, doc.ID, other))
		}
		seen[doc.ID] = f.Name
		errs = append(errs, wrong...)
		if len(wrong) == 0 {
			d.add(f.Name, doc)
		}
	}
	if n := len(errs) - maxErrors; n > 0 {
		errs = append(errs[:maxErrors], fmt.Errorf("… and %d more", n))
	}
	return d, errors.Join(errs...)
}

// add files the statements of a valid document by vulnerability.
func (d *Documents) add(file string, doc *document) {
	for i := range doc.Statements {
		w := &doc.Statements[i]
		st := &statement{
			file: file, author: doc.Author, place: fmt.Sprintf("statements[%d]", i),
			id: w.Vulnerability.Name, ids: w.ids(), status: w.Status, justification: w.Justification, at: w.at,
		}
		if st.status.excuses() {
			st.exception = st.except(w.reason(), len(d.claims))
		}
		for k := range w.Products {
			n := len(d.claims)
			d.claims = append(d.claims, claim{st, w.products[k]})
			for _, id := range st.ids {
				d.byID[id] = append(d.byID[id], n)
			}
		}
	}
}

// except returns the exception that the statement grants. Its index is negative, because it is not in the
// policy's list, and unique in the run.
func (s *statement) except(reason string, n int) *policy.Exception {
	return &policy.Exception{
		Index:  -1 - n,
		ID:     policy.LiteralID(s.id),
		Reason: reason,
		Source: s.source(),
	}
}

func (s *statement) source() string { return fmt.Sprintf("%s, by %s", s.file, s.author) }

// ids returns the names of the vulnerability, in upper case, each once.
func (w *wireStatement) ids() []string {
	var out []string
	seen := map[string]bool{}
	for _, id := range append([]string{w.Vulnerability.Name}, w.Vulnerability.Aliases...) {
		if id = strings.ToUpper(id); !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// reason returns the justification and the statement, as far as they are set.
func (w *wireStatement) reason() string {
	why := cmp.Or(w.Justification, string(w.Status))
	notes := strings.Join(strings.Fields(cmp.Or(w.ImpactStatement, w.StatusNotes)), " ")
	if notes == "" {
		return why
	}
	return why + ": " + notes
}
