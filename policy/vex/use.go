package vex

import (
	"slices"
	"strings"
)

// A Use says what a statement did for one of its products.
type Use struct {
	// Source is the document's file and Author who wrote it.
	Source, Author string
	// Place is the statement in the document: statements[3].
	Place string
	// ID is the vulnerability and Product the image, as the statement calls them.
	ID, Product string
	// Used reports whether it excused a finding, or took an older excuse away.
	Used bool
	// Reason says why it was not used, empty when it was.
	Reason string

	how closeness
	ids []string
}

// About reports whether the statement names the vulnerability, or has it as an alias.
func (u *Use) About(id string) bool { return slices.Contains(u.ids, strings.ToUpper(id)) }

// A closeness is how far a statement came before it failed to excuse a finding. When it fails for
// several findings or images, the reason of the closest one is kept.
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

// Uses returns an entry for each statement and product, in the order of the documents; none is used, for
// this reason.
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

// MergeUses makes one list of those of several scans under the same documents: a statement is used
// when it was used for any of them, else the reason is that of the scan it came closest to.
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
