// Package paging asks for a scan's findings page by page as the AWS CLI does, and puts the pages
// together as it does.
//
// It keeps what users may not expect: only basic findings are counted against a maximum and cut; a
// page with enhanced findings is delivered whole, whatever the maximum, and loses all of them when a
// listing is resumed in that page.
package paging

import (
	"errors"
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
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

// Each asks for one page after the other and hands each to deliver. It gives the token with which
// the listing can be resumed, empty when it is complete.
func (l Listing) Each(deliver func(Page) error) (token string, err error) {
	r := &run{Listing: l, params: l.Params.Clone(), token: value.NewObject(nextToken, nil), total: new(big.Int)}
	if err := r.begin(); err != nil {
		return "", err
	}
	for first := true; ; first = false {
		page, err := r.page(first)
		if err != nil {
			return "", err
		}
		token, err := r.cut(page.Object)
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

// A run is a listing under way.
type run struct {
	Listing
	params *value.Object
	// token is what the page at hand was asked with, sent the token of the page before.
	token, sent *value.Object
	index       value.Value // where the first page begins
	total       *big.Int    // basic findings so far
}

// page asks for a page.
func (r *run) page(first bool) (Page, error) {
	page, err := r.Call(r.params)
	if err != nil || !first {
		r.index = value.Int("0")
		return Page{Object: page}, err
	}
	if r.Start != nil {
		if err := r.resume(page); err != nil {
			return Page{}, err
		}
	}
	return Page{page, head(page)}, nil
}

// begin puts the starting token and the page size into the request.
func (r *run) begin() error {
	r.index = value.Int("0")
	if r.Start != nil {
		s, err := parseStart(r.Start)
		if err != nil {
			return err
		}
		r.token, r.index = s.params, s.index
		r.inject()
	}
	if r.PageSize != "" {
		r.params.Set("maxResults", r.PageSize)
	}
	return nil
}

// inject makes the token part of the request.
func (r *run) inject() {
	for name, v := range r.token.All() {
		if v == nil || v == "None" {
			r.params.Delete(name)
		} else {
			r.params.Set(name, v)
		}
	}
}

// resume drops what was delivered of the first page before. That is all of the enhanced findings,
// whether they were delivered or not.
func (r *run) resume(page *value.Object) error {
	var rest, none value.Value
	if l, ok := list(page, primaryKey); ok {
		from, err := sliceStart(r.index, len(l))
		if err != nil {
			return err
		}
		rest = l[from:]
	}
	if _, ok := list(page, enhancedKey); ok {
		none = value.List{}
	}
	set(page, primaryKey, rest)
	set(page, enhancedKey, none)
	return nil
}

// cut cuts a page off at the maximum, and gives the token to resume at that place.
func (r *run) cut(page *value.Object) (string, error) {
	if r.MaxItems == nil {
		return "", nil
	}
	l, _ := list(page, primaryKey)
	keep := new(big.Int).Sub(r.MaxItems, r.total)
	if keep.Cmp(big.NewInt(int64(len(l)))) >= 0 {
		return "", nil
	}
	set(page, primaryKey, append(value.List{}, l[:sliceEnd(keep, len(l))]...))
	place, err := add(keep, r.index)
	if err != nil {
		return "", err
	}
	token := r.token.Clone()
	token.Set(truncated, place)
	return encode(token)
}

// next says whether there are more pages, and makes their token part of the request. If the maximum
// is reached just here it gives the token to resume with.
func (r *run) next(page *value.Object) (resume string, more bool, err error) {
	l, _ := list(page, primaryKey)
	r.total.Add(r.total, big.NewInt(int64(len(l))))
	v, _ := page.Get(nextToken)
	if !value.True(v) {
		return "", false, nil
	}
	r.token = value.NewObject(nextToken, v)
	if r.MaxItems != nil && r.total.Cmp(r.MaxItems) == 0 {
		resume, err := encode(r.token)
		return resume, false, err
	}
	if r.sent != nil && value.Repr(r.sent) == value.Repr(r.token) {
		return "", false, errors.New("Error during pagination: The same next token was received twice: " + value.Repr(r.token))
	}
	r.inject()
	r.sent = r.token
	return "", true, nil
}
