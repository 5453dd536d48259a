package paging

import (
	"errors"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

var errNoFindings = errors.New("'NoneType' object does not support item assignment")

// kept are the members that come from the first page only.
var kept = []string{"registryId", "repositoryName", "imageId", "imageScanStatus", findingsKey}

// Part returns what text output shows of a page: everything but the token of the first page, only the lists
// of the others. The error is Python's, if the first page has no findings at all.
func Part(page Page) (*value.Object, error) {
	part := &value.Object{}
	if page.Head != nil {
		part = page.Head
		if v, _ := part.Get(findingsKey); v == nil {
			return nil, errNoFindings
		}
	}
	lists := []value.Value{member(page.Object, primaryKey), member(page.Object, enhancedKey)}
	set(part, primaryKey, lists[0])
	set(part, enhancedKey, lists[1])
	return part, nil
}

// TokenPart returns what text output shows of a resume token.
func TokenPart(token string) *value.Object {
	return value.NewObject("NextToken", value.NewObject("NextToken", token))
}

func head(page *value.Object) *value.Object {
	o := &value.Object{}
	for _, key := range kept {
		v, _ := page.Get(key)
		o.Set(key, v)
	}
	return o
}

// A Sink collects the elements of one list, page by page, and returns the whole list.
type Sink interface {
	Add(elements value.List)
	Whole() value.Value
}

// A Merger merges pages into the result that JSON and table output show. The members have the order in which
// Python adds them to the dictionary: the lists first, in the order of their first appearance.
type Merger struct {
	// New returns the sink for a list.
	New func() Sink

	head  *value.Object
	order []string
	lists map[string]Sink
	// shared reports whether the first page had the list; only then is its member the whole list.
	shared map[string]bool
}

// Add adds a page.
func (m *Merger) Add(page Page) {
	if page.Head != nil {
		m.head, m.lists, m.shared = page.Head, map[string]Sink{}, map[string]bool{}
	}
	for _, key := range []string{primaryKey, enhancedKey} {
		l, ok := list(page.Object, key)
		if !ok {
			continue
		}
		if m.lists[key] == nil {
			m.order, m.lists[key], m.shared[key] = append(m.order, key), m.New(), page.Head != nil
		}
		m.lists[key].Add(l)
	}
}

// Result returns the merged result.
func (m *Merger) Result(token string) *value.Object {
	result := &value.Object{}
	if len(m.order) > 0 {
		whole := &value.Object{}
		for _, key := range m.order {
			whole.Set(key, m.lists[key].Whole())
		}
		result.Set(findingsKey, whole)
	}
	for key, v := range m.head.All() {
		if key == findingsKey {
			v = m.findings(result, v)
		}
		result.Set(key, v)
	}
	if token != "" {
		result.Set("NextToken", token)
	}
	return result
}

// findings returns the findings member of the first page with the collected lists. If the first page has no
// findings, those of the others are lost.
func (m *Merger) findings(result *value.Object, first value.Value) value.Value {
	o, ok := first.(*value.Object)
	if !ok {
		return first
	}
	whole := &value.Object{}
	if v, ok := result.Get(findingsKey); ok {
		whole = v.(*value.Object)
	}
	for key, v := range o.All() {
		if m.shared[key] {
			continue
		}
		whole.Set(key, v)
	}
	return whole
}
