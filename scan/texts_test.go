package scan

import (
	"reflect"
	"strings"
	"testing"
	"unsafe"
)

func TestEqualTextsOfTwoImagesAreOne(t *testing.T) {
	text := func(s string) string { return strings.Clone(s) }
	made := func() []Finding {
		return []Finding{{
			ID: text("CVE-1"), Description: text("a flaw"), Related: []string{text("GHSA-1")}, References: []string{text("https://example.com")},
			Packages: []Package{{Name: text("zlib"), Version: text("1.2")}}, ARN: text("arn"),
		}}
	}
	var texts Texts
	one, two := made(), made()
	texts.Share(one)
	texts.Share(two)
	if !reflect.DeepEqual(one, made()) || !reflect.DeepEqual(two, made()) {
		t.Errorf("the findings changed: %+v, %+v", one, two)
	}
	a, b := &one[0], &two[0]
	for name, pair := range map[string][2]string{
		"id": {a.ID, b.ID}, "description": {a.Description, b.Description}, "related": {a.Related[0], b.Related[0]},
		"references": {a.References[0], b.References[0]}, "package": {a.Packages[0].Name, b.Packages[0].Name}, "version": {a.Packages[0].Version, b.Packages[0].Version},
	} {
		if unsafe.StringData(pair[0]) != unsafe.StringData(pair[1]) {
			t.Errorf("%s: two copies", name)
		}
	}
}
