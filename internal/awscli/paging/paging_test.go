package paging

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// A book returns pages of so many basic findings, numbered from 0, and records the requests.
type book struct {
	sizes []int
	asked []string
}

func (b *book) call(params *value.Object) (*value.Object, error) {
	b.asked = append(b.asked, value.Repr(params))
	at := 0
	if token, ok := params.Get(nextToken); ok {
		if _, err := fmt.Sscanf(value.Str(token), "page-%d", &at); err != nil || at >= len(b.sizes) {
			return nil, errors.New("no such page")
		}
	}
	first := 0
	for _, n := range b.sizes[:at] {
		first += n
	}
	l := value.List{}
	for i := range b.sizes[at] {
		l = append(l, value.Int(fmt.Sprint(first+i)))
	}
	page := value.NewObject(findingsKey, value.NewObject(primaryKey, l))
	if at+1 < len(b.sizes) {
		page.Set(nextToken, fmt.Sprint("page-", at+1))
	}
	return page, nil
}

// read returns what a listing delivers.
func read(l Listing) (items []string, token string, err error) {
	token, err = l.Each(func(page Page) error {
		items = append(items, texts(page)...)
		return nil
	})
	return items, token, err
}

// texts returns the basic findings of a page.
func texts(page Page) (items []string) {
	elements, _ := list(page.Object, primaryKey)
	for _, v := range elements {
		items = append(items, value.Str(v))
	}
	return items
}

// For any pages and maximum, repeated resuming returns each finding once.
func TestResumingGivesEachFindingOnce(t *testing.T) {
	for _, sizes := range [][]int{{0}, {1}, {5}, {2, 3}, {2, 0, 3}, {1, 1, 1, 1}, {0, 4, 0}} {
		for most := int64(1); most <= 6; most++ {
			b := &book{sizes: sizes}
			var all []string
			start := value.Value(nil)
			for range 20 {
				items, token, err := read(Listing{Params: &value.Object{}, MaxItems: big.NewInt(most), Start: start, Call: b.call})
				if err != nil {
					t.Fatalf("pages %v, at most %d: %v", sizes, most, err)
				}
				all = append(all, items...)
				if start = token; token == "" {
					break
				}
			}
			total := 0
			for _, n := range sizes {
				total += n
			}
			var want []string
			for i := range total {
				want = append(want, fmt.Sprint(i))
			}
			if strings.Join(all, " ") != strings.Join(want, " ") {
				t.Errorf("pages %v, at most %d at a time: got %v", sizes, most, all)
			}
		}
	}
}

func TestTheSizeGoesWithEachRequest(t *testing.T) {
	b := &book{sizes: []int{1, 1}}
	if _, _, err := read(Listing{Params: value.NewObject("registryId", "1"), PageSize: "7", Call: b.call}); err != nil {
		t.Fatal(err)
	}
	want := []string{"{'registryId': '1', 'maxResults': 7}", "{'registryId': '1', 'maxResults': 7, 'nextToken': 'page-1'}"}
	if strings.Join(b.asked, "\n") != strings.Join(want, "\n") {
		t.Errorf("asked %q", b.asked)
	}
}
