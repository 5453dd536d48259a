package vex

import (
	"slices"
	"strings"
)

// A Use is the effect of a statement for one of its products.
type Use struct {
	// Source is the file of the document; Author is its author.
	Source, Author string
	// Place is the position of the statement in the document: statements[3].
	Place string
	// ID is the vulnerability and Product the image, as in the statement.
	ID, Product string
	// Used is set if it excused a finding, or withdrew an older statement that did.
	Used bool
	// Reason is why it was not used; empty if it was.
	Reason string

	how closeness
	ids []string
}

// About reports whether the statement names the vulnerability, or has it as an alias.
func (u *Use) About(id string) bool { return slices.Contains(u.ids, strings.ToUpper(id)) }

// A closeness is how close a statement came to excusing a finding. If it fails for several findings or
// images, the reason of the closest one is kept.
type closeness int

const (
	otherImage closeness = iota + 1
	otherVulnerability
	otherPackage
	superseded
	forbidden
	partOnly
)

func (u *Use) use() { u.Used, u.Reason, u.how = true, "", partOnly+1 }

func (m *matcher) note(i int, how closeness, reason string) {
	if u := &m.uses[i]; how > u.how {
		u.how, u.Reason = how, reason
	}
}

func (m *matcher) noteAll(claims []int, how closeness, reason string) {
	for _, i := range claims {
		m.note(i, how, reason)
	}
}

// Uses returns an entry for each statement and product, in the order of the documents, all unused for the
// given reason.
func (d *Documents) Uses(reason string) []Use {
	if d == nil {
		return nil
	}
	uses := make([]Use, len(d.claims))
	for i, c := range d.claims {
		uses[i] = Use{Source: c.file, Author: c.author, Place: c.place, ids: c.ids, ID: c.id, Product: c.product.name, Reason: reason}
	}
	return uses
}

// MergeUses merges the uses of several scans under the same documents: a statement is used if it was used for
// any scan; otherwise its reason is that of the scan where it came closest.
func MergeUses(scans ...[]Use) []Use {
	var out []Use
	for _, uses := range scans {
		if out == nil {
			out = append(out, uses...)
			continue
		}
		for i, u := range uses {
			if u.how > out[i].how {
				out[i] = u
			}
		}
	}
	return out
}
