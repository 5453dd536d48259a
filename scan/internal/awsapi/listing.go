package awsapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxListingPages bounds a listing whose tokens never end: a million rows of 100 to a page.
const maxListingPages = 10000

// maxReadings is how often to read a listing that keeps changing before giving up.
const maxReadings = 5

// A ListingPage is one response of a listing.
type ListingPage[T any] struct {
	Rows []T
	Next string // token of the next page; empty on the last page
}

// NewListingPage returns a page of rows. A response without the requested list is an error, not an empty
// page.
func NewListingPage[T any](rows *[]T, next string) (ListingPage[T], error) {
	if rows == nil {
		return ListingPage[T]{}, errors.New("the response has no list")
	}
	return ListingPage[T]{Rows: *rows, Next: next}, nil
}

// A shiftedError is the error for a listing with inconsistent pages. It is read again.
type shiftedError struct{ reason string }

func (e *shiftedError) Error() string { return e.reason }

// ReadListing reads all pages of a listing and returns its rows sorted by key. A listing of several pages can
// shift during a reading, which could hide a row, so it is read until two readings in a row agree. A repeated
// token, a row that occurs twice, and readings that never agree are errors.
func ReadListing[T any](ctx context.Context, c *Caller, operation string, page func(token string) (ListingPage[T], error), key func(T) string) ([]T, error) {
	var before []T
	backoff := Backoff{Longest: c.PollInterval}
	reason := "no two readings agree"
	for range maxReadings {
		rows, pages, err := readOnce(page, key)
		var shifted *shiftedError
		switch {
		case errors.As(err, &shifted):
			before, reason = nil, shifted.reason
			c.SetTrouble(err)
		case err != nil:
			return nil, err
		case pages == 1, before != nil && slices.EqualFunc(before, rows, func(a, b T) bool { return key(a) == key(b) }):
			c.SetTrouble(nil)
			return rows, nil
		default:
			before, reason = append([]T{}, rows...), "no two readings agree"
			continue // no pause: the sooner, the more likely they agree
		}
		if err := c.Pause(ctx, &backoff); err != nil {
			return nil, err
		}
	}
	return nil, &Error{
		Op:   operation,
		Err:  fmt.Errorf("the listing is incomplete after %d readings: %s", maxReadings, reason),
		Hint: "try again when fewer images are being pushed or deleted",
	}
}

// readOnce reads all pages in order.
func readOnce[T any](page func(token string) (ListingPage[T], error), key func(T) string) (rows []T, pages int, err error) {
	tokens, keys := map[string]bool{}, map[string]bool{}
	for token := ""; ; pages++ {
		if pages == maxListingPages {
			return nil, pages, &shiftedError{fmt.Sprintf("there are more than %d pages", maxListingPages)}
		}
		p, err := page(token)
		if err != nil {
			return nil, pages, err
		}
		for _, row := range p.Rows {
			k := key(row)
			if keys[k] {
				return nil, pages, &shiftedError{k + " occurs twice"}
			}
			keys[k] = true
		}
		rows = append(rows, p.Rows...)
		if token = p.Next; token == "" {
			break
		}
		if tokens[token] {
			return nil, pages, &shiftedError{"the same next token occurred twice"}
		}
		tokens[token] = true
	}
	slices.SortFunc(rows, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	return rows, pages + 1, nil
}
