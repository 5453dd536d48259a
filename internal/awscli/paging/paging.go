// Package paging asks for a scan's findings page by page as the AWS CLI does, and puts the pages
// together as it does.
//
// It keeps what users may not expect: only basic findings are counted against a maximum and cut; a
// page with enhanced findings is delivered whole, whatever the maximum, and loses all of them when a
// listing is resumed in that page.
package paging

import (
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
	"github.com/ecrgate/ecrgate/internal/parallel"
)

// The two lists that are put together, and where they are.
const (
	findingsKey = "imageScanFindings"
	primaryKey  = "findings"
	enhancedKey = "enhancedFindings"
)

// A Listing is what is to be asked.
type Listing struct {
	// Params are the request's members.
	Params *value.Object
	// MaxItems is how many basic findings are wanted; nil: all.
	MaxItems *big.Int
	// PageSize is how many findings a page shall have; empty: as many as the service likes.
	PageSize value.Int
	// Start is the starting token; nil: from the beginning.
	Start value.Value
	// Call sends one request and gives its response, cut down to the known members.
	Call func(params *value.Object) (*value.Object, error)
}

// A Page is what was asked for.
type Page struct {
	*value.Object
	// Head are the members that are taken from the first page alone, as they were before it was cut;
	// nil for all other pages. Null stands for what is not there.
	Head *value.Object
}

// Each asks for one page after the other and hands each to deliver before it asks for the next one. It
// gives the token with which the listing can be resumed, empty when it is complete.
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

// Collect is Each for those who only keep the pages, which cannot fail: while one is put away the next
// one is on its way. The calls are the same, one after the other.
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
