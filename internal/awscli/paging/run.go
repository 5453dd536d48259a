package paging

import (
	"errors"
	"math/big"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A run is the state of a listing.
type run struct {
	Listing
	params *value.Object
	// token is the token of the current page, sent the token of the previous one.
	token, sent *value.Object
	index       value.Value // where the first page starts
	total       *big.Int    // basic findings so far
	first       bool        // no page has arrived yet
}

// begin adds the starting token and the page size to the request.
func (l Listing) begin() (*run, error) {
	r := &run{Listing: l, params: l.Params.Clone(), token: value.NewObject(nextToken, nil), index: value.Int("0"), total: new(big.Int), first: true}
	if r.Start != nil {
		s, err := parseStart(r.Start)
		if err != nil {
			return nil, err
		}
		r.token, r.index = s.params, s.index
		r.inject()
	}
	if r.PageSize != "" {
		r.params.Set("maxResults", r.PageSize)
	}
	return r, nil
}

// take adds a response, cut at the maximum, and returns the token to resume there: empty if it was not cut.
func (r *run) take(answer *value.Object, err error) (page Page, resume string, _ error) {
	if err != nil {
		return Page{}, "", err
	}
	page.Object = answer
	if r.first {
		if r.Start != nil {
			if err := r.resume(answer); err != nil {
				return Page{}, "", err
			}
		}
		page.Head = head(answer)
	} else {
		r.index = value.Int("0")
	}
	r.first = false
	resume, err = r.cut(answer)
	return page, resume, err
}

// inject adds the token to the request.
func (r *run) inject() {
	for name, v := range r.token.All() {
		if v == nil || v == "None" {
			r.params.Delete(name)
		} else {
			r.params.Set(name, v)
		}
	}
}

// resume drops the part of the first page that was already delivered. That includes all enhanced findings,
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

// cut cuts a page at the maximum and returns the token to resume there.
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

// next reports whether there are more pages, and adds their token to the request. If the maximum is reached
// exactly here, it returns the token to resume with.
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
