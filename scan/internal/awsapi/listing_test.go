package awsapi

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

type pages map[string]ListingPage[string]

func TestListingsOfSeveralPages(t *testing.T) {
	whole := pages{"": {[]string{"b", "c"}, "1"}, "1": {[]string{"a"}, ""}}
	short := pages{"": {[]string{"b", "c"}, ""}}
	lost := pages{"": {[]string{"b", "c"}, "2"}, "2": {nil, ""}}
	twice := pages{"": {[]string{"b", "c"}, "1"}, "1": {[]string{"c"}, ""}}
	endless := pages{"": {[]string{"b"}, "1"}, "1": {nil, "1"}}
	for name, c := range map[string]struct {
		readings []pages // the last one repeats
		want     string
		calls    int
		says     string
	}{
		"one page is read once":             {[]pages{short}, "b c", 1, ""},
		"several pages are read twice":      {[]pages{whole}, "a b c", 4, ""},
		"a lost page shows":                 {[]pages{lost, whole}, "a b c", 6, ""},
		"a row that comes twice is a shift": {[]pages{twice, whole}, "a b c", 6, ""},
		"it always comes twice":             {[]pages{twice}, "", 10, "c occurs twice"},
		"a token leads to itself":           {[]pages{endless}, "", 10, "the same next token occurred twice"},
		"no two readings agree":             {[]pages{whole, lost, whole, lost, whole}, "", 10, "no two readings agree"},
	} {
		synctest.Test(t, func(t *testing.T) {
			caller := &Caller{Deadline: time.Now().Add(time.Hour), PollInterval: time.Second, Tell: func(string) {}}
			calls, reading := 0, -1
			got, err := ReadListing(t.Context(), caller, "listing", func(token string) (ListingPage[string], error) {
				if calls++; token == "" {
					reading++
				}
				return c.readings[min(reading, len(c.readings)-1)][token], nil
			}, func(s string) string { return s })
			if !slices.Equal(got, strings.Fields(c.want)) && len(got)+len(c.want) > 0 || calls != c.calls {
				t.Errorf("%s: got %q with %d calls, want %q with %d", name, got, calls, c.want, c.calls)
			}
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestAListingThatFailsIsNotReadAgain(t *testing.T) {
	failure := errors.New("denied")
	calls := 0
	_, err := ReadListing(t.Context(), &Caller{}, "listing", func(string) (ListingPage[string], error) {
		calls++
		return ListingPage[string]{}, failure
	}, func(s string) string { return s })
	if !errors.Is(err, failure) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
}
