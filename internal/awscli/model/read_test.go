package model

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/ecrgate/ecrgate/internal/awscli/value"
)

// answers are texts that Read accepts.
var answers = []string{
	`{}`,
	" {\r\n\t} ",
	`{"nextToken": "a\"b\u00e9\ud800", "registryId": null, "repositoryName": "é"}`,
	`{"imageScanStatus": {"description": "", "status": "ACTIVE", "new": [1, {"a": NaN}]}, "imageId": {}, "and": {"more": []}}`,
	`{"imageScanFindings": {"imageScanCompletedAt": 1.5E3, "findingSeverityCounts": {"HIGH": 1, "LOW": null, "HIGH": 2, "": 3}}}`,
	`{"imageScanFindings": {"findings": [], "enhancedFindings": [{"score": 7.0, "resources": [{"tags": {"a": "b"}, "details": {}}, null]}, {}]}}`,
	`{"imageScanFindings": {"enhancedFindings": [{"type": "T", "title": "x", "awsAccountId": "1", "packageVulnerabilityDetails":` +
		`{"referenceUrls": ["u", "u", "v"], "cvss": [{"baseScore": -0, "source": "NVD"}], "vulnerablePackages": [{"epoch": 0, "name": "n"}]}}]}}`,
	`{"registryId": "1", "nextToken": "x", "registryId": "2", "nextToken": null}`,
	`{"registryId": 7, "repositoryName": true, "nextToken": -Infinity}`,
}

// odd are texts that Read does not accept, most of them because something is wrong with them.
var odd = []string{
	``, `null`, `[]`, `7`, `{} {}`, `{"registryId": "1"`, `{"registryId" "1"}`, `{"registryId": }`, `{registryId: 1}`, `{"a": 1,}`, "\ufeff{}",
	`{"registryId": "` + "\n" + `"}`, `{"registryId": "\x"}`, `{"registryId": ["1"]}`, `{"nextToken": {}}`, `{"imageId": 7}`, `{"imageId": "x", "imageId": {}}`,
	`{"imageScanFindings": {"findings": "abc"}}`, `{"imageScanFindings": {"findings": {"a": 1}}}`, `{"imageScanFindings": {"findings": [7]}}`,
	`{"imageScanFindings": {"findingSeverityCounts": [1]}}`, `{"imageScanFindings": {"findingSeverityCounts": {"HIGH": [1]}}}`,
	`{"imageScanFindings": {"imageScanCompletedAt": [1]}}`,
	`{"new": [1, 2}`, `{"new": tru}`, `{"registryId": ` + strings.Repeat("1", 5000) + `}`,
	`{"new": ` + strings.Repeat("[", 985) + strings.Repeat("]", 985) + `}`,
}

func TestReadingInOneGo(t *testing.T) {
	for _, text := range answers {
		if _, ok := Output.Read(text, Wire); !ok {
			t.Errorf("gave up on %s", text)
		}
		same(t, text, Wire)
		same(t, text, ISO8601(NewZone("UTC", true, time.Now())))
	}
	for _, text := range odd {
		if o, ok := Output.Read(text, Wire); ok {
			t.Errorf("takes %.100s for %s", text, value.Repr(o))
		}
	}
}

// FuzzRead checks that Read returns the same as Decode and Parse.
func FuzzRead(f *testing.F) {
	for _, text := range append(answers, odd...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			return
		}
		same(t, text, Wire)
		same(t, text, ISO8601(NewZone("UTC", true, time.Now())))
	})
}

func same(t *testing.T, text string, clock Clock) {
	t.Helper()
	o, ok := Output.Read(text, clock)
	if !ok {
		return
	}
	v, err := value.Decode([]byte(text))
	if err == nil {
		v, err = Output.Parse(v, clock)
	}
	if err != nil {
		t.Fatalf("%s\nis read as %s, want %v", text, value.Repr(o), err)
	}
	if got, want := value.Repr(o), value.Repr(v); got != want {
		t.Fatalf("%s\nis read as\n%s, want\n%s", text, got, want)
	}
}

func TestAClockThatFailsIsAskedAgain(t *testing.T) {
	never := func(value.Value) (value.Value, error) { return nil, errors.New("no time") }
	text := `{"imageScanFindings": {"imageScanCompletedAt": 1}}`
	if o, ok := Output.Read(text, never); ok {
		t.Errorf("reads %s", value.Repr(o))
	}
}

// Changing one value of a text does not change any other.
func TestPartsAreTheirOwn(t *testing.T) {
	text := `{"imageId": {}, "imageScanStatus": {"status": "A"}, "imageScanFindings": {"findings": [{"name": "a", "attributes": []}, {"name": "b"}], "enhancedFindings": []}}`
	o, _ := Output.Read(text, Wire)
	whole := value.Repr(o)
	get := func(o *value.Object, key string) value.Value { v, _ := o.Get(key); return v }
	findings := get(o, "imageScanFindings").(*value.Object)
	list := get(findings, "findings").(value.List)
	for i := range 3 {
		get(o, "imageId").(*value.Object).Set(fmt.Sprint("x", i), "y")
		_ = append(list, "more")
		_ = append(get(findings, "enhancedFindings").(value.List), "more")
	}
	get(o, "imageId").(*value.Object).Clear()
	if got := value.Repr(o); got != whole {
		t.Errorf("became\n%s, was\n%s", got, whole)
	}
}
