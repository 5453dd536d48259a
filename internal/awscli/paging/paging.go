// Package paging requests findings page by page and merges the pages as the AWS CLI does.
//
// That includes surprising behavior: only basic findings count toward a maximum and are cut; a page of
// enhanced findings is always delivered whole, and loses all of them if a listing is resumed within it.
package paging

import (
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
	"github.com/ecrgate/ecrgate/internal/parallel"
)

// The two lists that are merged, and their parent.
const (
	findingsKey = "imageScanFindings"
	primaryKey  = "findings"
	enhancedKey = "enhancedFindings"
)

// A Listing is a paged request.
type Listing struct {
	// Params are the request's members.
	Params *value.Object
	// MaxItems is the maximum number of basic findings; nil for all.
	MaxItems *big.Int
	// PageSize is the requested number of findings per page; empty for the service's default.
	PageSize value.Int
	// Start is the starting token; nil for the beginning.
	Start value.Value
	// Call sends one request and returns its response, reduced to the known members.
	Call func(params *value.Object) (*value.Object, error)
}

// A Page is one page of the result.
type Page struct {
	*value.Object
	// Head has the members that come from the first page only, as they were before it was cut; nil for all
	// other pages. Missing members are null.
	Head *value.Object
}

// Each requests one page after another and passes each to deliver before it requests the next one. It returns
// the token with which the listing can be resumed; empty if it is complete.
func (l Listing) Each(deliver func(Page) error) (token string, err error) {
	r, err := l.begin()
	if err != nil {
		return "", err
	}
	for {
		page, token, err := r.take(r.Call(r.params))
		if err != nil {
			return "", err
		}
		if err := deliver(page); err != nil || token != "" {
			return token, err
		}
		token, more, err := r.next(page.Object)
		if err != nil || !more {
			return token, err
		}
	}
}

// Collect is like Each for a deliver that only stores the pages and cannot fail: it stores one page while the
// next is in flight. The calls are the same, one after another.
func (l Listing) Collect(keep func(Page)) (token string, err error) {
	pages := make(chan Page, 1)
	go func() {
		defer close(pages)
		err = parallel.Catch(func() (err error) {
			token, err = l.Each(func(page Page) error {
				pages <- page
				return nil
			})
			return err
		})
	}()
	for page := range pages {
		keep(page)
	}
	return token, err
}
